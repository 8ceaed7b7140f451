"""People and what they see: the client's surface."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest


def test_a_person_is_added_changed_and_listed(emulator: Any) -> None:
    ann = emulator.person("Ann", last_name="Lee", language_code="en")
    emulator.client("PATCH", f"people/{ann.id}", json={"first_name": "Anna", "last_name": None})
    (shown,) = emulator.client("GET", "people")
    assert shown["first_name"] == "Anna"
    assert "last_name" not in shown
    assert shown["language_code"] == "en"
    assert 10**8 <= shown["id"] < 10**10


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"first_name": 5}, 400), ({"first_name": "A", "shoe": 40}, 400), ({"first_name": "A", "id": 7}, 409)],
)
def test_a_person_that_cannot_be_is_refused_in_a_sentence(emulator: Any, body: dict[str, Any], status: int) -> None:
    emulator.client("POST", "people", json={"first_name": "Bob", "id": 7})
    answer = emulator.http.post(f"{emulator.url}/client/people", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_new_names_are_in_the_next_update(ann: Any, emulator: Any) -> None:
    emulator.client("PATCH", f"people/{ann.id}", json={"first_name": "Anna", "username": None})
    ann.says("hello")
    sender = emulator.ok("getUpdates")[-1]["message"]["from"]
    assert sender == {"id": ann.id, "is_bot": False, "first_name": "Anna", "language_code": "en"}


def test_the_chat_shows_both_sides_with_buttons_and_entities(ann: Any, emulator: Any) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    emulator.ok("sendMessage", chat_id=ann.id, text="<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard)
    first, second = ann.messages()
    assert (first["from"], first["text"], first["entities"][0]["type"]) == ("person", "/start", "bot_command")
    assert (second["from"], second["text"], second["buttons"]) == ("bot", "Hi", keyboard["inline_keyboard"])
    assert second["entities"] == [{"offset": 0, "length": 2, "type": "bold"}]


def test_only_changes_since_a_revision_are_told(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="one")
    rev = ann.chat()["rev"]
    assert ann.chat(since=rev)["messages"] == []
    emulator.ok("editMessageText", chat_id=ann.id, message_id=sent["message_id"], text="two")
    (changed,) = ann.chat(since=rev)["messages"]
    assert (changed["text"], changed["edited"]) == ("two", 1)


def test_a_waiting_client_is_told_at_once(ann: Any, emulator: Any) -> None:
    rev = ann.chat()["rev"]
    later = threading.Timer(0.1, lambda: emulator.ok("sendMessage", chat_id=ann.id, text="now"))
    later.start()
    begun = time.monotonic()
    (message,) = ann.chat(since=rev, wait=40)["messages"]
    later.join()
    assert message["text"] == "now"
    assert time.monotonic() - begun < 30


def test_a_deleted_message_stays_as_deleted(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="gone soon", disable_notification=True)
    emulator.ok("deleteMessage", chat_id=ann.id, message_id=sent["message_id"])
    last = ann.messages()[-1]
    assert last["deleted"]
    assert last["silent"]


def test_what_the_bot_is_doing_is_shown_and_ends_with_its_message(ann: Any, emulator: Any) -> None:
    begun = time.time()
    emulator.ok("sendChatAction", chat_id=ann.id, action="upload_photo")
    said = time.time()
    action = ann.chat()["action"]
    assert action["name"] == "upload_photo"
    assert begun + 5 <= action["until"] <= said + 5
    emulator.ok("sendMessage", chat_id=ann.id, text="done")
    assert ann.chat()["action"] is None


def test_a_person_edits_and_deletes_an_own_message(ann: Any, emulator: Any) -> None:
    message_id = ann.says("helo")
    emulator.client("PATCH", f"people/{ann.id}/messages/{message_id}", json={"text": "hello"})
    edited = emulator.ok("getUpdates")[-1]["edited_message"]
    assert (edited["message_id"], edited["text"]) == (message_id, "hello")
    assert edited["edit_date"] >= edited["date"]
    emulator.client("DELETE", f"people/{ann.id}/messages/{message_id}")
    assert ann.messages()[-1]["deleted"]


def test_a_press_is_told_with_its_message_and_answered_with_a_toast(ann: Any, emulator: Any) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="Sure?", reply_markup=keyboard)
    place = {"message_id": sent["message_id"], "row": 0, "column": 0}
    press = emulator.client("POST", f"people/{ann.id}/press", json=place)["callback_query_id"]
    query = emulator.ok("getUpdates")[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (press, "y", ann.id)
    assert query["message"]["text"] == "Sure?"
    assert emulator.client("GET", f"callbacks/{press}")["answered"] is False
    emulator.ok("answerCallbackQuery", callback_query_id=press, text="Thanks", show_alert=True)
    assert emulator.client("GET", f"callbacks/{press}") == {"answered": True, "text": "Thanks", "show_alert": True}
    (toast,) = ann.chat()["toasts"]
    assert (toast["text"], toast["show_alert"]) == ("Thanks", True)


def test_a_press_may_be_forged_and_may_be_somebody_elses(ann: Any, emulator: Any) -> None:
    bob = emulator.person("Bob")
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="no buttons here")
    ann.press(sent["message_id"], "delete:everything", **{"as": bob.id})
    query = emulator.ok("getUpdates")[-1]["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (bob.id, ann.id)
    assert query["data"] == "delete:everything"


def test_a_press_on_a_deleted_message_names_it_only(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="secret")
    emulator.ok("deleteMessage", chat_id=ann.id, message_id=sent["message_id"])
    ann.press(sent["message_id"], "y")
    shown = emulator.ok("getUpdates")[-1]["callback_query"]["message"]
    assert (shown["message_id"], shown["date"]) == (sent["message_id"], 0)
    assert "text" not in shown


@pytest.mark.parametrize(
    "kind", ["location", "venue", "contact", "voice", "sticker", "passport_data", "dice", "video", "poll"]
)
def test_other_kinds_of_content_arrive_complete(ann: Any, emulator: Any, kind: str) -> None:
    from telebot.types import Update

    ann.send(json={kind: {}})
    update = emulator.ok("getUpdates")[-1]
    assert Update.de_json(update).message.content_type == kind
    if kind in ("voice", "sticker", "video"):
        assert emulator.download(update["message"][kind]["file_id"])


def test_blocking_is_told_and_stops_every_sending_until_unblocked(ann: Any, emulator: Any) -> None:
    sent = emulator.ok("sendMessage", chat_id=ann.id, text="one")
    ann.does("block")
    change = emulator.ok("getUpdates")[-1]["my_chat_member"]
    assert (change["from"]["id"], change["new_chat_member"]["status"]) == (ann.id, "kicked")
    refused = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    assert emulator.call("sendMessage", chat_id=ann.id, text="two") == refused
    assert emulator.call("sendChatAction", chat_id=ann.id, action="typing") == refused
    emulator.ok("editMessageText", chat_id=ann.id, message_id=sent["message_id"], text="edits are no sendings")
    answer = emulator.http.post(f"{emulator.url}/client/people/{ann.id}/messages", json={"text": "hey"})
    assert answer.status_code == 409
    ann.does("unblock")
    assert emulator.ok("getUpdates")[-1]["my_chat_member"]["new_chat_member"]["status"] == "member"
    emulator.ok("sendMessage", chat_id=ann.id, text="three")


def test_a_deactivated_person_cannot_be_written_to(ann: Any, emulator: Any) -> None:
    ann.does("deactivate")
    answer = emulator.call("sendMessage", chat_id=ann.id, text="hello")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: user is deactivated")


def test_a_reset_forgets_everything_but_lets_ids_rise(ann: Any, emulator: Any) -> None:
    before = emulator.ok("getUpdates")[-1]
    epoch = ann.chat()["epoch"]
    emulator.client("POST", "reset")
    assert emulator.client("GET", "people") == []
    assert emulator.ok("getUpdates") == []
    bob = emulator.person("Bob")
    bob.says("hi")
    after = emulator.ok("getUpdates")[-1]
    assert after["update_id"] > before["update_id"]
    assert after["message"]["message_id"] > before["message"]["message_id"]
    assert bob.chat()["epoch"] != epoch


def test_the_page_is_served_and_nothing_beside_it(emulator: Any) -> None:
    index = emulator.http.get(emulator.url + "/")
    assert index.status_code == 200
    assert "text/html" in index.headers["Content-Type"]
    assert emulator.http.get(emulator.url + "/page/%2e%2e/app.py").status_code == 404
