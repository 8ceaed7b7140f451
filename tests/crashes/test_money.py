"""Killed where money moves: while a payment is booked, its refund is given up, its person is told, and while our books
are compared with Telegram's. Stars are booked once, credits are there once, and nobody pays for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from billing.payments import NOTE, REFUND
from billing.reconcile import ON_ITS_WAY, unbalanced
from database import Database
from generation.notes import Notes
from jobs.kinds import RIGHTS, Kind
from models import LedgerEntry, Payment
from tests.billing.books import Counting, Shop
from tests.crashes.falling import LEASE, condemned, falls, work
from tests.generation.test_notes import Chats

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
TOLD = {"claimed": 1, "finishing": 1, "finished": 0}
PAYMENTS = 2  # in the list that is compared


@pytest.fixture
def clock() -> Counting:
    return Counting()


class Till(Shop):
    """A shop that really tells people."""

    def __init__(self, database: Database, clock: Counting) -> None:
        super().__init__(database, clock)
        self.chats, kinds = Chats(), self.desk.kinds
        notes: Any = Notes(database, self.chats)  # type: ignore[arg-type]  # a stand-in with behaviour
        kinds[NOTE] = Kind(name=NOTE, queue=RIGHTS, do=notes.payment, ended_badly=lambda *_: None)  # type: ignore[index]

    def never_heard_of(self, ann: str) -> None:
        """A payment whose update was lost."""
        invoice = self.invoice(ann)
        self.bank.pays(payload=invoice.id, stars=invoice.stars)

    def booked_once(self, ann: str, payments: int) -> bool:
        with self.database.connection():
            states = [row.state for row in Payment.select()]
            grants = LedgerEntry.select().where((LedgerEntry.owner == ann) & (LedgerEntry.kind == "grant")).count()
            assert list(unbalanced()) == []
        return states == [Payment.PAID] * payments and grants == payments + 1  # the trial's


@pytest.fixture
def till(database: Database, clock: Counting) -> Till:
    return Till(database, clock)


def other(till: Till, opens: Callable[[], Database]) -> Till:
    """Another process, with the same Telegram."""
    made = Till(opens(), till.clock)
    made.bank = till.bank
    made.reconciliation._telegram = till.bank
    return made


@pytest.mark.parametrize(
    "point", ["reconcile.booking:1", "reconcile.booked:1", "reconcile.booking:2", "reconcile.booked:2"]
)
def test_what_was_never_booked_is_booked_once(till: Till, opens: Callable[[], Database], point: str) -> None:
    ann = till.joins()
    for _ in range(PAYMENTS):
        till.never_heard_of(ann)
    till.clock.turn(2 * ON_ITS_WAY.total_seconds())
    falls(point, lambda: other(till, opens).reconciliation.run())
    report = till.reconciliation.run()
    assert till.booked_once(ann, PAYMENTS)
    assert (report.transactions, report.differences) == (PAYMENTS, [])
    work(till)
    assert len(till.chats.said) == PAYMENTS


@pytest.mark.parametrize("point", [f"payment_note.{step}" for step in TOLD])
def test_what_became_of_a_payment_is_told_once_or_once_more(
    till: Till, opens: Callable[[], Database], point: str
) -> None:
    ann = till.joins()
    till.never_heard_of(ann)
    till.clock.turn(2 * ON_ITS_WAY.total_seconds())
    till.reconciliation.run()
    falls(point, lambda: work(other(till, opens)))
    till.clock.turn(2 * LEASE)
    work(till)
    assert len(till.chats.said) == TOLD[point.partition(".")[2]]
    assert till.booked_once(ann, 1)


@pytest.mark.parametrize("point", ["refund.giving_up", "refund.given_up"])
def test_a_refund_that_is_given_up_brings_the_credits_back_once(
    till: Till, opens: Callable[[], Database], point: str
) -> None:
    ann = till.joins()
    payment, _ = till.buys(ann)
    before = till.has(ann)
    with till.database.unit() as unit:
        till.refunds.ask(unit, account=ann, payment=payment.id)
    condemned(till, REFUND)
    falls(point, lambda: work(other(till, opens), REFUND))
    till.clock.turn(2 * LEASE)
    work(till)
    assert till.has(ann) == before
    assert till.payment(payment.id).state == Payment.PAID
    assert till.bank.given_back == set()
    with till.database.connection():
        assert list(unbalanced()) == []
