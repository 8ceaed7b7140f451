"""Stars back: asked for by the person, by staff, or made by Telegram itself. Credits leave first, in the books;
then the Stars go, as a work row that is tried until Telegram has answered."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import crash
import logs
from billing import ledger
from billing.payments import REFUND, Payments
from custody.fields import Fields
from database import Database, Unit
from errors import Failure, Permanent, Rejected
from jobs.claim import Claim
from jobs.desk import Desk
from models import LedgerAccount, LedgerEntry, LedgerLine, Payment
from policy.limits import REFUND_WITHIN
from states import move

PURPOSE = "payments"
STILL_THERE = (Payment.PAID, Payment.UNCLAIMED, Payment.STUCK)

log = logs.get()


class Refunder(Protocol):
    """Telegram, as far as it gives Stars back."""

    def refund_star_payment(self, user: int, charge: str) -> None: ...


class Refunds:
    """Methods with a unit are called inside it; `do` is the work."""

    def __init__(
        self, *, database: Database, fields: Fields, desk: Desk, payments: Payments, telegram: Refunder
    ) -> None:
        self._database = database
        self._fields = fields
        self._desk = desk
        self._payments = payments
        self._telegram = telegram

    def possible(self, unit: Unit, account: str, *, asked_at: datetime | None = None) -> list[Payment]:
        """Packs that this person can give back by one tap: wholly unused, in time for it, newest first. `asked_at`:
        when they wished to, if that is not now."""
        recent = (
            (Payment.account == account)
            & (Payment.state == Payment.PAID)
            & (Payment.paid_at > (asked_at or unit.now) - REFUND_WITHIN)
        )
        payments = list(Payment.select().where(recent).order_by(Payment.paid_at.desc()))
        lots = {lot.id: lot for lot in LedgerAccount.select().where(LedgerAccount.id.in_([p.lot for p in payments]))}
        return [p for p in payments if p.lot in lots and lots[p.lot].balance == p.credits]

    def ask(self, unit: Unit, *, account: str, payment: str, asked_at: datetime | None = None) -> Payment:
        """A person gives a pack back. Raises Rejected("refund.gone" | "refund.too_late" | "refund.used")."""
        ledger.lock(account)
        row = Payment.get_or_none((Payment.id == payment) & (Payment.account == account))
        if row is None or row.state != Payment.PAID:
            raise Rejected("refund.gone")
        if row.paid_at <= (asked_at or unit.now) - REFUND_WITHIN:
            raise Rejected("refund.too_late")
        self._begin(unit, row, reason="refund.asked", whole=True)
        return row

    def order(self, unit: Unit, charge_id: str, *, reason: str) -> Payment:
        """Staff give any charge back: unused credits leave, used ones stay used. Raises Rejected("refund.gone")."""
        row = self._locked(charge_id)
        if row is None or row.state not in STILL_THERE:
            raise Rejected("refund.gone")
        self._begin(unit, row, reason=f"refund.{reason}", whole=False)
        return row

    def booked(self, unit: Unit, charge_id: str) -> Payment | None:
        """Telegram gave the Stars back, at our asking or by itself. None for a charge we do not know."""
        row = self._locked(charge_id)
        if row is None or row.state == Payment.REFUNDED:
            return row
        if row.state == Payment.PAID:
            self._take_credits(unit, row, whole=False)
        self._ended(unit, row, come_from=(*STILL_THERE, Payment.REFUNDING))
        return row

    def do(self, claim: Claim) -> None:
        """Send the Stars. May be repeated: Telegram refunds a charge once, and says so the second time."""
        with self._database.connection():
            row = Payment.get_or_none((Payment.id == claim.subject) & (Payment.state == Payment.REFUNDING))
        if row is not None:
            user = self._fields.open(Payment.telegram_id, row, purpose=PURPOSE)
            charge = self._fields.open(Payment.charge_id, row, purpose=PURPOSE)
            try:
                self._telegram.refund_star_payment(int(user or 0), charge or "")
            except Permanent as error:
                if error.code != "telegram.already_refunded":
                    raise
            crash.at("refund.sent")
        with claim.finish() as unit:
            if row is not None:
                self._ended(unit, row, come_from=(Payment.REFUNDING,))

    def not_sent(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """Telegram will not: the person has their credits back, and ops have something to look at."""
        ledger.lock(claim.account)
        row = Payment.get_or_none((Payment.id == claim.subject) & (Payment.state == Payment.REFUNDING))
        if row is None:
            return
        to = Payment.PAID if row.lot else Payment.STUCK
        if move(Payment, row.id, come_from=(Payment.REFUNDING,), to=to, reason=failure.code) and row.lot:
            ledger.restore(unit, owner=row.account, lot=row.lot, key=f"restore:{row.id}:{self._count(row)}")
            self._payments.tell(unit, row)
        log.error("refund.failed", payment=row.id, code=failure.code)

    def _locked(self, charge_id: str) -> Payment | None:
        """The payment as it stands now that nobody else can begin or undo a refund of it."""
        row = self._payments.find(charge_id)
        if row is None:
            return None
        ledger.lock(row.account)
        return Payment.get(Payment.id == row.id)

    def _begin(self, unit: Unit, row: Payment, *, reason: str, whole: bool) -> None:
        """Credits first: from here on nobody can use what is being given back. Called under the lock of the books."""
        if row.state == Payment.PAID:
            self._take_credits(unit, row, whole=whole)
        if not move(Payment, row.id, come_from=STILL_THERE, to=Payment.REFUNDING, reason=reason):
            raise Rejected("refund.gone")
        self._desk.add(unit, REFUND, subject=row.id, account=row.account)

    def _take_credits(self, unit: Unit, row: Payment, *, whole: bool) -> None:
        if row.lot is not None:
            ledger.refund(
                unit,
                owner=row.account,
                lot=row.lot,
                key=f"refund:{row.id}:{self._count(row)}",
                whole=row.credits if whole else None,
            )

    def _ended(self, unit: Unit, row: Payment, *, come_from: tuple[str, ...]) -> None:
        move(Payment, row.id, come_from=come_from, to=Payment.REFUNDED, ended_at=unit.now)

    def _count(self, row: Payment) -> int:
        """How often credits of this payment came and went: makes each time's business key its own."""
        lines = LedgerLine.select(LedgerLine.entry).where(LedgerLine.place == row.lot)
        return LedgerEntry.select().where(LedgerEntry.id.in_(lines)).count()
