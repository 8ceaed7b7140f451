"""The stand-in on the wire: what it takes, what it refuses, what it remembers, and how it is scripted."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

CAT = (Path(__file__).parents[2] / "samples" / "cat.jpg").read_bytes()
MODEL = "gemini-nano-banana-2.1"
Json = dict[str, Any]


class Caller:
    """Plain REST, no client of anybody's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def ask(
        self, body: Any, *, model: str = MODEL, version: str = "v1", key: str | None = "k", query: str = ""
    ) -> requests.Response:
        headers = {"Content-Type": "application/json"} | ({"x-goog-api-key": key} if key else {})
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"{self.url}/{version}/models/{model}:generateContent{query}"
        return self.http.post(url, data=data, headers=headers, timeout=60)

    def control(self, path: str, body: Any, *, method: str = "POST") -> requests.Response:
        return self.http.request(method, f"{self.url}/control/{path}", json=body, timeout=60)

    def calls(self, since: int = 0) -> list[Json]:
        return list(self.http.get(f"{self.url}/control/calls?since={since}", timeout=60).json())


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "emulators.gemini", "--port", str(port)])
    caller = Caller(f"http://127.0.0.1:{port}")
    try:
        for _ in range(200):
            try:
                caller.http.get(caller.url + "/healthz", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield caller
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def emulator(server: Caller) -> Caller:
    """Reset, and quick: pictures ready-made, requests still read in full."""
    server.control("reset", {})
    server.control("scenario", {"rules": [{"kind": "ok", "times": None, "canned": True}]})
    return server


def request_body(data: bytes = CAT, prompt: str = "mosaic", **more: Any) -> Json:
    blob = {"mimeType": "image/jpeg", "data": base64.b64encode(data).decode()}
    return {"contents": [{"role": "user", "parts": [{"inlineData": blob}, {"text": prompt}]}], **more}


def test_both_base64_alphabets_and_missing_padding_are_understood(emulator: Caller) -> None:
    photo = b"\xfb\xff\xfe" * 50 + b"\xff"
    for encode in (base64.b64encode, base64.urlsafe_b64encode, lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=")):
        body = request_body()
        body["contents"][0]["parts"][0]["inlineData"]["data"] = encode(photo).decode()
        assert emulator.ask(body).status_code == 200
        assert emulator.calls()[-1]["image_sha256"] == hashlib.sha256(photo).hexdigest()


def test_snake_and_camel_case_may_be_mixed(emulator: Caller) -> None:
    blob = {"mime_type": "image/jpeg", "data": base64.b64encode(CAT).decode()}
    body = {
        "contents": [{"parts": [{"inline_data": blob}, {"text": "mosaic"}]}],
        "generation_config": {"responseModalities": ["IMAGE"], "image_config": {"aspect_ratio": "4:5"}},
        "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "store": False,
    }
    assert emulator.ask(body, version="v1beta").status_code == 200
    call = emulator.calls()[-1]
    assert (call["aspect_ratio"], call["store"], call["prompt"]) == ("4:5", False, "mosaic")


@pytest.mark.parametrize("more", [
    {"store": "no"},
    {"storage": False},
    {"generationConfig": {"imageConfig": {"outputMimeType": "image/png"}}},
    {"generationConfig": {"imageConfig": {"aspectRatio": "5:7"}}},
    {"generationConfig": {"imageConfig": {"imageSize": "512"}}},
    {"generationConfig": {"responseModalities": ["VIDEO"]}},
    {"generationConfig": {"candidateCount": 2}},
    {"safetySettings": [{"category": "HARM_CATEGORY_IMAGE_HATE", "threshold": "OFF"}]},
    {"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "SOMETIMES"}]},
    {"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}] * 2},
    {"serviceTier": "golden"},
    {"contents": []},
    {"contents": [{"parts": [{"inlineData": {"mimeType": "image/jpeg", "data": "%%%"}}]}]},
    {"contents": [{"parts": [{"inlineData": {"mimeType": "image/tiff", "data": "AAAA"}}]}]},
    {"contents": [{"role": "robot", "parts": [{"text": "x"}]}]},
])  # fmt: skip
def test_what_google_refuses_is_an_invalid_argument(emulator: Caller, more: Json) -> None:
    answer = emulator.ask(request_body() | more)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert emulator.calls()[-1]["status"] == 400


def test_a_body_that_is_not_json_is_an_invalid_argument(emulator: Caller) -> None:
    assert emulator.ask(b"{not json").status_code == 400
    assert emulator.ask(b"[]").status_code == 400


def test_bytes_that_are_no_picture_are_an_invalid_argument(emulator: Caller) -> None:
    emulator.control("scenario", None, method="DELETE")
    answer = emulator.ask(request_body(b"not a picture"))
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_missing_key_is_forbidden_and_a_bad_one_invalid(emulator: Caller) -> None:
    assert emulator.ask(request_body(), key=None).status_code == 403
    refused = emulator.ask(request_body(), key="bad").json()["error"]
    assert (refused["code"], refused["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    emulator.control("settings", {"key": "the-right-one"})
    assert emulator.ask(request_body(), key="k").status_code == 400
    assert emulator.ask(request_body(), key="the-right-one").status_code == 200


def test_the_key_may_stand_in_the_query_and_is_then_told_of(emulator: Caller) -> None:
    assert emulator.ask(request_body(), key=None, query="?key=k").status_code == 200
    call = emulator.calls()[-1]
    assert (call["key_ok"], call["key_in_query"]) == (True, True)


@pytest.mark.parametrize("model", ["gemini-2.5-flash-image-preview", "imagen-4.0-generate-001", "gemini-9"])
def test_dead_and_unknown_models_are_not_found(emulator: Caller, model: str) -> None:
    answer = emulator.ask(request_body(), model=model)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_rules_are_used_up_in_order_and_only_where_they_fit(emulator: Caller) -> None:
    emulator.control("scenario", None, method="DELETE")
    rules = [
        {"kind": "503", "times": 2, "model": MODEL},
        {"kind": "429-bare", "prompt_contains": "glass"},
        {"kind": "ok", "times": None, "canned": True},
    ]
    assert emulator.control("scenario", {"rules": rules}).json() == {"waiting": 3}
    statuses = [
        emulator.ask(request_body(), model="gemini-3-pro-image").status_code,
        emulator.ask(request_body()).status_code,
        emulator.ask(request_body(prompt="stained glass")).status_code,
        emulator.ask(request_body(prompt="stained glass")).status_code,
        emulator.ask(request_body(prompt="stained glass")).status_code,
    ]
    assert statuses == [200, 503, 503, 429, 200]
    assert [call["scenario"] for call in emulator.calls()[-5:]] == ["ok", "503", "503", "429-bare", "ok"]


def test_a_rule_that_is_not_understood_is_refused_and_adds_nothing(emulator: Caller) -> None:
    emulator.control("scenario", None, method="DELETE")
    for rules in ([{"kind": "ok"}, {"kind": "nonsense"}], [{"kind": "ok", "tmies": 3}], "ok", [7]):
        assert emulator.control("scenario", {"rules": rules}).status_code == 400
    assert emulator.control("scenario", {"rules": []}).json() == {"waiting": 0}
    assert emulator.control("settings", {"latency": "long"}).status_code == 400
    assert emulator.control("settings", {"laziness": 1}).status_code == 400


def test_the_exact_body_of_a_call_can_be_read_and_the_oldest_are_forgotten(emulator: Caller) -> None:
    sent = [json.dumps(request_body(b"x" * number)).encode() for number in range(1, 53)]
    for body in sent:
        emulator.ask(body)
    calls = emulator.calls()[-52:]
    read = [emulator.http.get(f"{emulator.url}/control/calls/{call['n']}/body", timeout=60) for call in calls]
    assert [answer.status_code for answer in read] == [404, 404] + [200] * 50
    assert [answer.content for answer in read[2:]] == sent[2:]
    assert emulator.calls(since=calls[-2]["n"]) == [calls[-1]]


def test_records_hold_header_names_and_never_a_key(emulator: Caller) -> None:
    emulator.ask(request_body(), key="a-secret-of-mine")
    assert "x-goog-api-key" in emulator.calls()[-1]["headers"]
    assert "a-secret-of-mine" not in json.dumps(emulator.calls())


def test_reset_forgets_everything_but_the_numbering(emulator: Caller) -> None:
    emulator.ask(request_body())
    before = emulator.calls()[-1]["n"]
    emulator.control("settings", {"canned": True, "latency": 9})
    emulator.control("reset", {})
    assert emulator.calls() == []
    emulator.control("scenario", {"rules": [{"kind": "empty"}]})
    assert emulator.ask(request_body()).json() == {}
    assert emulator.calls()[-1]["n"] == before + 1


def test_hundreds_of_slow_canned_calls_wait_at_the_same_time(emulator: Caller) -> None:
    emulator.control("scenario", None, method="DELETE")
    emulator.control("settings", {"canned": True, "latency": 0.5, "canned_kib": 40})
    started = time.monotonic()
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda _: requests.post(
            f"{emulator.url}/v1/models/{MODEL}:generateContent", data=b"{}", headers={"x-goog-api-key": "k"}, timeout=90
        ), range(200)))  # fmt: skip
    assert time.monotonic() - started < 50  # of the 100 that one after the other takes
    assert {answer.status_code for answer in answers} == {200}
    picture = base64.b64decode(answers[0].json()["candidates"][0]["content"]["parts"][0]["inlineData"]["data"])
    assert 40 * 1024 <= len(picture) < 110 * 1024


def test_a_garbage_answer_is_not_json_and_an_error_page_is_html(emulator: Caller) -> None:
    emulator.control("scenario", None, method="DELETE")
    emulator.control("scenario", {"rules": [{"kind": "garbage"}, {"kind": "html-502"}]})
    garbage, page = emulator.ask(request_body()), emulator.ask(request_body())
    with pytest.raises(ValueError):
        garbage.json()
    assert (garbage.status_code, page.status_code, page.headers["Content-Type"]) == (200, 502, "text/html")
