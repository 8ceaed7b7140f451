"""/confirm: the person of an account says that a request by mail is theirs, and nobody else does."""

from __future__ import annotations

import pytest

from models import Account, RightsRequest
from tests.bot.conftest import Talk, text_of


def by_mail(talk: Talk) -> str:
    with talk.house.database.unit() as unit:
        row = RightsRequest(
            account=talk.account().id, kind="access", source="mail", received_at=unit.now, due_at=unit.now
        )
        row.save(force_insert=True)
    return str(row.id)


def is_confirmed(talk: Talk, number: str) -> bool:
    with talk.house.database.connection():
        return bool(RightsRequest.get_by_id(number).confirmed)


def test_the_number_of_the_letter_confirms_the_request(member: Talk) -> None:
    number = by_mail(member)
    assert "is confirmed" in text_of(member.says(f"/confirm {number.upper()} "))
    assert is_confirmed(member, number)


def test_who_is_banned_confirms_it_too(member: Talk) -> None:
    number = by_mail(member)
    with member.house.database.connection():
        Account.update(state=Account.BANNED).execute()
    member.says(f"/confirm {number}")
    assert is_confirmed(member, number)


def test_nobody_confirms_somebody_else_s(member: Talk) -> None:
    number = by_mail(member)
    ben = Talk(member.house, 700100300)
    ben.agrees()
    assert text_of(ben.says(f"/confirm {number}")) == text_of(ben.says("/confirm"))
    assert not is_confirmed(member, number)


@pytest.mark.parametrize("words", ["", "0" * 32, "'; --"])
def test_a_number_that_there_is_none_of_changes_nothing(member: Talk, words: str) -> None:
    number = by_mail(member)
    assert "no open request" in text_of(member.says(f"/confirm {words}"))
    assert not is_confirmed(member, number)
