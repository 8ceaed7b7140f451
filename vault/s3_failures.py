"""What a failure of S3 means for us. Nothing of the answer's text is kept: it names accounts, keys and requests."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from urllib3.exceptions import HTTPError

from errors import Failure, Permanent, Temporary

BUSY = frozenset(
    ["SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "Throttling", "ThrottlingException", "OperationAborted"]
)
FULL = frozenset(["QuotaExceeded", "InsufficientStorage", "XMinioStorageFull"])
MISSING = frozenset(["NoSuchKey", "404"])
TOO_MANY, REQUEST_TIMEOUT, STORAGE_FULL = 429, 408, 507


def failure_of(error: ClientError | BotoCoreError | HTTPError, *, name: str | None = None) -> Failure:
    """Ours for theirs; `name` is the object that was asked for."""
    if isinstance(error, ClientError):
        return _of_answer(error, name)
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return Permanent("store.denied")
    if isinstance(error, ParamValidationError):
        return Permanent("store.refused")
    return Temporary("store.unavailable")


def _of_answer(error: ClientError, name: str | None) -> Failure:
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code == "NoSuchBucket":
        return Permanent("store.no_bucket")
    if code in MISSING:
        return Permanent("store.missing", object=name) if name else Permanent("store.no_bucket")
    if status == STORAGE_FULL or code in FULL:
        return Temporary("store.full", status=status)
    if status >= 500 or status in (TOO_MANY, REQUEST_TIMEOUT) or code in BUSY:
        return Temporary("store.unavailable", status=status)
    if status in (401, 403):
        return Permanent("store.denied", status=status)
    return Permanent("store.refused", status=status)
