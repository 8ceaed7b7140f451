"""What a Gemini answer means: a picture, a refusal, or a failure. Unknown values are failures, never crashes.

What Google says in words (finishMessage, an error's message) may quote the prompt: it is never read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
import pybase64

from errors import Failure, Permanent, Rejected, Temporary

Json = Mapping[str, Any]

# finishReason -> why it was refused, in our words. The person's doing: not tried again.
REFUSALS: Final = {
    "SAFETY": "safety",
    "IMAGE_SAFETY": "safety",
    "MODEL_ARMOR": "safety",
    "ESCALATION": "safety",
    "PROHIBITED_CONTENT": "prohibited",
    "IMAGE_PROHIBITED_CONTENT": "prohibited",
    "BLOCKLIST": "blocklist",
    "SPII": "personal_data",
    "RECITATION": "recitation",
    "IMAGE_RECITATION": "recitation",
    "LANGUAGE": "language",
}
DELIVERS: Final = frozenset({"STOP"})
STOPS_EVERYTHING: Final = frozenset({"PUP_LIMITED_DISABLED"})  # the account itself is limited: ops must act
# Every other reason, those Google has yet to invent included, is a failure that is tried once more:
# NO_IMAGE IMAGE_OTHER OTHER MALFORMED_RESPONSE MAX_TOKENS, and STOP without a picture.

BUSY: Final = frozenset({408, 499, 500, 502, 503, 504})
DAYS_QUOTA_WAIT: Final = 6 * 3600.0  # seconds; the day's quota comes back at midnight in California
SHORTEST_WAIT: Final = 1.0
NAME: Final = re.compile(r"[a-z0-9.-]{1,64}")
COUNTS: Final = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")


def picture_in(answer: Any, *, attempt: int = 1) -> tuple[bytes, str]:
    """Bytes and MIME type of the last picture that is not a thought.

    Raises Rejected("provider.refused"), Temporary("provider.garbage"), Permanent("provider.limited"), and for an
    answer without a picture Temporary("provider.no_picture") at the first attempt, Rejected of that code later.
    """
    if not isinstance(answer, Mapping):
        raise Temporary("provider.garbage")
    if _field(_mapping(answer, "promptFeedback"), "blockReason"):
        raise Rejected("provider.refused", reason="prompt")
    candidates = _list(answer, "candidates")
    candidate = candidates[0] if candidates else {}
    reason = str(_field(candidate, "finishReason"))
    if reason in STOPS_EVERYTHING:
        raise Permanent("provider.limited")
    if reason in REFUSALS:
        raise Rejected("provider.refused", reason=REFUSALS[reason])
    picture = next(_pictures(candidate), None) if reason in DELIVERS else None
    if picture is not None:
        return _decoded(picture)
    raise Temporary("provider.no_picture") if attempt <= 1 else Rejected("provider.no_picture")


def usage_in(answer: Json) -> dict[str, int]:
    """The token counts that a bill is made of."""
    said = _mapping(answer, "usageMetadata")
    return {name: value for name in COUNTS if isinstance(value := _field(said, name), int)}


def model_in(answer: Json, *, asked: str) -> str:
    """The model that answered: Google routes a deprecated one to its successor."""
    said = _field(answer, "modelVersion")
    return said if isinstance(said, str) and NAME.fullmatch(said) else asked


def failure_in(status: int, body: bytes) -> Failure:
    """The family of an answer that is not 200. Permanent("provider.no_such_model") is for the client to act on."""
    error = _error(body)
    details = _list(error, "details")
    if status == 429:
        return Temporary("provider.busy", retry_after=_retry_after(details))
    if status in BUSY:
        return Temporary("provider.unavailable", status=status)
    if status == 404 and error.get("status") == "NOT_FOUND":
        return Permanent("provider.no_such_model", status=status)
    key_is_bad = any(detail.get("reason") == "API_KEY_INVALID" for detail in details)
    if status in (401, 403, 404) or key_is_bad or error.get("status") == "FAILED_PRECONDITION":
        return Permanent("provider.misconfigured", status=status)
    return Permanent("provider.bad_request", status=status)


def _error(body: bytes) -> Json:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}  # a proxy's page: its status says enough
    if isinstance(said, list) and said:
        said = said[0]  # the streaming form wraps one error in an array
    return _mapping(said, "error")


def _retry_after(details: list[Json]) -> float | None:
    """Seconds, or None where Google does not say."""
    quotas = [str(violation.get("quotaId")) for detail in details for violation in _list(detail, "violations")]
    if any("PerDay" in quota for quota in quotas):
        return DAYS_QUOTA_WAIT
    for detail in details:
        delay = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)s", str(detail.get("retryDelay")))
        if delay:
            return max(SHORTEST_WAIT, float(math.ceil(float(delay[1]))))
    return None


def _pictures(candidate: Json) -> Iterator[str]:
    """The base64 of each picture that is not a thought, last first."""
    for part in reversed(_list(_mapping(candidate, "content"), "parts")):
        data = _field(_mapping(part, "inlineData"), "data")
        if isinstance(data, str) and not part.get("thought"):
            yield data


def _decoded(data: str) -> tuple[bytes, str]:
    """The type is told by the bytes: what the provider calls it is not relied on."""
    altchars = b"-_" if "-" in data or "_" in data else None
    try:
        picture = pybase64.b64decode(data, altchars=altchars, validate=True)
    except ValueError:
        raise Temporary("provider.garbage") from None
    if picture.startswith(b"\xff\xd8\xff"):
        return picture, "image/jpeg"
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return picture, "image/png"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return picture, "image/webp"
    raise Temporary("provider.garbage")


def _field(holder: Any, name: str) -> Any:
    """By its camelCase name, or by the snake_case one that the API also speaks."""
    if not isinstance(holder, Mapping):
        return None
    if name in holder:
        return holder[name]
    return holder.get(re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name))


def _mapping(holder: Any, name: str) -> Json:
    found = _field(holder, name)
    return found if isinstance(found, Mapping) else {}


def _list(holder: Any, name: str) -> list[Json]:
    """The mappings of a list; whatever else stands in it is not for us."""
    found = _field(holder, name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
