"""Stars in: invoices, the question before a payment, the payment itself. Credits come only from what was really paid,
once for each charge id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing import ledger
from billing.prices import PACKS, Pack
from custody.fields import Fields
from custody.keys import Keys
from database import Unit
from errors import Rejected
from jobs.desk import Desk
from models import Account, Invoice, KeyRow, Payment, new_id
from states import move

REFUND = "refund"  # the kind of work that gives Stars back
NOTE = "payment_note"  # the kind that tells a person what became of a payment
PAYABLE = timedelta(days=1)  # an older invoice is refused: prices may have changed since
CURRENCY = "XTR"


@dataclass(frozen=True)
class Paid:
    """What Telegram says was paid, by whom, for which invoice."""

    telegram_id: int = field(repr=False)
    charge_id: str = field(repr=False)
    payload: str
    stars: int
    currency: str = CURRENCY


@dataclass(frozen=True)
class Booked:
    """What became of a payment. `again`: it was booked before, and nothing was done."""

    payment: Payment
    again: bool = False

    @property
    def credited(self) -> bool:
        return bool(self.payment.state == Payment.PAID)


class Payments:
    """The rules of being paid. Sends nothing; every method is called with a connection or inside a unit."""

    def __init__(self, fields: Fields, keys: Keys, desk: Desk) -> None:
        self._fields = fields
        self._keys = keys
        self._desk = desk

    def offer(self, unit: Unit, *, account: str, pack: Pack) -> Invoice:
        """A pack for this person; its id is the invoice's payload."""
        invoice = Invoice(
            id=new_id(),
            account=account,
            pack=pack.id,
            credits=pack.credits,
            stars=pack.stars,
            created_at=unit.now,
        )
        invoice.save(force_insert=True)
        return invoice

    def check(self, now: datetime, *, account: str | None, payload: str, stars: int, currency: str) -> None:
        """The question before a payment; only reads. Raises Rejected("payment.stale" | "payment.not_yours")."""
        invoice = Invoice.get_or_none(Invoice.id == payload)
        if invoice is None or invoice.created_at <= now - PAYABLE:
            raise Rejected("payment.stale")
        if invoice.account != account:
            raise Rejected("payment.not_yours")
        pack = PACKS.get(invoice.pack)
        on_sale = pack is not None and (pack.credits, pack.stars) == (invoice.credits, invoice.stars)
        if not on_sale or stars != invoice.stars or currency != CURRENCY:
            raise Rejected("payment.stale")

    def tell(self, unit: Unit, payment: Payment) -> None:
        """Have the payer told what became of it, in the same transaction."""
        self._desk.add(unit, NOTE, subject=payment.id, account=payment.account)

    def find(self, charge_id: str) -> Payment | None:
        """The payment of this charge, whatever became of it."""
        indexes = self._fields.indexes(Payment.charge_index, charge_id)
        return Payment.get_or_none(Payment.charge_index.in_(indexes))

    def receive(self, unit: Unit, paid: Paid, *, account: str | None) -> Booked:
        """Book what was paid, once. `account` is the payer's, if they have one that may buy.

        Credits only for the invoice's own person and price. Anything else is nobody's payment, and given back.
        """
        if (before := self.find(paid.charge_id)) is not None:
            return Booked(before, again=True)
        if account is not None and not _still_open(account):
            account = None
        invoice = Invoice.get_or_none(Invoice.id == paid.payload)
        fits = (
            invoice is not None
            and account is not None
            and invoice.account == account
            and (invoice.stars, CURRENCY) == (paid.stars, paid.currency)
        )
        owner = account if account is not None else new_id()
        payment = self._written(unit, paid, owner=owner, state=Payment.PAID if fits else Payment.UNCLAIMED)
        if payment is None:  # the same charge arrived twice at once, and the other one was first
            found = self.find(paid.charge_id)
            assert found is not None
            if found.account != owner:  # made up for this payer alone, who has another one now
                self._keys.destroy(unit, owner, (KeyRow.TRANSACTIONS,))
            return Booked(found, again=True)
        if not fits or invoice is None:
            self._give_back(unit, payment)
            return Booked(payment)
        lot = ledger.grant(unit, owner=owner, credits=invoice.credits, source=invoice.pack, key=f"paid:{payment.id}")
        payment.pack, payment.credits, payment.lot = invoice.pack, invoice.credits, lot
        payment.save(only=[Payment.pack, Payment.credits, Payment.lot])
        Invoice.delete().where(Invoice.id == invoice.id).execute()
        return Booked(payment)

    def _written(self, unit: Unit, paid: Paid, *, owner: str, state: str) -> Payment | None:
        """None where this charge is there already."""
        self._keys.ensure(unit, owner, KeyRow.TRANSACTIONS)
        payment = new_id()
        written = list(
            Payment.insert(
                id=payment,
                account=owner,
                state=state,
                stars=paid.stars,
                telegram_id=self._seal(Payment.telegram_id, payment, owner, str(paid.telegram_id)),
                charge_id=self._seal(Payment.charge_id, payment, owner, paid.charge_id),
                charge_index=self._fields.index(Payment.charge_index, paid.charge_id),
                paid_at=unit.now,
            )
            .on_conflict_ignore()
            .returning(Payment)
            .execute()
        )
        return written[0] if written else None

    def _give_back(self, unit: Unit, payment: Payment) -> None:
        if move(Payment, payment.id, come_from=(Payment.UNCLAIMED,), to=Payment.REFUNDING, reason="payment.unclaimed"):
            payment.state = Payment.REFUNDING
            self._desk.add(unit, REFUND, subject=payment.id, account=payment.account)

    def _seal(self, column: object, payment: str, owner: str, value: str) -> bytes | None:
        return self._fields.seal(column, row=payment, account=owner, value=value)


def _still_open(account: str) -> bool:
    """Keeps the account open until this is booked: credits must not go to one that is closed at the same moment."""
    mine = (Account.id == account) & (Account.state == Account.ACTIVE)
    return bool(Account.update(state=Account.ACTIVE).where(mine).execute())
