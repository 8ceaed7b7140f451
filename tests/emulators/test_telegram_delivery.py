"""Updates reach a webhook one at a time per queue, again and again until taken or expired."""

from __future__ import annotations

import json
import threading
import time
from itertools import pairwise
from typing import Any

import pytest
import requests

DEAD = "http://127.0.0.1:9/hook"


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates if "message" in update]


def test_an_update_comes_as_json_with_the_secret(told: Any, ann: Any, emulator: Any) -> None:
    (update,) = told.wait(1)
    assert update["message"]["text"] == "/start"
    assert update["message"]["from"] == update["message"]["from"] | {"id": ann.id, "is_bot": False}
    headers = told.headers[0]
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == "secret-1"
    emulator.settles()


def test_a_persons_messages_come_one_after_the_other_but_a_press_overtakes(
    told: Any, ann: Any, emulator: Any, hook: Any
) -> None:
    told.wait(1)
    emulator.settles()
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x")
    gate = threading.Event()

    def slow(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if "message" in update:
            gate.wait(60)
        return 200, {}, b""

    hook.answer = slow
    bob = emulator.person("Bob")
    for person, text in ((ann, "one"), (ann, "two"), (bob, "from bob")):
        person.says(text)
    ann.press(sent["message_id"], "now")
    arrived = told.wait(4)[1:]
    assert {next(k for k in update if k != "update_id") for update in arrived} == {"message", "callback_query"}
    assert set(texts(arrived)) == {"one", "from bob"}
    gate.set()
    assert texts(told.wait(5))[-1] == "two"


def test_a_refused_update_comes_again_at_once_then_slower_up_to_a_limit(
    told: Any, ann: Any, hook: Any, emulator: Any
) -> None:
    told.wait(1)
    emulator.settles()
    emulator.settings(retry_first=1.0, retry_cap=1.5)
    hook.answer = lambda update: (500 if len(hook.told) < 6 else 200, {}, b"")
    ann.says("again")
    updates = told.wait(6)[1:]
    assert len({update["update_id"] for update in updates}) == 1
    at_once, first, second, third = (later - earlier for earlier, later in pairwise(hook.at[1:6]))
    assert at_once < first
    assert first >= 1.0
    assert second >= 1.5
    assert 1.5 <= third < 4.0  # what it would be without the limit


def test_the_time_the_bot_asks_for_is_honoured(told: Any, ann: Any, hook: Any, emulator: Any) -> None:
    told.wait(1)
    hook.answer = lambda update: (503, {"Retry-After": "0.3"}, b"") if len(hook.told) < 3 else (200, {}, b"")
    ann.says("later")
    told.wait(3)
    assert hook.at[2] - hook.at[1] >= 0.29
    emulator.settles()
    assert emulator.ok("getWebhookInfo")["last_error_message"].startswith("Wrong response from the webhook: 503")


def test_an_answer_that_takes_too_long_counts_as_none(told: Any, ann: Any, hook: Any, emulator: Any) -> None:
    told.wait(1)
    emulator.settles()
    emulator.settings(pending_timeout=0.1)
    gate = threading.Event()

    def hang(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if len(hook.told) == 2:
            gate.wait(60)
        return 200, {}, b""

    hook.answer = hang
    ann.says("slow")
    first, second = told.wait(3)[1:]
    gate.set()
    assert first == second
    assert emulator.ok("getWebhookInfo")["last_error_message"] == "Read timeout expired"


def test_what_waits_for_an_absent_bot_is_delivered_in_order_later(emulator: Any, hook: Any) -> None:
    ann = emulator.person("Ann")
    emulator.ok("setWebhook", url=DEAD)
    for text in ("one", "two", "three"):
        ann.says(text)
    assert emulator.ok("getWebhookInfo")["pending_update_count"] == 3
    emulator.ok("setWebhook", url=hook.url)
    assert texts(hook.wait(3)) == ["one", "two", "three"]


def test_presses_expire_long_before_messages(emulator: Any, hook: Any, ann: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x")
    emulator.ok("setWebhook", url=DEAD, drop_pending_updates=True)
    emulator.settings(callback_lifetime=0.05, message_lifetime=60)
    ann.press(sent["message_id"], "too late")
    ann.says("still here")
    time.sleep(0.1)
    emulator.ok("setWebhook", url=hook.url)
    assert texts(hook.wait(1)) == ["still here"]
    emulator.settles()
    assert len(hook.told) == 1


def test_only_what_was_asked_for_is_told_and_that_is_remembered(emulator: Any, hook: Any) -> None:
    emulator.ok("setWebhook", url=hook.url, allowed_updates=["callback_query"])
    ann = emulator.person("Ann")
    ann.says("not asked for")
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="x")
    emulator.ok("setWebhook", url=hook.url + "2")
    assert emulator.ok("getWebhookInfo")["allowed_updates"] == ["callback_query"]
    ann.says("still not asked for")
    ann.press(sent["message_id"], "asked for")
    (update,) = hook.wait(1)
    assert update["callback_query"]["data"] == "asked for"
    emulator.settles()
    emulator.ok("setWebhook", url=hook.url, allowed_updates=[])
    ann.says("asked for again")
    assert texts(hook.wait(2)) == ["asked for again"]


@pytest.mark.parametrize("form", [False, True])
def test_a_call_in_the_answer_is_done_like_any_other(told: Any, hook: Any, emulator: Any, form: bool) -> None:
    def reply(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        fields = {"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": "<b>hi</b>"}
        fields["parse_mode"] = "HTML"
        if form:
            body = str(requests.Request("POST", "http://x", data=fields).prepare().body).encode()
            return 200, {"Content-Type": "application/x-www-form-urlencoded"}, body
        return 200, {"Content-Type": "application/json"}, json.dumps(fields).encode()

    hook.answer = reply
    ann = emulator.person("Ann")
    ann.says("/start")
    assert ann.sees(2)[-1]["text"] == "hi"
    (call,) = emulator.client("GET", "calls?method=sendMessage")
    assert (call["direction"], call["status"], call["params"]["parse_mode"]) == ("webhook-reply", 200, "HTML")


def test_calls_that_make_no_sense_in_an_answer_are_ignored(told: Any, hook: Any, emulator: Any) -> None:
    hook.answer = lambda update: (200, {"Content-Type": "application/json"}, b'{"method": "deleteWebhook"}')
    emulator.person("Ann").says("hello")
    told.wait(1)
    emulator.settles()
    assert emulator.ok("getWebhookInfo")["url"] == hook.url


def test_an_answer_that_is_an_error_carries_no_call(told: Any, hook: Any, emulator: Any) -> None:
    body = b'{"method": "sendMessage", "chat_id": 1, "text": "x"}'
    hook.answer = lambda update: (500 if len(hook.told) < 3 else 200, {"Content-Type": "application/json"}, body)
    emulator.person("Ann").says("hello")
    told.wait(3)
    emulator.settles()
    assert len(emulator.client("GET", "calls?method=sendMessage")) == 1


def test_a_duplicate_comes_with_the_same_id(told: Any, ann: Any, emulator: Any) -> None:
    told.wait(1)
    ben = emulator.person("Ben")  # whose first words are still on their way for nobody
    emulator.faults({"method": "update", "kind": "duplicate", "chat_id": ben.id})
    ben.says("twice")
    ben.says("once")
    assert texts(told.wait(4)) == ["/start", "twice", "twice", "once"]


def test_a_lost_reply_brings_the_update_again_and_its_call_is_not_done(told: Any, hook: Any, emulator: Any) -> None:
    ann = emulator.person("Ann")
    emulator.faults({"method": "update", "kind": "lose_reply", "chat_id": ann.id})
    answer = json.dumps({"method": "sendMessage", "chat_id": ann.id, "text": "x"}).encode()
    hook.answer = lambda update: (200, {"Content-Type": "application/json"}, answer)
    ann.says("hello")
    first, second = told.wait(2)
    assert first == second
    emulator.settles()
    assert len(emulator.client("GET", "calls?method=sendMessage")) == 1


def test_two_updates_of_one_chat_can_change_places(told: Any, ann: Any, emulator: Any) -> None:
    told.wait(1)
    emulator.settles()
    emulator.faults({"method": "update", "kind": "reorder"})
    for text in ("first", "second", "third"):
        ann.says(text)
    assert texts(told.wait(4))[1:] == ["second", "first", "third"]


def test_the_same_update_can_come_many_times_at_once(told: Any, hook: Any, emulator: Any) -> None:
    together = threading.Barrier(3)

    def meet(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        together.wait(60)
        return 200, {}, b""

    hook.answer = meet
    body = {"update": {"message": {"text": "raw"}}, "repeat": 3}
    answer = emulator.client("POST", "updates", json=body)
    assert answer["statuses"] == [200, 200, 200]
    assert {update["update_id"] for update in told.told} == {answer["update_id"]}


def test_a_raw_update_is_told_as_it_is(told: Any, emulator: Any) -> None:
    emulator.client("POST", "updates", json={"update": {"brand_new_thing": {"x": 1}, "update_id": 5}})
    assert told.wait(1) == [{"update_id": 5, "brand_new_thing": {"x": 1}}]


def test_no_more_connections_than_allowed(emulator: Any, hook: Any) -> None:
    lock, now, most, two = threading.Lock(), [0], [0], threading.Event()

    def busy(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 2:
                two.set()
        two.wait(60)
        time.sleep(0.03)  # in which a third one would come
        with lock:
            now[0] -= 1
        return 200, {}, b""

    hook.answer = busy
    emulator.ok("setWebhook", url=hook.url, max_connections=2)
    for n in range(6):
        emulator.person(f"P{n}").says("hi")
    hook.wait(6)
    emulator.settles()
    assert most[0] == 2


def test_a_webhook_that_is_gone_for_long_is_removed(told: Any, hook: Any, ann: Any, emulator: Any) -> None:
    told.wait(1)
    emulator.settings(gone_limit=0)
    hook.answer = lambda update: (410, {}, b"")
    ann.says("anyone?")
    ends = time.monotonic() + 60
    while emulator.ok("getWebhookInfo")["url"]:
        assert time.monotonic() < ends
        time.sleep(0.01)
    assert emulator.ok("getUpdates")[-1]["message"]["text"] == "anyone?"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/hook", "bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://example.org:8080/", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https:///hook", "bad webhook: URL host is empty"),
    ],
)
def test_a_webhook_needs_https_and_a_known_port_unless_it_is_on_this_machine(
    emulator: Any, url: str, reason: str
) -> None:
    assert emulator.call("setWebhook", url=url)["description"] == f"Bad Request: {reason}"
    bad = emulator.call("setWebhook", url="https://example.org/", secret_token="not allowed")
    assert bad["description"] == "Bad Request: secret token contains unallowed characters"


def test_setting_the_same_webhook_again_disturbs_nothing(told: Any, hook: Any, ann: Any, emulator: Any) -> None:
    told.wait(1)
    gate = threading.Event()
    hook.answer = lambda update: (gate.wait(60), (200, {}, b""))[1]
    ann.says("in flight")
    told.wait(2)
    emulator.ok("setWebhook", url=hook.url, secret_token="secret-1")
    gate.set()
    emulator.settles()
    assert len(hook.told) == 2


def test_two_processes_setting_a_webhook_at_once_meet_a_429(emulator: Any, hook: Any) -> None:
    answers: list[int] = []
    url = f"{emulator.url}/bot12345:demo/setWebhook"

    def setup() -> None:
        answers.append(requests.post(url, json={"url": hook.url}, timeout=60).status_code)

    for _ in range(100):  # on a busy machine they may come one after the other
        threads = [threading.Thread(target=setup) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if 429 in answers:
            break
    assert set(answers) == {200, 429}
