"""Stars: invoices the bot sent, questions before payment, and the list of what was paid and given back."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from .callbacks import too_old
from .errors import bad_request
from .store import Store

CURRENCY = "XTR"


@dataclass(slots=True)
class Invoice:
    """What the message does not show, and its title for the receipt."""

    payload: str
    amount: int
    sharable: bool
    title: str = ""


@dataclass(slots=True)
class Charge:
    """One payment, by whom and where its receipt stands; `date` and `refunded` are unix seconds."""

    id: str
    person: int
    amount: int
    payload: str
    date: float
    user: dict[str, Any]
    refunded: float | None = None
    title: str = ""
    message: int | None = None

    def view(self) -> dict[str, Any]:
        names = ("id", "person", "amount", "payload", "title", "date", "refunded")
        return {name: getattr(self, name) for name in names}

    def facts(self) -> dict[str, Any]:
        """As successful_payment and refunded_payment tell it."""
        return {
            "currency": CURRENCY,
            "total_amount": self.amount,
            "invoice_payload": self.payload,
            "telegram_payment_charge_id": self.id,
            "provider_payment_charge_id": f"{self.person}_{int(self.date)}",
        }


@dataclass(slots=True)
class Verdict:
    ok: bool
    error_message: str = ""


class Payments:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._invoices: dict[str, Invoice] = {}
        self._charges: dict[str, Charge] = {}
        self._questions: dict[str, asyncio.Future[Verdict]] = {}
        store.keep("invoice", lambda key: _row(self._invoices.get(key)))
        store.keep("charge", lambda key: _row(self._charges.get(key)))
        self._invoices.update((key, Invoice(**row)) for key, row in store.rows("invoice"))
        charges = sorted((row for _, row in store.rows("charge")), key=lambda row: row["date"])
        self._charges.update((row["id"], Charge(**row)) for row in charges)

    def add_invoice(self, key: object, invoice: Invoice) -> None:
        """`key` is the id of the invoice's message, or the last part of its link."""
        self._invoices[str(key)] = invoice
        self._store.mark("invoice", key)

    def invoice(self, key: object) -> Invoice | None:
        return self._invoices.get(str(key))

    def ask(self) -> tuple[str, asyncio.Future[Verdict]]:
        """A new pre-checkout question and where its answer will be."""
        question = str(random.randrange(10**17, 10**18))
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._questions[question] = future
        return question, future

    def close(self, question: str) -> None:
        self._questions.pop(question, None)

    def answer(self, question: str, verdict: Verdict) -> None:
        future = self._questions.get(question)
        if future is None or future.done():
            raise too_old()
        future.set_result(verdict)

    def pay(self, user: dict[str, Any], invoice: Invoice) -> Charge:
        """To be saved when it is known where its receipt stands."""
        charge_id = "stx" + secrets.token_urlsafe(48)
        charge = Charge(charge_id, user["id"], invoice.amount, invoice.payload, time.time(), user, title=invoice.title)
        self._charges[charge.id] = charge
        return charge

    def save(self, charge: Charge) -> None:
        self._store.mark("charge", charge.id)

    def charge(self, charge_id: str) -> Charge | None:
        return self._charges.get(charge_id)

    def charges(self) -> list[Charge]:
        return list(self._charges.values())

    def open(self, charge_id: str, *, person: int) -> Charge:
        """A payment of this person that was not given back. Raises ApiError."""
        charge = self._charges.get(charge_id)
        if charge is None or charge.person != person:
            raise bad_request("CHARGE_NOT_FOUND")
        if charge.refunded is not None:
            raise bad_request("CHARGE_ALREADY_REFUNDED")
        return charge

    def transactions(self) -> list[dict[str, Any]]:
        """Oldest first; a refund carries the payment's own id, with a receiver in place of a source."""
        found: list[tuple[float, dict[str, Any]]] = []
        for charge in self._charges.values():
            partner = {
                "type": "user",
                "transaction_type": "invoice_payment",
                "user": charge.user,
                "invoice_payload": charge.payload,
            }
            base = {"id": charge.id, "amount": charge.amount}
            found.append((charge.date, {**base, "date": int(charge.date), "source": partner}))
            if charge.refunded is not None:
                found.append((charge.refunded, {**base, "date": int(charge.refunded), "receiver": partner}))
        # By the exact moment: pages that were read must not shift when a refund falls into an old second.
        return [transaction for _, transaction in sorted(found, key=lambda one: one[0])]

    def balance(self) -> int:
        return sum(charge.amount for charge in self._charges.values() if charge.refunded is None)

    def forget(self) -> None:
        self._invoices.clear()
        self._charges.clear()


def _row(value: Any) -> Any:
    return asdict(value) if value is not None else None
