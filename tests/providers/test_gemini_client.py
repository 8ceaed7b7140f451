"""Our client against the Gemini stand-in: what leaves the house, what comes back, and what each failure means."""

from __future__ import annotations

import base64
import hashlib
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from errors import Failure, Permanent, Rejected, Temporary
from providers.gemini import Gemini, Picture
from providers.http import Origin, Outbound, Timeout

CAT = (Path(__file__).parents[2] / "samples" / "cat.jpg").read_bytes()
MODEL, FALLBACK = "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image"
KEY = "a-key-of-ours"


class Emulator:
    def __init__(self, url: str) -> None:
        self.url = url
        self.outbound = Outbound([Origin.of(url)])

    def script(self, *rules: dict[str, Any]) -> None:
        requests.post(f"{self.url}/control/scenario", json={"rules": list(rules)}, timeout=60).raise_for_status()

    def settings(self, **values: Any) -> None:
        requests.post(f"{self.url}/control/settings", json=values, timeout=60).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.url}/control/calls", timeout=60).json())

    def sent(self) -> Any:
        """The last body that left the house, as JSON."""
        return requests.get(f"{self.url}/control/calls/{self.calls()[-1]['n']}/body", timeout=60).json()

    def gemini(self, **more: Any) -> Gemini:
        options = {"api_key": KEY, "model": MODEL, "fallback_model": FALLBACK, **more}
        return Gemini(self.outbound, base_url=self.url, **options)


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
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
        yield Emulator(url)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    requests.post(server.url + "/control/reset", timeout=60)
    return server


def ask(gemini: Gemini, prompt: str = "pixel art", *, photo: bytes = CAT, **more: Any) -> Picture:
    return gemini.picture(photo, "image/jpeg", prompt, **{"aspect_ratio": "3:2", **more})


def failure(gemini: Gemini, **more: Any) -> Failure:
    with pytest.raises(Failure) as raised:
        ask(gemini, **more)
    return raised.value


@pytest.mark.proves("P2.3")
def test_a_picture_comes_back_byte_for_byte_with_its_marks(emulator: Emulator) -> None:
    picture = ask(emulator.gemini())
    assert hashlib.sha256(picture.data).hexdigest() == emulator.calls()[-1]["picture_sha256"]
    assert b"trainedAlgorithmicMedia" in picture.data
    assert (picture.mime, picture.model) == ("image/jpeg", MODEL)
    assert picture.usage["totalTokenCount"] > picture.usage["candidatesTokenCount"] > 0
    assert "data" not in repr(picture)


@pytest.mark.proves("P4.1", "P4.3")
def test_what_leaves_the_house_is_the_photo_the_prompt_and_the_wish_that_nothing_be_stored(emulator: Emulator) -> None:
    ask(emulator.gemini(), "as a mosaic")
    call, sent = emulator.calls()[-1], emulator.sent()
    assert set(sent) == {"contents", "safetySettings", "store", "generationConfig"}
    assert sent["store"] is False
    assert sent["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"imageSize": "1K", "aspectRatio": "3:2"},
    }
    photo, words = sent["contents"][0]["parts"]
    assert photo == {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(CAT).decode()}}
    assert words == {"text": "as a mosaic"}
    assert {setting["threshold"] for setting in sent["safetySettings"]} == {"BLOCK_MEDIUM_AND_ABOVE"}
    assert (call["version"], call["key_ok"], call["key_in_query"]) == ("v1", True, False)
    assert "x-goog-api-key" in call["headers"]


def test_what_is_done_meanwhile_is_not_waited_for_besides(emulator: Emulator) -> None:
    """The request is with the provider, whole, before it begins."""
    there: list[bool] = []

    def meanwhile() -> None:
        until = time.monotonic() + 60
        while not (arrived := has_body()) and time.monotonic() < until:
            time.sleep(0.02)
        there.append(arrived)

    def has_body() -> bool:
        calls = emulator.calls()
        asked = f"{emulator.url}/control/calls/{calls[-1]['n']}/body" if calls else None
        return asked is not None and requests.get(asked, timeout=60).ok

    emulator.script({"kind": "ok", "canned": True})
    ask(emulator.gemini(), meanwhile=meanwhile)
    assert there == [True]
    assert len(emulator.calls()) == 1


def test_without_an_aspect_ratio_none_is_sent(emulator: Emulator) -> None:
    emulator.script({"kind": "ok", "canned": True})
    ask(emulator.gemini(), aspect_ratio=None, image_size="2K")
    assert emulator.sent()["generationConfig"]["imageConfig"] == {"imageSize": "2K"}


@pytest.mark.parametrize(
    "prompt", ['with "quotes" and \\ and\nlines', "по-русски, 水彩, 🎨", '"@photo@", {"text":"x"}', "a" * 1000]
)
def test_the_persons_words_arrive_as_they_are(emulator: Emulator, prompt: str) -> None:
    emulator.script({"kind": "ok", "canned": True})
    ask(emulator.gemini(), prompt)
    assert emulator.calls()[-1]["prompt"] == prompt
    assert emulator.calls()[-1]["image_sha256"] == hashlib.sha256(CAT).hexdigest()


