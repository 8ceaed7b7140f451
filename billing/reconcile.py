"""Reconciliation: Telegram's list of Star transactions against our payments, both ways, and the books against
themselves. What was paid but never delivered is booked; every other difference is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from peewee import fn

import crash
from billing.payments import REFUND, Paid, Payments
from billing.refunds import Refunds
from database import Database, Unit
from models import LedgerAccount, LedgerLine, Payment, Work
from policy.categories import TRANSACTIONS
from providers.telegram_stars import StarTransaction

PAGE = 100
ON_ITS_WAY = timedelta(minutes=5)  # a payment or a refund this young may not have reached the other side yet
SLOWEST_REFUND = timedelta(days=1)
FORGOTTEN = TRANSACTIONS - timedelta(days=1)  # what is older and not here was here: it is not booked again
SALE = "invoice_payment"


class Transactions(Protocol):
    """Telegram, as far as it lists Stars. Oldest first."""

    def star_transactions(self, offset: int = 0, limit: int = PAGE) -> list[StarTransaction]: ...


@dataclass(frozen=True)
class Difference:
    """Something that does not add up: what, and the random number of our row (or "" where we have none)."""

    what: str
    row: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.row}".rstrip()


@dataclass
class Report:
    """`booked` and `refunds` are payments put right by this run; `differences` are for people."""

    transactions: int = 0
    booked: list[Payment] = field(default_factory=list)
    refunds: list[Payment] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


class Reconciliation:
    """`run()` reads the whole list. `account_of` finds the account, if any, that a Telegram id may buy for."""

    def __init__(
        self,
        *,
        database: Database,
        payments: Payments,
        refunds: Refunds,
        telegram: Transactions,
        account_of: Callable[[int], str | None],
    ) -> None:
        self._database = database
        self._payments = payments
        self._refunds = refunds
        self._telegram = telegram
        self._account_of = account_of

    def run(self) -> Report:
        """Raises Temporary or Permanent while Telegram cannot be asked: then nothing is known to add up."""
        report, seen, back = Report(), set[str](), set[str]()
        for said in self._all():
            report.transactions += 1
            with self._database.unit() as unit:
                payment = self._incoming(unit, said, report) if said.incoming else self._outgoing(unit, said, report)
                crash.at("reconcile.booking")
            crash.at("reconcile.booked")
            if payment is not None:
                (seen if said.incoming else back).add(payment.id)
        with self._database.unit() as unit:
            report.differences += [*self._ours(unit, seen, back), *unbalanced()]
        return report

    def _all(self) -> Iterator[StarTransaction]:
        offset = 0
        while page := self._telegram.star_transactions(offset, PAGE):
            yield from page
            offset += len(page)
            if len(page) < PAGE:
                return

    def _incoming(self, unit: Unit, said: StarTransaction, report: Report) -> Payment | None:
        if said.kind != SALE or said.user is None:
            return None  # nothing that our invoices brought in
        payment = self._payments.find(said.id)
        if payment is None and not _is_ours_to_know(unit, said):
            return None
        if payment is None:
            paid = Paid(said.user, said.id, said.payload or "", said.stars)
            payment = self._payments.receive(unit, paid, account=self._account_of(said.user)).payment
            report.booked.append(payment)
            if payment.state == Payment.PAID:
                self._payments.tell(unit, payment)
        if payment.stars != said.stars:
            report.differences.append(Difference("paid another number of Stars than booked:", payment.id))
        return payment

    def _outgoing(self, unit: Unit, said: StarTransaction, report: Report) -> Payment | None:
        if said.user is None:
            return None  # our own withdrawals
        before = self._payments.find(said.id)
        if before is None and not _is_ours_to_know(unit, said):
            return None
        if before is None:
            report.differences.append(Difference("Telegram refunded a charge that was never booked"))
            return None
        if before.state != Payment.REFUNDED:
            self._refunds.booked(unit, said.id)
            report.refunds.append(before)
        return before

    def _ours(self, unit: Unit, seen: set[str], back: set[str]) -> Iterator[Difference]:
        """What we booked and Telegram does not know, and what waits for somebody."""
        for payment in Payment.select().where(Payment.paid_at < unit.now - ON_ITS_WAY).iterator():
            if payment.id not in seen:
                yield Difference("booked, but not in Telegram's list:", payment.id)
            young = payment.ended_at is not None and payment.ended_at > unit.now - ON_ITS_WAY
            if payment.state == Payment.REFUNDED and payment.id not in back and not young:
                yield Difference("refunded, but not in Telegram's list:", payment.id)
            if payment.state == Payment.STUCK:
                yield Difference("nobody's payment, and Telegram refuses to refund it:", payment.id)
            if payment.state == Payment.REFUNDING and not _is_sent_soon(payment, unit.now):
                yield Difference("a refund that has not gone out yet:", payment.id)


def _is_ours_to_know(unit: Unit, said: StarTransaction) -> bool:
    """Neither so young that it may still be on its way nor so old that the payment's record is gone."""
    return unit.now - FORGOTTEN < said.at <= unit.now - ON_ITS_WAY


def _is_sent_soon(payment: Payment, now: datetime) -> bool:
    """Whether somebody is about to send the Stars of a refund back, and not for too long already."""
    under_way = (Work.subject == payment.id) & (Work.kind == REFUND) & Work.state.in_((Work.DUE, Work.HELD))
    return bool(Work.select().where(under_way & (Work.created_at >= now - SLOWEST_REFUND)).exists())


def unbalanced() -> Iterator[Difference]:
    """The books against themselves: every entry sums to zero, every balance is the sum of its lines."""
    entries = LedgerLine.select(LedgerLine.entry).group_by(LedgerLine.entry).having(fn.SUM(LedgerLine.amount) != 0)
    for line in entries:
        yield Difference("an entry whose lines do not sum to zero:", line.entry)
    sums: Any = LedgerLine.select(LedgerLine.place, fn.SUM(LedgerLine.amount)).group_by(LedgerLine.place).tuples()
    totals = {place: int(total) for place, total in sums}
    for account in LedgerAccount.select().iterator():
        if account.balance != totals.get(account.id, 0):
            yield Difference("a balance that is not the sum of its lines:", account.id)
