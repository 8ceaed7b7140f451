"""Reading updates with suspicion: what is missing or of the wrong kind makes it nobody's update, never an error."""

from __future__ import annotations

from typing import Any

import pytest

from bot.update import read

ANN: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "Ann"}
CHAT: dict[str, Any] = {"id": 7, "type": "private"}
TEXT: dict[str, Any] = {"message_id": 5, "from": ANN, "chat": CHAT, "text": "hello"}
TAP: dict[str, Any] = {"id": "q", "from": ANN, "message": {"message_id": 5, "chat": CHAT}, "data": "people"}
CHANGE: dict[str, Any] = {"from": ANN, "chat": CHAT, "new_chat_member": {"status": "kicked"}}


def test_a_message_a_tap_and_a_change_of_membership_are_read() -> None:
    text = read({"update_id": 1, "message": TEXT})
    assert text is not None
    assert (text.kind, text.chat, text.message, text.text, text.who.first_name) == ("text", 7, 5, "hello", "Ann")
    tap = read({"update_id": 2, "callback_query": TAP})
    assert tap is not None
    assert (tap.kind, tap.query, tap.data, tap.message) == ("tap", "q", "people", 5)
    change = read({"update_id": 3, "my_chat_member": CHANGE})
    assert change is not None
    assert (change.kind, change.member) == ("membership", False)
    back = read({"update_id": 4, "my_chat_member": {**CHANGE, "new_chat_member": {"status": "member"}}})
    assert back is not None
    assert back.member


@pytest.mark.parametrize("number", [None, "1", 1.5, [1]])
def test_without_a_number_nothing_is_an_update(number: Any) -> None:
    assert read({"update_id": number, "message": TEXT}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": {**ANN, "is_bot": True}},
        {"from": {**ANN, "id": "7"}},
        {"from": "Ann"},
        {"from": None},
        {"chat": {"id": 7, "type": "group"}},
        {"chat": {"id": 8, "type": "private"}},
        {"chat": {"id": "7", "type": "private"}},
        {"chat": None},
    ],
)
def test_who_writes_is_a_person_in_a_private_chat_of_their_own(wrong: dict[str, Any]) -> None:
    assert read({"update_id": 1, "message": {**TEXT, **wrong}}) is None
    assert read({"update_id": 1, "my_chat_member": {**CHANGE, **wrong}}) is None


@pytest.mark.parametrize("wrong", [{"message_id": None}, {"message_id": "5"}, {"text": 7}, {"text": None}])
def test_a_message_without_a_number_or_words_is_none(wrong: dict[str, Any]) -> None:
    assert read({"update_id": 1, "message": {**TEXT, **wrong}}) is None


@pytest.mark.parametrize("wrong", ["text", 7, [TEXT]])
def test_a_message_that_is_no_object_is_none(wrong: Any) -> None:
    assert read({"update_id": 1, "message": wrong}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 3},
        {"id": None},
        {"from": {**ANN, "is_bot": True}},
        {"from": {**ANN, "id": "7"}},
        {"message": None},
        {"message": {"message_id": 5}},
        {"message": {"message_id": "5", "chat": CHAT}},
        {"message": {"message_id": 5, "chat": {"id": -7, "type": "supergroup"}}},
    ],
)
def test_a_tap_that_lacks_what_its_answer_needs_is_none(wrong: dict[str, Any]) -> None:
    assert read({"update_id": 1, "callback_query": {**TAP, **wrong}}) is None


def test_a_button_without_words_is_a_tap_all_the_same() -> None:
    tap = read({"update_id": 1, "callback_query": {**TAP, "data": 7}})
    assert tap is not None
    assert tap.data is None


@pytest.mark.parametrize("new", [None, "kicked", 7])
def test_a_change_that_does_not_say_into_what_is_none(new: Any) -> None:
    assert read({"update_id": 1, "my_chat_member": {**CHANGE, "new_chat_member": new}}) is None


def test_a_picture_sent_as_a_file_is_a_photo_with_its_caption() -> None:
    file = {**TEXT, "text": None, "document": {"file_id": "f"}, "caption": "as a fox"}
    update = read({"update_id": 1, "message": file})
    assert update is not None
    assert (update.kind, update.file_id, update.caption) == ("photo", "f", "as a fox")


@pytest.mark.parametrize(
    "files",
    [{"photo": []}, {"photo": ["f"]}, {"photo": [{"width": 9}]}, {"document": "f"}, {"document": {"file_id": 7}}],
)
def test_a_photo_without_a_reference_to_fetch_is_none(files: dict[str, Any]) -> None:
    assert read({"update_id": 1, "message": {**TEXT, "text": None, **files}}) is None
