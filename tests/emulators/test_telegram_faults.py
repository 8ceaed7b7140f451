"""Trouble comes as the rules say, and goes when they are used up."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from emulators.telegram.traffic import KEPT, Traffic


def test_an_error_comes_in_telegrams_form_as_often_as_asked(ann: Any, emulator: Any) -> None:
    rule = {"method": "sendMessage", "kind": "error", "error_code": 429, "times": 2}
    rule |= {"description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}}
    emulator.faults(rule)
    for _ in range(2):
        answer = emulator.http.post(f"{emulator.url}/bot12345:demo/sendMessage", json={"chat_id": ann.id, "text": "x"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
        assert answer.json()["parameters"] == {"retry_after": 7}
    emulator.ok("sendMessage", chat_id=ann.id, text="x")
    assert len(ann.messages()) == 2


def test_the_client_library_understands_the_error(ann: Any, emulator: Any, bot: Any) -> None:
    from telebot.apihelper import ApiTelegramException

    emulator.faults(
        {"method": "*", "kind": "error", "error_code": 429, "description": "x", "parameters": {"retry_after": 3}}
    )
    with pytest.raises(ApiTelegramException) as caught:
        bot.send_message(ann.id, "hello")
    assert caught.value.result_json["parameters"]["retry_after"] == 3


def test_a_rule_may_be_about_one_chat_and_one_method(ann: Any, emulator: Any) -> None:
    bob = emulator.person("Bob")
    bob.says("hi")
    emulator.faults({"method": "sendmessage", "kind": "error", "chat_id": bob.id, "times": None})
    emulator.ok("sendMessage", chat_id=ann.id, text="x")
    emulator.ok("sendChatAction", chat_id=bob.id, action="typing")
    for _ in range(2):
        assert emulator.call("sendMessage", chat_id=bob.id, text="x")["error_code"] == 500
    emulator.client("DELETE", "faults")
    emulator.ok("sendMessage", chat_id=bob.id, text="x")


@pytest.mark.parametrize(("kind", "done"), [("drop", 0), ("drop_reply", 1)])
def test_a_dropped_connection_leaves_the_call_undone_or_done(ann: Any, emulator: Any, kind: str, done: int) -> None:
    emulator.faults({"method": "sendMessage", "kind": kind})
    with pytest.raises(requests.ConnectionError):
        emulator.call("sendMessage", chat_id=ann.id, text="x")
    assert len(ann.messages()) == 1 + done
    (call,) = emulator.client("GET", "calls?method=sendMessage")
    assert call["status"] == 0


def test_a_delay_comes_before_the_call_and_beside_another_rule(ann: Any, emulator: Any) -> None:
    emulator.faults(
        {"method": "*", "kind": "delay", "seconds": 0.2},
        {"method": "sendMessage", "kind": "error", "error_code": 400, "description": "Bad Request: no"},
    )
    begun = time.monotonic()
    assert emulator.call("sendMessage", chat_id=ann.id, text="x")["description"] == "Bad Request: no"
    assert 0.19 < time.monotonic() - begun < 30
    emulator.ok("sendMessage", chat_id=ann.id, text="x")


def test_an_answer_can_be_cut_in_half(ann: Any, emulator: Any) -> None:
    emulator.faults({"method": "sendMessage", "kind": "truncate"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        emulator.call("sendMessage", chat_id=ann.id, text="x")
    assert len(ann.messages()) == 2


def test_an_answer_can_be_anything_with_any_status(ann: Any, emulator: Any) -> None:
    emulator.faults({"method": "sendMessage", "kind": "status", "status": 502, "body": "<html>bad gateway</html>"})
    answer = emulator.http.post(f"{emulator.url}/bot12345:demo/sendMessage", json={"chat_id": ann.id, "text": "x"})
    assert (answer.status_code, answer.text) == (502, "<html>bad gateway</html>")
    assert len(ann.messages()) == 1


def test_downloads_have_trouble_of_their_own(ann: Any, emulator: Any) -> None:
    ann.send(files={"document": ("a.bin", b"0123456789" * 1000)})
    file_id = emulator.ok("getUpdates")[-1]["message"]["document"]["file_id"]
    emulator.faults({"method": "*", "kind": "error"}, {"method": "download", "kind": "truncate"})
    emulator.client("DELETE", "faults")
    path = emulator.ok("getFile", file_id=file_id)["file_path"]
    url = f"{emulator.url}/file/bot12345:demo/{path}"
    emulator.faults(
        {"method": "download", "kind": "truncate"},
        {"method": "download", "kind": "drop"},
        {"method": "download", "kind": "error", "error_code": 404, "description": "Not Found"},
        {"method": "download", "kind": "status", "status": 503, "body": "busy"},
    )
    begun = requests.get(url, stream=True, timeout=60)
    assert begun.headers["Content-Length"] == "10000"
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        begun.raw.decode_content = True
        assert begun.content
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=60)
    assert requests.get(url, timeout=60).json()["error_code"] == 404
    assert requests.get(url, timeout=60).text == "busy"
    assert len(requests.get(url, timeout=60).content) == 10000


@pytest.mark.parametrize(
    "rule",
    [{"method": "x"}, {"method": "x", "kind": "sulk"}, {"method": "update", "kind": "drop"}, {"kind": "drop"},
     {"method": "x", "kind": "drop", "times": 0}, {"method": "x", "kind": "drop", "colour": "red"}],
)  # fmt: skip
def test_a_rule_that_could_never_work_is_refused(emulator: Any, rule: dict[str, Any]) -> None:
    answer = emulator.http.post(f"{emulator.url}/client/faults", json={"rules": [rule]})
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_traffic_tells_calls_and_updates_in_short(told: Any, ann: Any, emulator: Any) -> None:
    told.wait(1)
    emulator.settles()
    start = emulator.client("GET", "traffic")["next"]
    emulator.ok("sendMessage", chat_id=ann.id, text="hello there")
    seen = emulator.client("GET", f"traffic?since={start}&wait=60")
    (entry,) = [entry for entry in seen["entries"] if entry["direction"] == "call"]
    assert (entry["method"], entry["status"], entry["person"]) == ("sendMessage", 200, ann.id)
    assert "text=hello there" in entry["summary"]
    updates = [e for e in emulator.client("GET", "traffic")["entries"] if e["direction"] == "update"]
    assert [(e["type"], e["summary"], e["status"]) for e in updates] == [("message", "Ann: /start", 200)]


def test_recorded_calls_hold_parameters_and_answers_but_no_file_bytes(ann: Any, emulator: Any) -> None:
    emulator.ok("sendDocument", {"document": ("a.txt", b"hello", "text/plain")}, chat_id=str(ann.id), caption="c")
    (call,) = emulator.client("GET", "calls?method=senddocument")
    assert call["params"]["document"] == {"file_name": "a.txt", "size": 5}
    assert call["params"]["caption"] == "c"
    assert call["response"]["result"]["document"]["file_name"] == "a.txt"


@pytest.mark.parametrize("values", [{"no_such": 1}, {"retry_first": "fast"}, {"retry_first": -1}])
def test_settings_that_make_no_sense_are_refused(emulator: Any, values: dict[str, Any]) -> None:
    assert emulator.http.post(f"{emulator.url}/client/settings", json=values).status_code == 400


def test_an_entry_of_the_traffic_can_be_read_whole(told: Any, ann: Any, emulator: Any) -> None:
    told.answer = lambda update: (200, {"Content-Type": "application/json"}, b'{"method": "getMe"}')
    ann.says("hello")
    told.wait(2)
    emulator.settles()
    emulator.ok("sendMessage", chat_id=ann.id, text="hi", reply_markup='{"inline_keyboard": []}')
    entries = emulator.client("GET", "traffic")["entries"]
    (update,) = [e for e in entries if e.get("summary") == "Ann: hello"]
    whole = emulator.client("GET", f"traffic/{update['n']}")
    assert whole["update"] == told.told[1]
    assert whole["response"] == {"status": 200, "reason": "OK", "body": '{"method": "getMe"}'}
    (call,) = [e for e in entries if e.get("method") == "sendMessage"]
    whole = emulator.client("GET", f"traffic/{call['n']}")
    assert whole["params"] == {"chat_id": ann.id, "text": "hi", "reply_markup": '{"inline_keyboard": []}'}
    assert whole["response"]["result"]["text"] == "hi"
    assert whole["summary"] == call["summary"]


def test_the_traffic_keeps_only_the_newest(emulator: Any) -> None:
    traffic = Traffic()
    for number in range(KEPT + 5):
        traffic.record("call", "getMe", {"number": number}, status=200, started=0)
    assert [traffic.entry(n) for n in (0, 5, KEPT + 6)] == [None, None, None]
    oldest, newest = traffic.entry(6), traffic.entry(KEPT + 5)
    assert oldest is not None
    assert newest is not None
    assert (oldest.params, newest.params) == ({"number": 5}, {"number": KEPT + 4})
    for wrong in ("0", "99999999", "x"):
        assert emulator.http.get(f"{emulator.url}/client/traffic/{wrong}").status_code == 404


@pytest.mark.parametrize("rule", [{"method": "sendMessage", "kind": "drop", "holds": "text"}])
def test_only_a_rule_for_updates_may_name_what_they_hold(emulator: Any, rule: dict[str, Any]) -> None:
    answer = emulator.http.post(f"{emulator.url}/client/faults", json={"rules": [rule]})
    assert answer.json() == {"error": "holds is about what an update holds"}
