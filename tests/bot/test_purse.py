"""/balance, /packs, /limit and /paysupport: plain words, true figures, and what can be tapped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing import ledger
from billing.prices import PACKS, PRICES, TRIAL_CREDITS
from bot.context import Context
from database import Clock
from models import AbuseMark, Account, LedgerEntry, Order, Work
from policy.categories import ABUSE_MARK
from tests.bot.conftest import Talk, text_of
from tests.bot.test_payments import offer, paid
from workers.house import House

SMALL = PACKS["small"]


def buttons(calls: list[Any]) -> list[tuple[str, str]]:
    rows = [row for call in calls for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])]
    return [(one["text"], one["callback_data"]) for row in rows for one in row]


def limit(member: Talk) -> int | None:
    return member.account().daily_limit


def places(member: Talk, order: str) -> str:
    return text_of(member.presses(f"make:{order}"))


class Ahead:
    """The clock of the house, some hours later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.hours = 0.0

    def now(self) -> datetime:
        return self._clock.now() + timedelta(hours=self.hours)


@pytest.fixture
def ahead(house: House) -> Iterator[Ahead]:
    before = house.database.clock
    house.database.clock = Ahead(before)
    yield house.database.clock
    house.database.clock = before


def test_packs_show_every_pack_with_credits_stars_and_a_button(member: Talk) -> None:
    calls = member.says("/packs")
    said = text_of(calls)
    assert buttons(calls) == [(f"{p.credits} credits · {p.stars} ⭐", f"pack:{p.id}") for p in PACKS.values()]
    assert f"You have {TRIAL_CREDITS} credits." in said
    assert f"Picture: {PRICES['picture']} credit" in said
    assert "14 days" in said


def test_videos_are_priced_only_where_there_are_videos(member: Talk) -> None:
    assert "Video" not in text_of(member.says("/packs")) + offer(member)["description"]
    member.context = replace(member.context, videos=True)
    assert f"Video of 10 s: {PRICES['video_10']} credits" in text_of(member.says("/packs"))
    assert f"Video of 5 s: {PRICES['video_5']} credits" in offer(member)["description"]


def test_one_credit_is_not_called_credits(house: House, member: Talk) -> None:
    with house.database.unit() as unit:
        ledger.hold(unit, owner=member.account().id, order="o", credits=2)
    said = text_of(member.says("/balance"))
    assert "You have <b>1 credit</b>." in said
    assert "Set aside for what is being made: 2" in said


def test_the_balance_tells_what_happened_last(house: House, member: Talk) -> None:
    member.give(paid(member, offer(member)["payload"]))
    with house.database.unit() as unit:
        for number, credits, what in ((1, 1, "picture"), (2, 8, "video_5")):
            ledger.hold(unit, owner=member.account().id, order=f"o{number}", credits=credits, what=what)
            ledger.charge(unit, owner=member.account().id, order=f"o{number}")
        ledger.hold(unit, owner=member.account().id, order="o3", credits=1, what="picture")
        ledger.give_back(unit, owner=member.account().id, order="o3")
    calls = member.says("/balance")
    said = text_of(calls)
    assert "You have <b>14 credits</b>." in said
    moved = sorted(line.split("  ", 1)[1] for line in said.partition("<b>Lately</b>\n")[2].splitlines())
    assert moved == ["+20  Pack bought", "+3  Free credits", "-1  Picture", "-8  Video of 5 s"]
    assert buttons(calls) == [("Get more", "packs")]


def test_the_last_eight_movements_are_enough(house: House, member: Talk) -> None:
    with house.database.unit() as unit:
        for number in range(12):
            ledger.grant(unit, owner=member.account().id, credits=1, source="small", key=f"k{number}")
    assert text_of(member.says("/balance")).count("Pack bought") in (7, 8)


def test_a_limit_is_set_shown_and_lifted(member: Talk) -> None:
    assert "You have set no limit" in text_of(member.says("/limit"))
    assert "Your limit: 30 in 24 hours, 0 of it used" in text_of(member.says("/limit 30"))
    assert limit(member) == 30
    assert "Your limit: 30" in text_of(member.says("/limit")) + text_of(member.says("/balance"))
    assert "You have set no limit" in text_of(member.says("/limit Off"))
    assert limit(member) is None


@pytest.mark.parametrize("words", ["-1", "many", "30 40", "1e3", "٣٠", "100001", "3.5", "off now", "0x10"])
def test_a_limit_that_is_no_number_changes_nothing(member: Talk, words: str) -> None:
    member.says("/limit 7")
    assert "/limit 30" in text_of(member.says(f"/limit {words}"))
    assert limit(member) == 7


