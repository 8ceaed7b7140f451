from __future__ import annotations

import io
import os
import time
from typing import Any

import pytest

from errors import Failure, Permanent, Temporary
from vault.fields import DataKey
from vault.s3 import S3Store, s3_client
from vault.stream import open_stream, seal, sealed_length


class OnlyReadable:
    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)
        self.largest = 0

    def read(self, size: int = -1, /) -> bytes:
        self.largest = max(self.largest, size)
        return self._data.read(size)


def told_by(failure: BaseException | None) -> str:
    """All that a log could show of a failure and of what it came from."""
    told = ""
    while failure is not None:
        told += f"{failure} {failure!r} {getattr(failure, 'facts', '')} "
        failure = failure.__cause__ or failure.__context__
    return told


def uses(store: S3Store) -> list[Any]:
    return [
        lambda: store.put("photo/ab/abcd", io.BytesIO(b"x"), 1),
        lambda: store.get("photo/ab/abcd"),
        lambda: store.exists("photo/ab/abcd"),
        lambda: store.delete(["photo/ab/abcd"]),
        lambda: list(store.names()),
        lambda: store.check(),
    ]


@pytest.mark.parametrize(
    ("status", "code", "family", "ours"),
    [
        (503, "SlowDown", Temporary, "store.unavailable"),
        (500, "InternalError", Temporary, "store.unavailable"),
        (502, "", Temporary, "store.unavailable"),
        (429, "TooManyRequests", Temporary, "store.unavailable"),
        (507, "InsufficientStorage", Temporary, "store.full"),
        (403, "AccessDenied", Permanent, "store.denied"),
        (403, "SignatureDoesNotMatch", Permanent, "store.denied"),
        (401, "Unauthorized", Permanent, "store.denied"),
        (405, "MethodNotAllowed", Permanent, "store.refused"),
    ],
)
def test_each_refusal_is_sorted_alike_for_every_use_and_its_text_is_dropped(
    scripted_s3: Any, status: int, code: str, family: type[Failure], ours: str
) -> None:
    store = scripted_s3.store()
    for use in uses(store):
        scripted_s3.then_error(status, code)
        with pytest.raises(family) as caught:
            use()
        assert caught.value.code == ours
        assert "SECRET" not in told_by(caught.value)
        assert "test-id" not in told_by(caught.value)


def test_a_bucket_that_is_not_there_is_told_from_a_missing_object(scripted_s3: Any) -> None:
    store = scripted_s3.then_error(404, "NoSuchBucket").then(404).store()

    with pytest.raises(Permanent, match=r"^store\.no_bucket$"):
        store.get("photo/ab/abcd")
    with pytest.raises(Permanent, match=r"^store\.no_bucket$"):
        store.check()


def test_a_store_that_does_not_answer_is_unavailable_in_time(scripted_s3: Any) -> None:
    store = scripted_s3.then_hang().then_hang_up().store()

    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(Temporary, match=r"^store\.unavailable$"):
            store.get("photo/ab/abcd")
    assert time.monotonic() - began < 8  # of the 10 that it hangs


def test_a_store_that_cannot_be_reached_is_unavailable(environment: pytest.MonkeyPatch) -> None:
    closed = "http://127.0.0.1:9"  # the port of a service that nobody runs
    store = S3Store(s3_client(region="us-east-1", endpoint=closed, tries=1), "bucket")

    with pytest.raises(Temporary, match=r"^store\.unavailable$") as caught:
        store.check()
    assert "127.0.0.1" not in told_by(caught.value)


@pytest.mark.parametrize("size", [-1, 4000])
def test_an_object_whose_transfer_breaks_off_is_unavailable_and_never_short(scripted_s3: Any, size: int) -> None:
    store = scripted_s3.then(200, "x" * 5000, claimed_length=9000).store()

    with pytest.raises(Temporary, match=r"^store\.unavailable$"), store.get("photo/ab/abcd") as stream:
        while stream.read(size):
            pass


def test_a_sealed_upload_is_tried_again_from_its_start(scripted_s3: Any) -> None:
    plain, key = os.urandom(600_000), DataKey.new()
    store = scripted_s3.then_error(503, "SlowDown").then(200).store(tries=2)
    store.put("photo/ab/abcd", seal(io.BytesIO(plain), key, binding=b"here"), sealed_length(len(plain)))

    (_, _, first), (_, _, second) = scripted_s3.requests
    for body in (first, second):
        assert open_stream(io.BytesIO(body), key, binding=b"here").read() == plain
    assert first[:100] != second[:100]


def test_an_upload_from_a_source_that_cannot_go_back_is_left_to_the_caller(scripted_s3: Any) -> None:
    store = scripted_s3.then_error(503, "SlowDown").then(200).store(tries=2)

    with pytest.raises(Temporary, match=r"^store\.unavailable$"):
        store.put("photo/ab/abcd", OnlyReadable(bytes(100)), 100)
    assert len(scripted_s3.requests) == 1


