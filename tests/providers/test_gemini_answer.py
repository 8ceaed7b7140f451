"""Reading answers: every reason Google documents has a class, and whatever it may invent breaks nothing."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Failure, Permanent, Rejected, Temporary
from providers.gemini_answer import failure_in, model_in, picture_in, usage_in

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(251, 256)) * 9
IMAGE = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(JPEG).decode()}}

REFUSED = (
    "SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "ESCALATION",
    "RECITATION", "IMAGE_RECITATION", "LANGUAGE", "MODEL_ARMOR",
)  # fmt: skip
ONCE_MORE = (
    "FINISH_REASON_UNSPECIFIED", "MAX_TOKENS", "OTHER", "NO_IMAGE", "IMAGE_OTHER", "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "CONTINUATION",
    "A_REASON_OF_NEXT_YEAR",
)  # fmt: skip
NAMES = (
    "candidates", "content", "parts", "inlineData", "data", "thought", "finishReason", "promptFeedback", "error",
    "blockReason", "details", "violations", "quotaId", "retryDelay", "status", "reason", "usageMetadata",
)  # fmt: skip


def answer(*parts: Any, reason: str | None = "STOP", **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {"candidates": [candidate | ({"finishReason": reason} if reason else {})], **more}


def outcome(said: Any, *, attempt: int = 1) -> Failure:
    with pytest.raises(Failure) as raised:
        picture_in(said, attempt=attempt)
    return raised.value


@pytest.mark.parametrize("reason", REFUSED)
def test_a_refusal_is_never_tried_again_even_with_a_picture_beside_it(reason: str) -> None:
    said = outcome(answer(IMAGE, reason=reason))
    assert (type(said), said.code) == (Rejected, "provider.refused")
    assert said.facts["reason"] in {
        "safety", "prohibited", "blocklist", "personal_data", "recitation", "language"
    }  # fmt: skip


@pytest.mark.parametrize("reason", ONCE_MORE)
def test_any_other_reason_is_tried_once_more(reason: str) -> None:
    assert isinstance(outcome(answer(IMAGE, reason=reason)), Temporary)
    assert isinstance(outcome(answer(IMAGE, reason=reason), attempt=2), Rejected)


def test_a_limited_account_stops_everything() -> None:
    said = outcome(answer(reason="PUP_LIMITED_DISABLED"))
    assert (type(said), said.code) == (Permanent, "provider.limited")


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "PROHIBITED_CONTENT", "SOMETHING_ELSE"])
def test_a_blocked_prompt_is_a_refusal_whatever_the_block_is_called(reason: str) -> None:
    said = outcome({"promptFeedback": {"blockReason": reason}, "usageMetadata": {}})
    assert (said.code, said.facts) == ("provider.refused", {"reason": "prompt"})


@pytest.mark.parametrize("content", [None, {}, {"role": "model"}, {"parts": None}, {"parts": []}, "text", []])
def test_a_candidate_may_lack_its_content_in_every_form(content: Any) -> None:
    assert outcome({"candidates": [{"content": content, "finishReason": "STOP"}]}).code == "provider.no_picture"


def test_snake_case_and_the_other_base64_alphabet_are_understood() -> None:
    data = base64.urlsafe_b64encode(JPEG).decode()
    assert "-" in data or "_" in data
    part = {"inline_data": {"mime_type": "image/png", "data": data}}
    said = {"candidates": [{"content": {"parts": [part]}, "finish_reason": "STOP"}]}
    assert picture_in(said) == (JPEG, "image/jpeg"), "and the type is told by the bytes"


def test_the_last_picture_wins_and_thoughts_do_not_count() -> None:
    draft = {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "AA=="}
    thought = {"inlineData": {"mimeType": "image/png", "data": "BBBB"}, "thought": True}
    assert picture_in(answer({"text": "a"}, draft, IMAGE, {"text": "b"}, thought)) == (JPEG, "image/jpeg")


@pytest.mark.parametrize("data", ["AAAA", "", "****", "é" * 8, "AA", base64.b64encode(b"GIF89a").decode()])
def test_what_is_no_picture_is_garbage(data: str) -> None:
    part = {"inlineData": {"mimeType": "image/jpeg", "data": data}}
    assert outcome(answer(part)).code == "provider.garbage"


def test_png_and_webp_are_told_apart() -> None:
    for start, mime in ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF\x00\x00\x00\x00WEBP", "image/webp")):
        part = {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(start + b"...").decode()}}
        assert picture_in(answer(part))[1] == mime


def test_counts_are_kept_and_everything_else_of_the_usage_is_not() -> None:
    usage = {"promptTokenCount": 5, "totalTokenCount": 9, "serviceTier": "standard", "candidatesTokenCount": "many"}
    assert usage_in({"usageMetadata": usage}) == {"promptTokenCount": 5, "totalTokenCount": 9}
    assert usage_in({}) == {}


def test_the_model_that_answered_is_named_unless_the_name_is_odd() -> None:
    assert model_in({"modelVersion": "gemini-3.1-flash-image"}, asked="m") == "gemini-3.1-flash-image"
    for odd in (None, 7, "Words of\nsomebody", "x" * 65):
        assert model_in({"modelVersion": odd}, asked="m") == "m"


@pytest.mark.parametrize("delay, seconds", [
    ("10s", 10.0), ("10.158753737s", 11.0), ("0.2s", 1.0), ("10", None), ("-3s", None), ("nans", None), (None, None),
    (7, None), ("9999999s", None),
])  # fmt: skip
def test_the_retry_delay_is_read_strictly(delay: Any, seconds: float | None) -> None:
    body = orjson.dumps({"error": {"code": 429, "details": [{"retryDelay": delay}]}})
    said = failure_in(429, body)
    assert isinstance(said, Temporary)
    assert said.retry_after == seconds


def test_an_error_wrapped_in_an_array_is_read_all_the_same() -> None:
    said = failure_in(429, b'[{"error":{"code":429,"details":[{"retryDelay":"7s"}]}}]')
    assert isinstance(said, Temporary)
    assert said.retry_after == 7.0


def test_a_page_that_is_not_found_is_no_retired_model() -> None:
    assert failure_in(404, b"<html>").code == "provider.misconfigured"
    assert failure_in(404, b'{"error":{"status":"NOT_FOUND"}}').code == "provider.no_such_model"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.integers(200, 599))
def test_no_answer_whatever_its_shape_does_more_than_fail(said: Any, status: int) -> None:
    with pytest.raises(Failure):
        picture_in(said)
    assert isinstance(failure_in(status, orjson.dumps(said)), Failure)


@given(st.binary(max_size=40), st.integers(200, 599))
def test_no_body_whatever_its_bytes_does_more_than_fail(body: bytes, status: int) -> None:
    assert isinstance(failure_in(status, body), Failure)
