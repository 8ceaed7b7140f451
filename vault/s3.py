"""Objects in a bucket, over one boto3 client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from errors import Permanent
from vault.pieces import ByteSource, ByteStream
from vault.s3_failures import failure_of
from vault.store import NAME, Listed, Measured, check_name, check_prefix

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

DELETE_BATCH = 1000  # what one request of S3 takes


def s3_client(
    *,
    region: str,
    endpoint: str | None,
    timeouts: tuple[float, float] = (5.0, 20.0),
    connections: int = 32,
    tries: int = 3,
) -> S3Client:
    """One client for the process; `timeouts` are seconds to connect and to wait for bytes. Safe for threads.

    Credentials come from the AWS_* environment or file. Payloads are not signed: what is sent is sealed, and signing
    would read a stream twice. Over https it is TLS that protects them, plain http is for a machine's own tests.
    """
    session = botocore.session.get_session()
    provider = session.get_component("credential_provider")
    # These ask addresses of a cloud's own network, which are no declared recipient.
    for network in ("iam-role", "container-role"):
        provider.remove(network)
    config = Config(
        connect_timeout=timeouts[0],
        read_timeout=timeouts[1],
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": tries},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": False},
        tcp_keepalive=True,
    )
    return boto3.Session(botocore_session=session).client(
        "s3", region_name=region, endpoint_url=endpoint or None, config=config
    )


class S3Store:
    """Streams are put in one request of known length and constant memory, so no half upload is ever left to clean."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, source: ByteSource, length: int) -> None:
        body = Measured(source, length)
        try:
            self._call(self._client.put_object, Key=check_name(name), Body=body, ContentLength=length)
        finally:
            # boto3 would report its own wrapping of what the source raised.
            if body.failure is not None:
                raise body.failure

    def get(self, name: str) -> BinaryIO:
        answer = self._call(self._client.get_object, Key=check_name(name))
        return _Body(answer["Body"])

    def exists(self, name: str) -> bool:
        try:
            self._call(self._client.head_object, Key=check_name(name))
        except Permanent as failure:
            if failure.code == "store.missing":
                return False
            raise
        return True

    def delete(self, names: Iterable[str]) -> list[str]:
        left = iter(names)
        kept: list[str] = []
        while batch := [check_name(name) for name in islice(left, DELETE_BATCH)]:
            wanted = {"Objects": [{"Key": name} for name in batch], "Quiet": True}
            answer = self._call(self._client.delete_objects, Delete=wanted)
            kept += [error["Key"] for error in answer.get("Errors", []) if error.get("Code") != "NoSuchKey"]
        return kept

    def names(self, prefix: str = "", *, after: str = "") -> Iterator[str]:
        return (found.name for found in self.listed(prefix, after=after))

    def listed(self, prefix: str = "", *, after: str = "") -> Iterator[Listed]:
        follow = {"Prefix": check_prefix(prefix), **({"StartAfter": check_prefix(after)} if after else {})}
        while True:
            page = self._call(self._client.list_objects_v2, **follow)
            yield from (_listed(entry) for entry in page.get("Contents", []) if NAME.fullmatch(entry["Key"]))
            if not page["IsTruncated"]:
                return
            follow["ContinuationToken"] = page["NextContinuationToken"]

    def check(self) -> None:
        """Permanent("store.keeps_versions") for a bucket where a deleted object would live on as a version."""
        self._call(self._client.head_bucket)
        try:
            versioning = self._client.get_bucket_versioning(Bucket=self._bucket)
        except (ClientError, BotoCoreError):
            return  # not every key may ask and not every service answers; that the bucket is there was seen
        if versioning.get("Status") == "Enabled":
            raise Permanent("store.keeps_versions")

    def _call(self, operation: Callable[..., T], **parameters: Any) -> T:
        try:
            return operation(Bucket=self._bucket, **parameters)
        except (ClientError, BotoCoreError) as error:
            failure = failure_of(error, name=parameters.get("Key"))
        raise failure  # out here, where the answer's text is no longer attached to it


def _listed(entry: Any) -> Listed:
    return Listed(entry["Key"], entry["Size"], entry["LastModified"].astimezone(UTC).replace(tzinfo=None))


class _Body(ByteStream):
    """An answer's body whose failures are ours."""

    def __init__(self, body: StreamingBody) -> None:
        self._body = body

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return self._body.read(None if size is None or size < 0 else size)
        except (BotoCoreError, HTTPError) as error:
            failure = failure_of(error)
        raise failure

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._body.close()
        super().close()