def test_half_a_character_in_the_prompt_breaks_nothing(emulator: Emulator) -> None:
    emulator.script({"kind": "ok", "canned": True})
    ask(emulator.gemini(), "a cat \ud83d")
    assert emulator.calls()[-1]["prompt"] == "a cat ?"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])
def test_photos_of_every_length_arrive_whole(emulator: Emulator, size: int) -> None:
    emulator.script({"kind": "ok", "canned": True})
    photo = bytes(range(256)) * (size // 256 + 1)
    ask(emulator.gemini(), photo=photo[:size])
    assert emulator.calls()[-1]["image_sha256"] == hashlib.sha256(photo[:size]).hexdigest()


def test_the_body_is_never_in_memory_as_a_whole(emulator: Emulator) -> None:
    emulator.settings(canned_kib=16)
    emulator.script({"kind": "ok", "times": 2, "canned": True})
    photo, gemini = bytes(8_000_000), emulator.gemini()
    ask(gemini)
    tracemalloc.start()
    try:
        ask(gemini, photo=photo)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_the_photo_is_let_go_while_the_answer_is_awaited(emulator: Emulator) -> None:
    gone: list[float] = []

    class Watched(bytes):
        def __del__(self) -> None:
            gone.append(time.monotonic())

    emulator.script({"kind": "slow", "seconds": 1.5, "canned": True})
    gemini = emulator.gemini()
    gemini.picture(Watched(CAT), "image/jpeg", "x", aspect_ratio=None)
    answered = time.monotonic()
    assert len(gone) == 1
    assert answered - gone[0] > 0.4


@pytest.mark.parametrize("kind", ["text+image", "image+text", "multi-draft", "thought"])
def test_the_last_picture_that_is_no_thought_is_taken(emulator: Emulator, kind: str) -> None:
    emulator.script({"kind": kind})
    picture = ask(emulator.gemini())
    assert hashlib.sha256(picture.data).hexdigest() == emulator.calls()[-1]["picture_sha256"]


def test_a_png_is_called_a_png(emulator: Emulator) -> None:
    emulator.script({"kind": "ok-png"})
    assert ask(emulator.gemini()).mime == "image/png"


FAILURES: dict[str, tuple[type[Failure], str]] = {
    "prompt-blocked": (Rejected, "provider.refused"),
    "image-safety": (Rejected, "provider.refused"),
    "image-prohibited": (Rejected, "provider.refused"),
    "no-image": (Temporary, "provider.no_picture"),
    "image-other": (Temporary, "provider.no_picture"),
    "text-only": (Temporary, "provider.no_picture"),
    "unknown-reason": (Temporary, "provider.no_picture"),
    "empty": (Temporary, "provider.no_picture"),
    "pup-limited": (Permanent, "provider.limited"),
    "429-detailed": (Temporary, "provider.busy"),
    "429-bare": (Temporary, "provider.busy"),
    "429-per-day": (Temporary, "provider.busy"),
    "500": (Temporary, "provider.unavailable"),
    "503": (Temporary, "provider.unavailable"),
    "504": (Temporary, "provider.unavailable"),
    "array-error": (Temporary, "provider.unavailable"),
    "html-502": (Temporary, "provider.unavailable"),
    "400": (Permanent, "provider.bad_request"),
    "400-key": (Permanent, "provider.misconfigured"),
    "400-billing": (Permanent, "provider.misconfigured"),
    "403": (Permanent, "provider.misconfigured"),
    "garbage": (Temporary, "provider.garbage"),
    "undecodable": (Temporary, "provider.garbage"),
    "bad-base64": (Temporary, "provider.garbage"),
    "drop": (Temporary, "http.unreachable"),
    "drop_reply": (Temporary, "http.unreachable"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_every_failure_has_its_family_and_code_and_says_nothing_else(emulator: Emulator, kind: str) -> None:
    emulator.script({"kind": kind, "canned": True})
    said = failure(emulator.gemini(), prompt="the words of a person")
    assert (type(said), said.code) == FAILURES[kind]
    told = f"{said} {said.facts}"
    assert not any(secret in told for secret in ("words of a person", KEY, "Support code", "quota", "filtered"))
    assert said.__context__ is None or (said.__cause__ is None and said.__suppress_context__)


def test_an_answer_cut_in_the_middle_is_temporary(emulator: Emulator) -> None:
    emulator.script({"kind": "truncate", "canned": True})
    said = failure(emulator.gemini())
    assert isinstance(said, Temporary)
    assert said.code in {"http.cut_off", "http.unreachable"}


@pytest.mark.parametrize("kind", ["slow", "stall"])
def test_a_provider_that_keeps_us_waiting_runs_into_our_timeout(emulator: Emulator, kind: str) -> None:
    emulator.script({"kind": kind, "seconds": 20, "canned": True})
    started = time.monotonic()
    said = failure(emulator.gemini(timeout=Timeout(connect=1, read=0.3)))
    assert (type(said), said.code) == (Temporary, "http.timeout")
    assert time.monotonic() - started < 15  # of 20


def test_a_refusal_tells_its_class_in_our_words(emulator: Emulator) -> None:
    emulator.script({"kind": "prompt-blocked"}, {"kind": "image-prohibited"}, {"kind": "finish", "reason": "SPII"})
    gemini = emulator.gemini()
    assert [failure(gemini).facts["reason"] for _ in range(3)] == ["prompt", "prohibited", "personal_data"]


@pytest.mark.parametrize("kind", ["no-image", "unknown-reason", "text-only"])
def test_an_answer_without_a_picture_is_tried_once_more_and_no_further(emulator: Emulator, kind: str) -> None:
    emulator.script({"kind": kind, "times": 2})
    first, second = (failure(emulator.gemini(), attempt=attempt) for attempt in (1, 2))
    assert (type(first), first.code) == (Temporary, "provider.no_picture")
    assert (type(second), second.code) == (Rejected, "provider.no_picture")


def test_how_long_to_wait_is_taken_from_google_where_it_says(emulator: Emulator) -> None:
    emulator.script({"kind": "429-detailed"}, {"kind": "429-bare"}, {"kind": "429-per-day"})
    waits = []
    for _ in range(3):
        said = failure(emulator.gemini())
        assert isinstance(said, Temporary)
        waits.append(said.retry_after)
    assert waits[:2] == [10.0, None]
    assert waits[2] is not None and waits[2] >= 3600


def test_a_retired_model_is_replaced_at_the_next_try_and_from_then_on(emulator: Emulator) -> None:
    emulator.script({"kind": "404-model", "times": None, "model": MODEL}, {"kind": "ok", "times": None, "canned": True})
    gemini = emulator.gemini()
    said = failure(gemini)
    assert isinstance(said, Temporary)
    assert (said.code, said.retry_after) == ("provider.model_retired", 0.0)
    assert ask(gemini).model == FALLBACK
    assert ask(gemini).model == FALLBACK
    assert [call["model"] for call in emulator.calls()] == [MODEL, FALLBACK, FALLBACK]


@pytest.mark.parametrize("options", [{"fallback_model": None}, {"fallback_model": MODEL}])
def test_without_another_model_a_retired_one_is_for_ops_to_mend(emulator: Emulator, options: dict[str, Any]) -> None:
    emulator.script({"kind": "404-model"})
    assert failure(emulator.gemini(**options)).code == "provider.misconfigured"


def test_when_the_fallback_is_retired_as_well_ops_are_told(emulator: Emulator) -> None:
    emulator.script({"kind": "404-model", "times": 2})
    gemini = emulator.gemini()
    assert [failure(gemini).code for _ in range(2)] == ["provider.model_retired", "provider.misconfigured"]


def test_a_refusal_says_what_it_costs_us(emulator: Emulator) -> None:
    emulator.script({"kind": "image-safety"})
    facts = failure(emulator.gemini()).facts
    assert facts["model"] == MODEL
    assert int(facts["totalTokenCount"] or 0) >= int(facts["promptTokenCount"] or 0) > 0


@pytest.mark.parametrize("kind", ["400", "403", "429-bare", "503", "image-safety", "garbage"])
def test_nothing_but_a_retired_model_changes_the_model(emulator: Emulator, kind: str) -> None:
    emulator.script({"kind": kind}, {"kind": "ok", "canned": True})
    gemini = emulator.gemini()
    failure(gemini)
    assert ask(gemini).model == MODEL


def test_a_model_that_is_really_dead_is_found_out(emulator: Emulator) -> None:
    gemini = emulator.gemini(model="gemini-3-pro-image-preview")
    assert failure(gemini).code == "provider.model_retired"
    assert ask(gemini).model == FALLBACK


def test_an_address_that_is_not_geminis_is_for_ops_to_mend(emulator: Emulator) -> None:
    gemini = emulator.gemini()
    elsewhere = Gemini(emulator.outbound, base_url=emulator.url + "/wrong", api_key=KEY, model="m" * 40)
    assert failure(elsewhere).code == "provider.misconfigured"
    emulator.settings(key="another")
    assert failure(gemini).code == "provider.misconfigured"


def test_an_answer_larger_than_we_take_is_not_read_to_its_end(emulator: Emulator) -> None:
    emulator.script({"kind": "ok", "canned": True})
    assert failure(emulator.gemini(max_bytes=100_000)).code == "http.too_large"


@pytest.mark.proves("P5.5")
def test_nobody_there_is_temporary_and_an_undeclared_host_is_not() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        nobody = Gemini(Outbound([Origin.of(url)]), base_url=url, api_key=KEY, model=MODEL)
        said = failure(nobody)
        assert (type(said), said.code) == (Temporary, "http.unreachable")
        undeclared = Gemini(Outbound([]), base_url=url, api_key=KEY, model=MODEL)
        assert failure(undeclared).code == "http.undeclared_host"