def test_the_limit_holds_for_24_hours_and_counts_what_is_under_way(house: House, ahead: Ahead, member: Talk) -> None:
    member.has_photo()
    member.says("/limit 1")
    first, second = member.is_offered(), member.is_offered()
    assert "in the queue" in places(member, first)
    assert "daily limit" in places(member, second)
    assert "1 of it used" in text_of(member.says("/limit"))
    with house.database.connection():
        assert ledger.balance(member.account().id) == ledger.Balance(free=TRIAL_CREDITS - 1, held=1)
        Work.update(state=Work.HELD).execute()  # a worker has it: the queue is not a day long
    ahead.hours = 23.9
    assert "daily limit" in places(member, second)
    ahead.hours = 24.1
    assert "in the queue" in places(member, second)


def test_what_was_given_back_does_not_count_against_the_limit(member: Talk) -> None:
    member.has_photo()
    member.says("/limit 1")
    first, second = member.is_offered(), member.is_offered()
    places(member, first)
    member.presses(f"cancel:{first}")
    assert "0 of it used" in text_of(member.says("/limit"))
    assert "in the queue" in places(member, second)


def test_a_limit_of_nothing_lets_nothing_be_ordered(member: Talk) -> None:
    member.has_photo()
    member.says("/limit 0")
    assert "daily limit" in places(member, member.is_offered())


def test_pay_support_lists_what_can_go_back_and_whom_to_write_to(house: House, member: Talk) -> None:
    empty = member.says("/paysupport")
    assert buttons(empty) == [("Write to support", "sup")]
    assert "no untouched pack" in text_of(empty)
    assert Context.of(house).support_email in text_of(empty)
    member.give(paid(member, offer(member)["payload"]))
    (label, data), support = buttons(member.says("/paysupport"))
    assert support == ("Write to support", "sup")
    assert label == f"Give back: {SMALL.name} · {SMALL.stars} ⭐"
    member.presses(data)
    assert buttons(member.says("/paysupport")) == [support]


def test_free_credits_come_once_in_a_year_however_often_somebody_comes_back(house: House, talk: Talk) -> None:
    for comes, free in ((1, TRIAL_CREDITS), (2, 0), (3, 0)):
        talk.agrees()
        with house.database.connection():
            assert ledger.balance(talk.account().id).free == free, f"time {comes}"
        talk.presses("minor")
        talk.ends()
    with house.database.unit() as unit:
        assert AbuseMark.select().count() == 1
        AbuseMark.update(at=unit.now - ABUSE_MARK - timedelta(seconds=1)).execute()
    house.retention.run()
    with house.database.connection():
        assert AbuseMark.select().count() == 0
    talk.agrees()
    with house.database.connection():
        assert ledger.balance(talk.account().id).free == TRIAL_CREDITS


def test_a_mark_that_is_not_old_enough_is_kept(house: House, member: Talk) -> None:
    member.presses("minor")
    member.ends()
    with house.database.unit() as unit:
        AbuseMark.update(at=unit.now - ABUSE_MARK + timedelta(minutes=1)).execute()
    house.retention.run()
    with house.database.connection():
        [mark] = list(AbuseMark.select())
    assert str(member.who["id"]).encode() not in bytes(mark.mark)


def test_a_hold_whose_order_has_ended_comes_back_after_an_hour(house: House, ahead: Ahead, member: Talk) -> None:
    member.has_photo()
    ended, running = member.is_offered(), member.is_offered()
    places(member, ended)
    places(member, running)
    with house.database.connection():
        Order.update(state=Order.FAILED).where(Order.id == ended).execute()
    house.upkeep.leftovers()
    with house.database.connection():
        assert ledger.balance(member.account().id).held == 2, "it may be about to end by itself"
    ahead.hours = 1.1
    house.upkeep.leftovers()
    with house.database.connection():
        assert ledger.balance(member.account().id) == ledger.Balance(free=TRIAL_CREDITS - 1, held=1)
        assert LedgerEntry.select().where(LedgerEntry.kind == LedgerEntry.GIVE_BACK).count() == 1


def test_a_banned_person_is_told_so_and_sold_nothing(house: House, member: Talk) -> None:
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    calls = member.says("/packs")
    assert (buttons(calls), "closed" in text_of(calls)) == ([], True)
