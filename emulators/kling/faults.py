"""The error envelope of Kling, its official table of codes, and the errors that this stand-in answers with."""

from __future__ import annotations

import uuid
from typing import Any

Json = dict[str, Any]

# code: (HTTP status, message). Messages of 1002, 1102 and 1303 are verbatim; the others are the table's own words.
CODES: dict[int, tuple[int, str]] = {
    1000: (401, "Authentication failed"),
    1001: (401, "Authorization is empty"),
    1002: (401, "Authorization is invalid"),
    1003: (401, "Authorization is not yet valid"),
    1004: (401, "Authorization has expired"),
    1100: (429, "Account exception"),
    1101: (429, "Account in arrears"),
    1102: (429, "Account balance not enough"),
    1103: (403, "No permission to access the requested API or model"),
    1200: (400, "Invalid request parameters"),
    1201: (400, "Invalid key or value of a parameter"),
    1202: (404, "The requested method is invalid"),
    1203: (404, "The requested resource does not exist"),
    1300: (400, "Trigger strategy of the platform"),
    1301: (400, "Trigger the content security policy of the platform"),
    1302: (429, "Too many requests in a short time"),
    1303: (429, "parallel task over resource pack limit"),
    1304: (429, "Trigger the platform's IP whitelisting policy"),
    5000: (500, "Server internal error"),
    5001: (503, "Server temporarily unavailable, usually due to maintenance"),
    5002: (504, "Server internal timeout, usually due to a backlog"),
}
OLD_KEY_ON_NEW_API = (
    "Authentication error. The current API does not support AK/SK; please go to the console "
    "(https://kling.ai/dev/api-key) to create API key."
)
RISK = "Failure to pass the risk control system"
BAD_INPUT = (
    "The resolution or aspect ratio of the input image is invalid. Please ensure it meets the required specifications."
)
# Not Kling's words, which nobody has recorded: this stand-in fetches no address.
NOT_FETCHED = "Failed to download the input image."


class ApiError(Exception):
    """Raised where the fault is seen, turned into an HTTP answer at the edge."""

    def __init__(self, code: int, message: str | None = None, *, http: int | None = None) -> None:
        status, usual = CODES[code]
        super().__init__(message or usual)
        self.http = http or status
        self.code = code
        self.body: Json = {"code": code, "message": message or usual, "request_id": str(uuid.uuid4())}


def success(data: object, *, message: str = "SUCCEED") -> Json:
    return {"code": 0, "message": message, "request_id": str(uuid.uuid4()), "data": data}


def invalid(message: str) -> ApiError:
    return ApiError(1201, message)


def discontinued(name: str, *, http: int | None = None) -> ApiError:
    """Which HTTP status goes with this sentence was never recorded: 404 here, 400 by the kind "discontinued"."""
    code = 1201 if http == 400 else 1203
    return ApiError(code, f"The model '{name}' has been discontinued and is no longer available.", http=http)


def by_kind(kind: str, *, model: str) -> ApiError:
    """The error that a scenario names."""
    if kind == "retired":
        return discontinued(model)
    if kind == "discontinued":
        return discontinued(model, http=400)
    return ApiError(int(kind))


ERROR_KINDS = frozenset(str(code) for code in CODES) | {"retired", "discontinued"}
