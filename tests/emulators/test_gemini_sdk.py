"""Google's own client against the stand-in: what it understands, our client may rely on."""

from __future__ import annotations

import functools
import io
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from google import genai
from google.genai import errors, types
from PIL import Image

SAMPLES = Path(__file__).parents[2] / "samples"
CAT = (SAMPLES / "cat.jpg").read_bytes()
MODEL = "gemini-nano-banana-2.1"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "emulators.gemini", "--port", str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                requests.get(url + "/healthz", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def emulator(server: str) -> str:
    requests.post(server + "/control/reset", timeout=60)
    return server


def script(url: str, *rules: dict[str, Any]) -> None:
    requests.post(url + "/control/scenario", json={"rules": list(rules)}, timeout=60).raise_for_status()


def last_call(url: str) -> dict[str, Any]:
    return dict(requests.get(url + "/control/calls", timeout=60).json()[-1])


@functools.cache  # a client reads the system's certificates, which takes its time
def client(url: str, *, key: str = "k", version: str | None = None, timeout: int | None = None) -> genai.Client:
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url, api_version=version, timeout=timeout))


def ask(
    google: genai.Client, prompt: str = "pixel art", *, model: str = MODEL, **image: str
) -> types.GenerateContentResponse:
    config = types.GenerateContentConfig(
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(**image) if image else None,
        safety_settings=[
            types.SafetySetting(
                category=types.HarmCategory.HARM_CATEGORY_HARASSMENT,
                threshold=types.HarmBlockThreshold.BLOCK_ONLY_HIGH,
            )
        ],
    )
    photo = types.Part.from_bytes(data=CAT, mime_type="image/jpeg")
    return google.models.generate_content(model=model, contents=[photo, prompt], config=config)


def pictures(response: types.GenerateContentResponse) -> list[types.Blob]:
    return [part.inline_data for part in response.parts or [] if part.inline_data]


@pytest.mark.parametrize("version", [None, "v1beta"])
def test_a_photo_becomes_a_picture_of_the_size_and_shape_asked_for(emulator: str, version: str | None) -> None:
    response = ask(client(emulator, version=version), aspect_ratio="3:4", image_size="1K")
    picture = pictures(response)[-1]
    assert picture.mime_type == "image/jpeg"
    image = Image.open(io.BytesIO(picture.data or b""))
    assert (image.format, image.size) == ("JPEG", (896, 1200))
    call = last_call(emulator)
    assert call["version"] == (version or "v1")
    assert call["image_bytes_len"] == len(CAT)
    assert (call["aspect_ratio"], call["image_size"], call["store"]) == ("3:4", "1K", None)
    assert response.usage_metadata is not None
    assert response.model_version == MODEL


def test_without_an_aspect_ratio_the_picture_has_the_photos(emulator: str) -> None:
    image = Image.open(io.BytesIO(pictures(ask(client(emulator)))[0].data or b""))
    assert image.size == (1264, 848)


def test_the_oldest_model_answers_png(emulator: str) -> None:
    picture = pictures(ask(client(emulator), model="gemini-2.5-flash-image"))[0]
    assert picture.mime_type == "image/png"
    assert (picture.data or b"").startswith(b"\x89PNG")


def test_twice_the_size_is_asked_for_with_2k(emulator: str) -> None:
    image = Image.open(io.BytesIO(pictures(ask(client(emulator), aspect_ratio="21:9", image_size="2K"))[0].data or b""))
    assert image.size == (3168, 1344)


@pytest.mark.parametrize("mime, kind", [("image/jpeg", "ok-jpeg"), ("image/png", "ok-png")])
def test_a_picture_carries_its_makers_marks(emulator: str, mime: str, kind: str) -> None:
    script(emulator, {"kind": kind})
    picture = pictures(ask(client(emulator)))[0]
    assert picture.mime_type == mime
    assert b"trainedAlgorithmicMedia" in (picture.data or b"")
    assert b"c2pa" in (picture.data or b"")
    Image.open(io.BytesIO(picture.data or b"")).load()


@pytest.mark.parametrize("kind, order", [("text+image", [False, True]), ("image+text", [True, False])])
def test_text_may_stand_before_or_after_the_picture(emulator: str, kind: str, order: list[bool]) -> None:
    script(emulator, {"kind": kind})
    assert [part.inline_data is not None for part in ask(client(emulator)).parts or []] == order


def test_drafts_come_first_and_the_final_picture_last(emulator: str) -> None:
    script(emulator, {"kind": "multi-draft"})
    response = ask(client(emulator))
    sizes = [Image.open(io.BytesIO(blob.data or b"")).width for blob in pictures(response)]
    assert len(sizes) == 3
    assert sizes[-1] == max(sizes)
    assert sizes[0] < sizes[-1]
    assert all(part.thought_signature and not part.thought for part in response.parts or [])


def test_thoughts_are_marked_and_only_one_picture_is_not_a_thought(emulator: str) -> None:
    script(emulator, {"kind": "thought"})
    parts = ask(client(emulator)).parts or []
    assert sum(bool(part.inline_data) and not part.thought for part in parts) == 1
    assert parts[-1].thought and parts[-1].inline_data, "the trap: the last picture is a thought"