def test_a_large_upload_is_one_request_read_in_small_pieces(s3_store: S3Store, s3_requests: list[str]) -> None:
    source = OnlyReadable(bytes(5_000_000))
    s3_store.put("photo/ab/abcd", source, 5_000_000)

    assert s3_requests == ["PutObject"]
    assert 0 < source.largest <= 1024 * 1024


def test_a_body_is_sent_as_it_is_with_its_length(s3_store: S3Store) -> None:
    """No checksum trailer, no chunked framing: not every service that speaks S3 takes them."""
    sent: list[dict[str, Any]] = []
    s3_store._client.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request.headers))
    s3_store.put("photo/ab/abcd", io.BytesIO(b"abc"), 3)

    headers = {name.lower(): value for name, value in sent[0].items()}
    assert headers["content-length"] == b"3" or headers["content-length"] == "3"
    assert headers["x-amz-content-sha256"] in ("UNSIGNED-PAYLOAD", b"UNSIGNED-PAYLOAD")
    assert not {"transfer-encoding", "content-encoding", "x-amz-trailer"} & headers.keys()


@pytest.fixture
def s3_requests(s3_store: S3Store) -> list[str]:
    made: list[str] = []

    def remember(event_name: str, **_: object) -> None:
        made.append(event_name.rpartition(".")[2])

    s3_store._client.meta.events.register("before-send.s3", remember)
    return made


def test_deleting_takes_one_request_for_a_thousand_names(s3_store: S3Store, s3_requests: list[str]) -> None:
    names = [f"photo/ab/{number}" for number in range(2001)]
    for name in names[:3]:
        s3_store.put(name, io.BytesIO(b"x"), 1)
    s3_requests.clear()

    assert s3_store.delete(iter(names)) == []
    assert s3_requests == ["DeleteObjects"] * 3
    assert list(s3_store.names()) == []


def test_names_that_could_not_be_deleted_are_given_back(scripted_s3: Any) -> None:
    errors = "".join(
        f"<Error><Key>{key}</Key><Code>{code}</Code><Message>SECRET-TEXT</Message></Error>"
        for key, code in [("a/1", "AccessDenied"), ("a/2", "InternalError"), ("a/3", "NoSuchKey")]
    )
    store = scripted_s3.then(200, f"<DeleteResult>{errors}</DeleteResult>").store()

    assert store.delete(["a/0", "a/1", "a/2", "a/3"]) == ["a/1", "a/2"]


def test_a_listing_goes_on_over_its_pages_and_leaves_out_what_is_not_ours(scripted_s3: Any) -> None:
    def page(names: list[str], more: str) -> str:
        said = "<Size>3</Size><LastModified>2026-11-28T10:00:00.000Z</LastModified>"
        found = "".join(f"<Contents><Key>{name}</Key>{said}</Contents>" for name in names)
        truncated = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{more}</NextContinuationToken>"
        return (
            f"<ListBucketResult>{truncated if more else '<IsTruncated>false</IsTruncated>'}{found}</ListBucketResult>"
        )

    script = scripted_s3.then(200, page(["a/1", "Not Ours.txt"], "go-on")).then(200, page(["a/2"], ""))

    assert list(script.store().names("a/")) == ["a/1", "a/2"]
    assert "continuation-token=go-on" in script.requests[1][1]
    assert "prefix=a" in script.requests[1][1]


def test_a_bucket_that_keeps_versions_fails_the_check(s3_store: S3Store) -> None:
    """There a deletion would leave the object behind as an older version."""
    s3_store._client.put_bucket_versioning(Bucket=s3_store._bucket, VersioningConfiguration={"Status": "Enabled"})

    with pytest.raises(Permanent, match=r"^store\.keeps_versions$"):
        s3_store.check()


def test_without_credentials_it_is_denied_and_no_other_address_is_asked(
    scripted_s3: Any, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("AWS_ACCESS_KEY_ID")
    environment.delenv("AWS_SECRET_ACCESS_KEY")
    environment.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", scripted_s3.address)
    environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", scripted_s3.address)
    scripted_s3.then(404).then(404).then(404)
    client = s3_client(region="us-east-1", endpoint=scripted_s3.address, tries=1)

    with pytest.raises(Permanent, match=r"^store\.denied$"):
        S3Store(client, "bucket").check()
    assert scripted_s3.requests == []


def test_the_client_speaks_to_the_endpoint_it_was_given(environment: pytest.MonkeyPatch) -> None:
    client = s3_client(region="auto", endpoint="https://objects.example.com", timeouts=(2, 7), connections=11)
    config: Any = client.meta.config  # its fields have no types

    assert client.meta.endpoint_url == "https://objects.example.com"
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (2, 7, 11)


def test_a_store_that_falls_silent_holds_nobody_for_long(environment: pytest.MonkeyPatch) -> None:
    config: Any = s3_client(region="auto", endpoint="https://objects.example.com").meta.config
    assert config.read_timeout * config.retries["total_max_attempts"] <= 60
