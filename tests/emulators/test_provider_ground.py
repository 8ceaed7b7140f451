"""What the stand-ins for Gemini and Kling share: how they are scripted, what they tell, how answers are spoilt."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.settings import good_key
from emulators.words import named_in

ROOT = Path(__file__).resolve().parents[2]
QUESTION = json.dumps({"contents": [{"parts": [{"text": "x"}]}]})
# How each is asked something: method, path, headers, body.
ASKED = {
    "gemini": ("POST", "/v1/models/gemini-nano-banana-2.1:generateContent", {"x-goog-api-key": "k"}, QUESTION),
    "kling": ("GET", "/tasks?external_task_ids=a", {"Authorization": "Bearer k"}, None),
}


class StandIn:
    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request(method, path, json.dumps(body) if isinstance(body, dict | list) else body, headers)
        return line.getresponse()

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.send(method, f"/control/{path}", body)
        text = answer.read()
        return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text.decode()

    def ask(self) -> http.client.HTTPResponse:
        method, path, headers, body = ASKED[self.name]
        return self.send(method, path, body, **headers)

    def spoil(self, kind: str, **more: Any) -> None:
        stage = {"stage": "query"} if self.name == "kling" else {"canned": True}
        status, answer = self.control("POST", "scenario", {"rules": [{"kind": kind, **stage, **more}]})
        assert status == 200, answer

    def last_call(self) -> dict[str, Any]:
        call: dict[str, Any] = self.control("GET", "calls")[1][-1]
        return call


@pytest.fixture(scope="module")
def ports() -> Iterator[dict[str, int]]:
    command = [sys.executable, "-m", "emulators", "--gemini-port", "0", "--kling-port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in ASKED]
        found = [re.match(r"(\w+) ready on http://127.0.0.1:(\d+)", line) for line in lines]
        try:
            assert all(found), lines
            yield {match[1]: int(match[2]) for match in found if match}
        finally:
            process.terminate()


@pytest.fixture(params=sorted(ASKED))
def standin(request: pytest.FixtureRequest, ports: dict[str, int]) -> StandIn:
    one = StandIn(request.param, ports[request.param])
    one.control("POST", "reset")
    return one


@pytest.mark.parametrize("body", ["not json", [1], {}, {"rules": [{"kind": "drop", "colour": "red"}]}])
def test_a_rule_that_could_mean_anything_is_refused_with_a_sentence(standin: StandIn, body: Any) -> None:
    status, sentence = standin.control("POST", "scenario", body)
    assert status == 400
    assert re.search("not JSON|an object|must be a list|unknown names in a rule: colour", sentence)


def test_settings_change_together_or_not_at_all(standin: StandIn) -> None:
    before = standin.control("POST", "settings", {})
    assert standin.control("POST", "settings", {"latency": 3, "laziness": 1}) == (400, "bad setting: laziness")
    assert standin.control("POST", "settings", {}) == before


def test_a_key_that_is_set_is_never_shown(standin: StandIn) -> None:
    status, shown = standin.control("POST", "settings", {"key": "the-only-one"})
    assert status == 200
    assert "key" not in shown
    assert standin.ask().status in (400, 401)


def test_a_reset_forgets_the_bodies_that_came(standin: StandIn) -> None:
    standin.send("POST", ASKED[standin.name][1], "{}", **ASKED[standin.name][2]).read()
    path = f"calls/{standin.last_call()['n']}/body"
    assert standin.control("GET", path) == (200, {})
    standin.control("POST", "reset")
    assert standin.control("GET", path)[0] == 404
    assert standin.control("GET", "calls?since=x")[0] == 400


def test_a_truncated_answer_promises_more_than_it_gives(standin: StandIn) -> None:
    standin.spoil("truncate")
    with pytest.raises(http.client.IncompleteRead) as cut:
        standin.ask().read()
    # `expected` counts what is still to come.
    assert (cut.value.expected or 0) - len(cut.value.partial) in (0, 1)
    assert standin.last_call()["status"] == 200


def test_a_stalled_answer_lets_its_second_half_be_waited_for(standin: StandIn) -> None:
    standin.spoil("stall", seconds=0.6)
    began = time.monotonic()
    with pytest.raises(http.client.IncompleteRead):
        standin.ask().read()
    assert 0.5 < time.monotonic() - began < 30


def test_a_dropped_answer_is_recorded_as_none(standin: StandIn) -> None:
    standin.spoil("drop")
    with pytest.raises(http.client.RemoteDisconnected):
        standin.ask()
    assert standin.last_call()["status"] == 0


def test_a_reset_connection_ends_rudely(ports: dict[str, int]) -> None:
    gemini = StandIn("gemini", ports["gemini"])
    gemini.spoil("reset")
    with pytest.raises(ConnectionResetError) as ended:
        gemini.ask()
    assert not isinstance(ended.value, http.client.RemoteDisconnected)


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_stand_in_that_is_stopped_wakes_whoever_sleeps(name: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", f"emulators.{name}", "--port", str(port)], cwd=ROOT)
    alone = StandIn(name, port)
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with contextlib.suppress(ConnectionRefusedError):
            assert alone.send("GET", "/healthz").read() == b'{"ok": true}'
            break
        time.sleep(0.05)
    alone.spoil("slow", seconds=50)
    method, path, headers, body = ASKED[name]
    sleeper = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sleeper.request(method, path, body, headers)
    while not (calls := alone.control("GET", "calls")[1]) or calls[-1]["scenario"] != "slow":
        time.sleep(0.02)
    process.terminate()
    assert sleeper.getresponse().status == 200
    sleeper.close()
    assert process.wait(30) == 0


def test_without_a_key_nobody_comes_in() -> None:
    assert not good_key(None, only=None)
    assert not good_key("", only="")
    assert (good_key("any", only=None), good_key("badly", only=None)) == (True, False)
    assert (good_key("k", only="k"), good_key("any", only="k")) == (True, False)


def test_the_most_letters_of_a_prompt_choose_and_else_its_hash() -> None:
    keywords = {"a": ("in", "to"), "b": ("zooming",), "c": ("never",)}
    assert named_in("Zooming in to", keywords, lambda key, text: key in text) == "b"
    unnamed = {named_in(f"prompt {number}", keywords, lambda key, text: False) for number in range(40)}
    assert unnamed == {"a", "b", "c"}
