"""Before the yes nothing about the person is written, whatever they send."""

from __future__ import annotations

from typing import Any

import pytest

from models import Acceptance
from policy.versions import CURRENT
from tests.bot.conftest import Talk, counts, text_of
from workers.house import House

SENT: list[dict[str, Any]] = [
    {"text": "/start"},
    {"text": "hello, I am Ann"},
    {"photo": [{"file_id": "f", "width": 9, "height": 9}], "caption": "me"},
    {"document": {"file_id": "f"}},
    {"location": {"latitude": 22.3, "longitude": 114.2}},
    {"contact": {"phone_number": "+852"}},
]


@pytest.mark.proves("P2.7", "P10.1")
@pytest.mark.parametrize("content", SENT, ids=lambda content: next(iter(content)))
def test_whatever_a_stranger_sends_no_table_gets_a_row(house: House, talk: Talk, content: dict[str, Any]) -> None:
    before = counts(house)
    calls = talk.give(talk.message(**content))
    assert counts(house) == before
    assert "Until you answer, we store nothing about you" in text_of(calls)


@pytest.mark.proves("P10.1")
def test_a_photo_sent_too_early_is_said_to_be_not_kept(talk: Talk) -> None:
    assert "was not kept" in text_of(talk.sends_photo())
    assert "was not kept" not in text_of(talk.says("hello"))


@pytest.mark.proves("P10.1")
def test_somebody_under_18_leaves_no_trace(house: House, talk: Talk) -> None:
    before = counts(house)
    assert "adults only" in text_of(talk.presses("minor"))
    assert counts(house) == before


@pytest.mark.proves("P10.1")
@pytest.mark.parametrize("data", ["agree:2020-01-01", "agree:", "agree", "make:" + "0" * 32, "people", "photos:1"])
def test_no_other_button_opens_an_account(house: House, talk: Talk, data: str) -> None:
    before = counts(house)
    talk.presses(data)
    assert counts(house) == before


@pytest.mark.proves("P10.1")
def test_the_yes_in_a_chat_of_somebody_else_opens_nothing(house: House, talk: Talk) -> None:
    before = counts(house)
    talk.give(talk.tap(f"agree:{CURRENT.id}", chat={"id": 5, "type": "private"}))
    assert counts(house) == before


@pytest.mark.proves("P10.1")
def test_the_yes_is_recorded_with_its_version_and_grants_the_trial(house: House, talk: Talk) -> None:
    assert "3 free credits" in text_of(talk.agrees())
    with house.database.connection():
        [row] = Acceptance.select()
    assert (row.kind, row.version) == (Acceptance.NOTICE, CURRENT.id)


def test_a_second_yes_changes_nothing(house: House, talk: Talk) -> None:
    talk.agrees()
    before = counts(house)
    assert "3 credits" in text_of(talk.agrees())
    assert counts(house) == {**before, "seen_update": before["seen_update"] + 1}


@pytest.mark.proves("P10.1")
def test_a_stranger_who_blocks_the_bot_leaves_no_trace(house: House, talk: Talk) -> None:
    before = counts(house)
    change = {"from": talk.who, "chat": talk.chat, "new_chat_member": {"status": "kicked"}}
    assert talk.give(talk.update(my_chat_member=change)) == []
    assert counts(house) == before
