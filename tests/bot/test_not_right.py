"""What is not right with one's data: how each is corrected, and the note that stands beside what stays."""

from __future__ import annotations

from typing import Any

import pytest

from models import Access, Account, CorrectionNote, new_id
from tests.bot.conftest import Talk, button_of, text_of


def note(talk: Talk, words: str) -> None:
    account, id = talk.account().id, new_id()
    sealed = talk.house.fields.seal(CorrectionNote.words, row=id, account=account, value=words)
    with talk.house.database.unit() as unit:
        CorrectionNote.insert(
            id=id, account=account, request=new_id(), on="photos", words=sealed, at=unit.now
        ).execute()


def name(talk: Talk) -> Any:
    row = talk.account()
    return talk.house.fields.open(Account.first_name, row, purpose="generation")


@pytest.mark.proves("P9.2")
def test_names_follow_telegram_with_the_next_message(member: Talk) -> None:
    assert name(member) == "Ann"
    member.who = {**member.who, "first_name": "Anna", "username": "anna_lee"}
    member.says("/help")
    assert name(member) == "Anna"


@pytest.mark.proves("P9.2")
def test_mydata_leads_to_how_data_are_corrected(member: Talk) -> None:
    said = text_of(member.presses(button_of(member.says("/mydata"), "wrong")))
    assert "follow Telegram" in said
    for way in ("/language", "/limit", "/keep", "/providers", "/support", member.house.settings.support_email):
        assert way in said


@pytest.mark.proves("P9.2")
def test_notes_stand_beside_mydata_and_their_opening_is_recorded(member: Talk) -> None:
    assert "Your notes" not in text_of(member.says("/mydata"))
    note(member, "Not <my> face.")
    said = text_of(member.says("/mydata"))
    assert "Your notes on data that stayed as they are" in said
    assert "“Not &lt;my&gt; face.”" in said
    assert "User Content: photos" in said.split("Your notes")[1]
    with member.house.database.connection():
        assert [row.purpose for row in Access.select()] == ["rights"]


def test_of_many_notes_the_newest_are_shown_and_the_rest_is_named(member: Talk) -> None:
    for number in range(4):
        note(member, f"note {number}")
    said = text_of(member.says("/mydata"))
    assert said.count("“note") == 3
    assert "Earlier ones stand in the copy of your data: /export" in said


def test_nobody_sees_the_notes_of_somebody_else(member: Talk) -> None:
    note(member, "Not my face.")
    bob = Talk(member.house, 700100201)
    bob.who = {**bob.who, "username": "bob"}
    bob.agrees()
    assert "Not my face" not in text_of(bob.says("/mydata"))


def test_who_is_banned_may_ask_too(member: Talk) -> None:
    with member.house.database.connection():
        Account.update(state=Account.BANNED).execute()
    assert "follow Telegram" in text_of(member.presses("wrong"))
