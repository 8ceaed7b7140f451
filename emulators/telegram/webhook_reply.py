"""A webhook's answer may carry one call. Read it, or find that it carries none."""

from __future__ import annotations

from .arguments import Arguments, read_body
from .errors import ApiError

_IGNORED = ("setwebhook", "deletewebhook", "close", "logout")


def read(content_type: str, body: bytes) -> tuple[str, Arguments] | None:
    """(method, arguments) of the call to be done, or None."""
    arguments = Arguments()
    try:
        read_body(arguments, content_type, body)
    except ApiError:
        return None
    method = arguments.values.pop("method", None)
    if not isinstance(method, str) or not method:
        return None
    if method.lower().startswith("get") or method.lower() in _IGNORED:
        return None
    return method, arguments
