"""What a Gemini answer means: a picture, a refusal, or a failure. Unknown values are failures, never crashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pybase64

from errors import Failure, Permanent, Rejected, Temporary

# finishReason -> what follows. Google adds values: one that is not here is a failure that is tried once more.
REFUSALS: Final = frozenset({
    "SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "ESCALATION",
    "RECITATION", "IMAGE_RECITATION", "LANGUAGE",
})  # fmt: skip
STOPS_EVERYTHING: Final = frozenset({"PUP_LIMITED_DISABLED"})
A_DAY_S_QUOTA: Final = 6 * 3600.0  # seconds before asking again once the day's quota is gone
BUSY: Final = frozenset({408, 499, 500, 502, 503, 504})


def picture_in(answer: Any) -> tuple[bytes, str]:
    """Bytes and MIME type of the last picture that is not a thought.

    Raises Rejected("provider.refused"), Temporary("provider.no_picture" | "provider.garbage") and
    Permanent("provider.limited").
    """
    if not isinstance(answer, Mapping):
        raise Temporary("provider.garbage")
    if _get(_mapping(answer, "promptFeedback"), "blockReason"):
        raise Rejected("provider.refused", reason="prompt")
    candidates = _get(answer, "candidates")
    candidate = candidates[0] if isinstance(candidates, list) and candidates else {}
    candidate = candidate if isinstance(candidate, Mapping) else {}
    reason = str(_get(candidate, "finishReason") or "")
    if reason in STOPS_EVERYTHING:
        raise Permanent("provider.limited")
    if reason in REFUSALS:
        raise Rejected("provider.refused", reason="result")
    for part in reversed(_parts(candidate)):
        inline = _get(part, "inlineData")
        if isinstance(inline, Mapping) and not part.get("thought") and isinstance(inline.get("data"), str):
            return _decoded(inline["data"]), str(_get(inline, "mimeType") or "")
    raise Temporary("provider.no_picture")


def usage_in(answer: Mapping[str, Any]) -> dict[str, int]:
    """The token counts that a bill is made of."""
    said = _mapping(answer, "usageMetadata")
    names = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
    return {name: value for name in names if isinstance(value := _get(said, name), int)}


def failure_in(status: int, body: Any) -> Failure:
    """The family of an answer that is not 200. Google's message is classed and then forgotten."""
    if isinstance(body, list) and body:
        body = body[0]  # the streaming form wraps one error in an array
    error = _mapping(body, "error") if isinstance(body, Mapping) else {}
    details = [d for d in error.get("details") or [] if isinstance(d, Mapping)]
    if status == 429:
        return Temporary("provider.busy", retry_after=_retry_after(details))
    if status in BUSY:
        return Temporary("provider.unavailable", status=status)
    key_is_bad = any(d.get("reason") == "API_KEY_INVALID" for d in details)
    if status in (401, 403) or key_is_bad or error.get("status") == "FAILED_PRECONDITION":
        return Permanent("provider.misconfigured", status=status)
    if status == 404:
        return Permanent("provider.no_such_model", status=status)
    return Permanent("provider.bad_request", status=status)


def _retry_after(details: list[Mapping[str, Any]]) -> float | None:
    for detail in details:
        for violation in detail.get("violations") or []:
            if "PerDay" in str(_mapping({"v": violation}, "v").get("quotaId", "")):
                return A_DAY_S_QUOTA
    for detail in details:
        delay = str(detail.get("retryDelay", ""))
        if delay.endswith("s") and delay[:-1].replace(".", "", 1).isdigit():
            return max(1.0, float(delay[:-1]))
    return None


def _parts(candidate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts = _mapping(candidate, "content").get("parts")
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []


def _decoded(data: str) -> bytes:
    try:
        return pybase64.b64decode(data.translate(_URL_SAFE), validate=True)  # type: ignore[no-any-return]
    except ValueError:
        raise Temporary("provider.garbage") from None


_URL_SAFE: Final = str.maketrans("-_", "+/")


def _get(holder: Mapping[str, Any], name: str) -> Any:
    """A field by its camelCase name, or by the snake_case one that the API also speaks."""
    if name in holder:
        return holder[name]
    return holder.get("".join("_" + c.lower() if c.isupper() else c for c in name))


def _mapping(holder: Any, name: str) -> Mapping[str, Any]:
    found = _get(holder, name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, Mapping) else {}
