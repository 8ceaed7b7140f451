"""getUpdates: long polls, offsets, and who may not poll."""

from __future__ import annotations

import threading
import time
from typing import Any


def test_updates_are_given_again_until_an_offset_confirms_them(ann: Any, emulator: Any) -> None:
    ann.says("two")
    first, second = emulator.ok("getUpdates")
    assert emulator.ok("getUpdates") == [first, second]
    assert second["update_id"] == first["update_id"] + 1
    assert emulator.ok("getUpdates", offset=second["update_id"]) == [second]
    assert emulator.ok("getUpdates", offset=second["update_id"] + 1) == []


def test_a_negative_offset_keeps_the_last_ones_and_a_limit_takes_the_first(ann: Any, emulator: Any) -> None:
    for text in ("two", "three"):
        ann.says(text)
    assert emulator.ok("getUpdates", limit=1)[0]["message"]["text"] == "/start"
    kept = emulator.ok("getUpdates", offset=-2)
    assert [update["message"]["text"] for update in kept] == ["two", "three"]
    assert emulator.ok("getUpdates") == kept


def test_a_long_poll_ends_when_something_happens(emulator: Any) -> None:
    ann = emulator.person("Ann")
    later = threading.Timer(0.1, lambda: ann.says("now"))
    later.start()
    begun = time.monotonic()
    (update,) = emulator.ok("getUpdates", timeout=40)
    later.join()
    assert update["message"]["text"] == "now"
    assert time.monotonic() - begun < 30


def test_a_long_poll_ends_empty_after_its_time(emulator: Any) -> None:
    begun = time.monotonic()
    assert emulator.ok("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - begun < 30


def test_a_second_poll_ends_the_first(emulator: Any) -> None:
    answers: list[Any] = []
    first = threading.Thread(target=lambda: answers.append(emulator.call("getUpdates", timeout=40)))
    first.start()
    while first.is_alive():  # one that comes before it ends nothing
        emulator.ok("getUpdates")
        first.join(0.1)
    assert answers[0]["error_code"] == 409
    assert answers[0]["description"].startswith("Conflict: terminated by other getUpdates request")


def test_nobody_polls_while_a_webhook_is_set(emulator: Any, hook: Any) -> None:
    emulator.ok("setWebhook", url=hook.url)
    answer = emulator.call("getUpdates")
    assert answer["error_code"] == 409
    assert answer["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    emulator.ok("deleteWebhook")
    assert emulator.ok("getUpdates") == []


def test_pending_updates_can_be_dropped(ann: Any, emulator: Any) -> None:
    emulator.ok("deleteWebhook", drop_pending_updates=True)
    assert emulator.ok("getUpdates") == []


def test_old_updates_are_not_given(ann: Any, emulator: Any) -> None:
    emulator.settings(message_lifetime=0)
    assert emulator.ok("getUpdates") == []


def test_the_client_librarys_own_polling_works(ann: Any, emulator: Any, bot: Any) -> None:
    heard: list[str] = []
    bot.register_message_handler(lambda message: heard.append(message.text), func=lambda message: True)
    ann.says("hello")
    bot.process_new_updates(bot.get_updates(timeout=60, allowed_updates=["message", "callback_query"]))
    assert heard == ["/start", "hello"]
    ann.does("block")
    assert [update["message"]["text"] for update in emulator.ok("getUpdates")] == ["/start", "hello"]
