"""What is said to a person about a payment of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing.payments import NOTE
from database import Database
from errors import Permanent
from generation.chat import Person
from generation.notes import Notes
from jobs.kinds import RIGHTS, Kind
from models import Payment
from providers.telegram_calls import Call
from tests.billing.books import Counting, Shop
from wording.language import translate


class Chats:
    """Remembers what was said; may be closed to us."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.blocked = False

    def person(self, account: str) -> Person:
        return Person(account, 7, translate(None))

    def do(self, person: Person, call: Call) -> None:
        if self.blocked:
            raise Permanent("telegram.blocked")
        self.said.append(call.params["text"])


@pytest.fixture
def clock() -> Counting:
    return Counting()


@pytest.fixture
def shop(database: Database, clock: Counting) -> Iterator[tuple[Shop, Chats]]:
    shop, chats = Shop(database, clock), Chats()
    kinds: Any = shop.desk.kinds
    notes = Notes(database, chats)  # type: ignore[arg-type]  # a stand-in with behaviour
    kinds[NOTE] = Kind(name=NOTE, queue=RIGHTS, do=notes.payment, ended_badly=lambda *_: None)
    yield shop, chats


def test_credits_that_the_night_found_are_announced(shop: tuple[Shop, Chats], clock: Counting) -> None:
    books, chats = shop
    invoice = books.invoice(books.joins())
    books.bank.pays(payload=invoice.id, stars=invoice.stars)
    clock.turn(3600)
    assert [p.state for p in books.reconciliation.run().booked] == [Payment.PAID]
    books.work()
    assert len(chats.said) == 1
    assert "20 credits" in chats.said[0]


def test_a_pack_that_telegram_did_not_take_back_is_said_to_be_theirs_again(shop: tuple[Shop, Chats]) -> None:
    books, chats = shop
    ann = books.joins()
    payment, _ = books.buys(ann)
    books.bank.refuses = "telegram.no_such_charge"
    with books.database.unit() as unit:
        books.refunds.ask(unit, account=ann, payment=payment.id)
    books.work()
    assert books.has(ann) == (23, 0)
    assert len(chats.said) == 1
    assert "yours again" in chats.said[0]


def test_a_refund_that_went_well_needs_no_note_of_ours(shop: tuple[Shop, Chats]) -> None:
    books, chats = shop
    ann = books.joins()
    payment, _ = books.buys(ann)
    with books.database.unit() as unit:
        books.refunds.ask(unit, account=ann, payment=payment.id)
    books.work()
    assert chats.said == []


def test_somebody_who_blocked_the_bot_is_not_written_to_again_and_again(shop: tuple[Shop, Chats]) -> None:
    books, chats = shop
    chats.blocked = True
    ann = books.joins()
    payment, _ = books.buys(ann)
    with books.database.unit() as unit:
        books.payments.tell(unit, payment)
    books.work()
    assert books.rung == []
