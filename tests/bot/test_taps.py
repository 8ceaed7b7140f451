"""Buttons: each does its one thing once; forged, foreign and old ones are answered politely."""

from __future__ import annotations

import pytest

from billing import ledger
from generation.kinds import PRODUCE, TELL
from models import Account, KeyRow, LedgerEntry, Media, Order, Photo, Work
from tests.bot.conftest import Talk, counts, text_of
from workers.house import House

NOBODY = "0" * 32


def orders(house: House) -> list[str]:
    with house.database.connection():
        return [order.state for order in Order.select().order_by(Order.created_at)]


def balance(house: House, talk: Talk) -> tuple[int, int]:
    with house.database.connection():
        has = ledger.balance(talk.account().id)
    return has.free, has.held


@pytest.mark.parametrize(
    "data",
    ["", "make", "make:xyz", f"make:{NOBODY}:1", "drop table", "board:1", f"board:{NOBODY}:999", "agree:x:y", "é" * 32],
)
def test_a_forged_button_is_answered_and_does_nothing(house: House, member: Talk, data: str) -> None:
    before = counts(house)
    [said] = member.presses(data)
    assert (said.method, said.params["show_alert"]) == ("answerCallbackQuery", True)
    assert counts(house) == before


VERBS = ("make", "drop", "cancel", "orig", "again", "other", "del", "keep", "delyes", "photo", "pdel", "pkeep")


@pytest.mark.parametrize("verb", VERBS)
def test_a_button_about_somebody_elses_things_finds_nothing(house: House, member: Talk, verb: str) -> None:
    photo = member.has_photo()
    order = member.is_offered()
    other = Talk(house, who=700100201)
    other.agrees()
    before = counts(house)
    [said] = other.presses(f"{verb}:{photo if verb.startswith('p') else order}")
    assert said.params["show_alert"] is True
    assert counts(house) == before
    assert orders(house) == [Order.OFFERED]


def test_a_button_in_somebody_elses_chat_is_not_theirs_to_press(house: House, member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    [said] = member.give(member.tap(f"make:{order}", chat={"id": 5, "type": "private"}))
    assert "somebody else" in said.params["text"]
    assert orders(house) == [Order.OFFERED]


def test_make_pressed_twice_holds_one_credit(house: House, member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    assert "in the queue" in text_of(member.presses(f"make:{order}"))
    assert "Already on its way" in text_of(member.presses(f"make:{order}"))
    assert balance(house, member) == (2, 1)


def test_nothing_is_made_of_a_photo_that_is_gone(house: House, member: Talk) -> None:
    photo = member.has_photo()
    order = member.is_offered()
    member.presses(f"pdelyes:{photo}")
    assert "no longer here" in text_of(member.presses(f"make:{order}"))
    assert balance(house, member) == (3, 0)


def test_cancelling_in_time_gives_the_credit_back(house: House, member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    member.presses(f"make:{order}")
    assert "Nothing was charged" in text_of(member.presses(f"cancel:{order}"))
    assert balance(house, member) == (3, 0)
    with house.database.connection():
        left = {w.kind: w.state for w in Work.select()}
    assert left == {PRODUCE: Work.FAILED, TELL: Work.DUE}  # the end is said again, where the tap's answer was lost


def test_cancelling_is_too_late_once_the_provider_is_called(house: House, member: Talk) -> None:
    member.has_photo()
    order = member.is_offered()
    member.presses(f"make:{order}")
    with house.database.connection():
        Order.update(state=Order.CALLING).execute()
    assert "Too late" in text_of(member.presses(f"cancel:{order}"))
    assert balance(house, member) == (2, 1)


def test_an_offer_that_is_declined_is_forgotten(house: House, member: Talk) -> None:
    member.has_photo()
    member.presses(f"drop:{member.is_offered()}")
    assert orders(house) == []


def test_with_too_few_credits_nothing_is_ordered(house: House, member: Talk) -> None:
    member.has_photo()
    offers = [member.is_offered() for _ in range(4)]
    for order in offers[:3]:
        member.presses(f"make:{order}")
        with house.database.unit() as unit:
            ledger.charge(unit, owner=member.account().id, order=order)
            Order.update(state=Order.DELIVERED).where(Order.id == order).execute()
    assert "enough credits" in text_of(member.presses(f"make:{offers[3]}"))
    assert balance(house, member) == (0, 0)
    assert orders(house)[-1] == Order.OFFERED


def test_more_orders_at_once_than_allowed_are_refused_without_a_hold(house: House, member: Talk) -> None:
    with house.database.unit() as unit:
        ledger.grant(unit, owner=member.account().id, credits=5, source="trial", key="more")
    member.has_photo()
    offers = [member.is_offered() for _ in range(4)]
    said = [text_of(member.presses(f"make:{order}")) for order in offers]
    assert "several things" in said[3]
    assert balance(house, member) == (5, 3)


@pytest.mark.proves("P4.4", "P6.2")
def test_deleting_a_photo_marks_its_object_for_destruction(
    house: House, member: Talk, rung: list[tuple[str, str, str]]
) -> None:
    photo = member.has_photo()
    assert "for good?" in text_of(member.presses(f"pdel:{photo}"))
    assert "Photo deleted" in text_of(member.presses(f"pdelyes:{photo}"))
    with house.database.connection():
        [row], [media] = Photo.select(), Media.select()
    assert (row.state, row.media, media.state) == (Photo.DELETED, None, Media.DESTROYING)
    assert [(queue, kind) for queue, kind, _ in rung] == [("rights", "destroy")]
    assert "no longer here" in text_of(member.presses(f"pdelyes:{photo}"))


@pytest.mark.proves("P6.3", "P6.8")
def test_deleting_a_result_takes_prompt_and_reference_with_it(house: House, member: Talk) -> None:
    member.has_photo()
    order, account = member.is_offered(), member.account().id
    media = house.media.keep(account=account, kind="result", data=b"picture", mime="image/jpeg", width=64, height=64)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        Order.update(state=Order.DELIVERED, media=media.id).where(Order.id == order).execute()
    assert "for good?" in text_of(member.presses(f"del:{order}"))
    assert "Deleted: its key" in text_of(member.presses(f"delyes:{order}"))
    with house.database.connection():
        row, gone = Order.get_by_id(order), Media.get_by_id(media.id)
    assert (row.state, row.media, row.prompt, row.style) == (Order.DELETED, None, None, None)
    assert gone.state == Media.DESTROYING


@pytest.mark.proves("P10.1")
def test_a_minor_with_an_account_loses_it_at_once(house: House, member: Talk) -> None:
    member.has_photo()
    member.presses(f"make:{member.is_offered()}")
    assert "closed" in text_of(member.presses("minor"))
    with house.database.connection():
        assert [m.state for m in Media.select()] == [Media.DESTROYING]
    assert "being deleted right now" in text_of(member.says("/start"))
    assert "being deleted right now" in text_of(member.presses("undo"))
    member.ends()
    with house.database.connection():
        assert [m.select().count() for m in (Account, KeyRow, Photo, Order, Media)] == [0, 0, 0, 0, 0]
        assert {e.kind for e in LedgerEntry.select()} == {"grant", "hold", "give_back"}


def test_the_same_update_again_does_nothing(house: House, member: Talk) -> None:
    member.has_photo()
    update = member.message(text="as a lighthouse")
    assert member.give(update)
    assert member.give(update) == []
    assert orders(house) == [Order.OFFERED]
