"""/promotions: off until a yes, one tap each way, and each choice is a row that stays."""

from __future__ import annotations

import pytest

from consent.optin import wants
from models import Account, PromotionChoice, RightsRequest
from policy.versions import CURRENT
from tests.bot.conftest import Talk, button_of, text_of


def choices(talk: Talk) -> list[bool]:
    with talk.house.database.connection():
        return [row.wanted for row in PromotionChoice.select().order_by(PromotionChoice.at)]


def is_on(talk: Talk) -> bool:
    account = talk.account().id
    with talk.house.database.connection():
        return wants(account)


@pytest.mark.proves("P3.7")
def test_they_are_off_until_somebody_says_yes_and_silence_is_none(member: Talk) -> None:
    assert not is_on(member)
    said = text_of(member.says("/promotions"))
    assert "off" in said
    assert "may not send you any without your consent" in said
    assert "free of charge" in said
    assert "Telegram ID" in said
    assert choices(member) == []


@pytest.mark.proves("P3.7", "P9.4")
def test_one_tap_says_yes_and_one_tap_says_no(member: Talk) -> None:
    yes = button_of(member.says("/promotions"), "promo")
    answer = member.presses(yes)
    assert is_on(member)
    assert "on" in text_of(answer)
    assert "off" in text_of(member.presses(button_of(answer, "promo")))
    assert not is_on(member)
    assert choices(member) == [True, False]


def test_the_way_there_also_stands_under_privacy(member: Talk) -> None:
    assert "off" in text_of(member.presses(button_of(member.says("/privacy"), "promo")))


@pytest.mark.proves("P9.6")
def test_a_stop_is_a_request_that_was_answered_at_once(member: Talk) -> None:
    member.presses("promo:yes")
    member.presses("promo:no")
    with member.house.database.connection():
        [row] = list(RightsRequest.select())
    assert (row.kind, row.source, row.state, row.account) == ("opt_out", "bot", "answered", member.account().id)
    assert row.ended_at is not None


def test_the_same_tap_twice_is_one_choice(member: Talk) -> None:
    for data in ("promo:yes", "promo:yes", "promo:no", "promo:no"):
        member.presses(data)
    assert choices(member) == [True, False]
    with member.house.database.connection():
        assert RightsRequest.select().count() == 1
        assert {row.version for row in PromotionChoice.select()} == {CURRENT.id}


@pytest.mark.proves("P9.4")
def test_who_is_banned_may_stop_them_too(member: Talk) -> None:
    member.presses("promo:yes")
    with member.house.database.connection():
        Account.update(state=Account.BANNED).execute()
    member.presses("promo:no")
    assert not is_on(member)


def test_nobody_says_yes_for_somebody_else(member: Talk) -> None:
    member.give(member.tap("promo:yes", chat={"id": 1, "type": "private"}))
    assert choices(member) == []


@pytest.mark.parametrize("data", ["promo:maybe", "promo:yes:no", "promo:yes "])
def test_what_is_no_button_of_ours_chooses_nothing(member: Talk, data: str) -> None:
    member.presses(data)
    assert choices(member) == []