@pytest.mark.parametrize(
    "kind, reason",
    [
        ("no-image", "NO_IMAGE"),
        ("image-safety", "IMAGE_SAFETY"),
        ("image-prohibited", "IMAGE_PROHIBITED_CONTENT"),
        ("image-other", "IMAGE_OTHER"),
        ("unknown-reason", "SOMETHING_NEW_SINCE"),
        ("pup-limited", "PUP_LIMITED_DISABLED"),
    ],
)
def test_a_refusal_is_a_candidate_without_parts(emulator: str, kind: str, reason: str) -> None:
    script(emulator, {"kind": kind})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client warns of a reason it does not know
        response = ask(client(emulator))
    assert not response.parts
    assert response.candidates is not None
    assert getattr(response.candidates[0].finish_reason, "value", None) == reason


def test_a_blocked_prompt_has_no_candidate_at_all(emulator: str) -> None:
    script(emulator, {"kind": "prompt-blocked"})
    response = ask(client(emulator))
    assert response.candidates is None
    assert response.prompt_feedback is not None
    assert response.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT


def test_text_may_come_in_place_of_a_picture(emulator: str) -> None:
    script(emulator, {"kind": "text-only"})
    response = ask(client(emulator))
    assert response.text
    assert not pictures(response)


@pytest.mark.parametrize(
    "kind, code, status",
    [
        ("400", 400, "INVALID_ARGUMENT"),
        ("400-billing", 400, "FAILED_PRECONDITION"),
        ("403", 403, "PERMISSION_DENIED"),
        ("404-model", 404, "NOT_FOUND"),
        ("429-bare", 429, "RESOURCE_EXHAUSTED"),
        ("500", 500, "INTERNAL"),
        ("503", 503, "UNAVAILABLE"),
        ("504", 504, "DEADLINE_EXCEEDED"),
        ("array-error", 503, "UNAVAILABLE"),
    ],
)
def test_errors_have_googles_shape(emulator: str, kind: str, code: int, status: str) -> None:
    script(emulator, {"kind": kind})
    with pytest.raises(errors.APIError) as raised:
        ask(client(emulator))
    assert (raised.value.code, raised.value.status) == (code, status)


@pytest.mark.parametrize("kind, period, retry", [("429-detailed", "PerMinute", True), ("429-per-day", "PerDay", False)])
def test_an_exhausted_quota_says_which_and_perhaps_when(emulator: str, kind: str, period: str, retry: bool) -> None:
    script(emulator, {"kind": kind})
    with pytest.raises(errors.ClientError) as raised:
        ask(client(emulator))
    told = str(raised.value.details)
    assert period in told
    assert ("RetryInfo" in told) is retry


def test_a_bad_key_is_told_as_googles_invalid_argument(emulator: str) -> None:
    with pytest.raises(errors.ClientError) as raised:
        ask(client(emulator, key="bad-key"))
    assert raised.value.code == 400
    assert "API_KEY_INVALID" in str(raised.value.details)
    assert last_call(emulator)["key_ok"] is False


def test_a_retired_model_is_not_found(emulator: str) -> None:
    with pytest.raises(errors.ClientError) as raised:
        ask(client(emulator), model="gemini-3-pro-image-preview")
    assert (raised.value.code, raised.value.status) == (404, "NOT_FOUND")


@pytest.mark.parametrize("model, image", [
    ("gemini-3-pro-image", {"aspect_ratio": "1:8"}),
    ("gemini-3.1-flash-lite-image", {"image_size": "2K"}),
    ("gemini-2.5-flash-image", {"image_size": "1K"}),
    (MODEL, {"image_size": "512"}),
    (MODEL, {"image_size": "1k"}),
    (MODEL, {"aspect_ratio": "7:5"}),
])  # fmt: skip
def test_a_model_refuses_a_shape_it_does_not_make(emulator: str, model: str, image: dict[str, str]) -> None:
    with pytest.raises(errors.ClientError) as raised:
        ask(client(emulator), model=model, **image)
    assert raised.value.code == 400


@pytest.mark.parametrize("kind", ["drop", "reset", "drop_reply", "truncate"])
def test_a_broken_connection_is_an_error_of_the_transport(emulator: str, kind: str) -> None:
    script(emulator, {"kind": kind, "canned": True})
    with pytest.raises(Exception, match=r"(?i)disconnect|peer closed|reset|incomplete|read"):
        ask(client(emulator))
    made = last_call(emulator)["picture_sha256"] is not None
    assert made is (kind not in ("drop", "reset")), (
        "the first two did no work; the others lose the answer to work that was done"
    )


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_a_slow_answer_runs_into_the_clients_timeout(emulator: str, kind: str) -> None:
    script(emulator, {"kind": kind, "seconds": 30, "canned": True})
    started = time.monotonic()
    with pytest.raises(Exception, match=r"(?i)time"):
        ask(client(emulator, timeout=400))
    assert time.monotonic() - started < 25  # of 30
