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
    """What the message does not show."""

    payload: str
    amount: int
    sharable: bool


@dataclass(slots=True)
class Charge:
    """One payment; `refunded` is the time it was given back."""

    id: str
    person: int
    amount: int
    payload: str
    date: int
    user: dict[str, Any]
    refunded: int | None = None


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
        self._charges.update((key, Charge(**row)) for key, row in store.rows("charge"))

    def add_invoice(self, message_id: int, invoice: Invoice) -> None:
        self._invoices[str(message_id)] = invoice
        self._store.mark("invoice", message_id)

    def invoice(self, message_id: int) -> Invoice | None:
        return self._invoices.get(str(message_id))

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
        charge_id = "stx" + secrets.token_urlsafe(48)
        charge = Charge(charge_id, user["id"], invoice.amount, invoice.payload, int(time.time()), user)
        self._charges[charge.id] = charge
        self._store.mark("charge", charge.id)
        return charge

    def refund(self, person: int, charge_id: str) -> Charge:
        charge = self._charges.get(charge_id)
        if charge is None or charge.person != person:
            raise bad_request("CHARGE_NOT_FOUND")
        if charge.refunded is not None:
            raise bad_request("CHARGE_ALREADY_REFUNDED")
        charge.refunded = int(time.time())
        self._store.mark("charge", charge.id)
        return charge

    def transactions(self) -> list[dict[str, Any]]:
        """Oldest first; a refund carries the payment's own id, with a receiver in place of a source."""
        found: list[dict[str, Any]] = []
        for charge in self._charges.values():
            partner = {
                "type": "user",
                "transaction_type": "invoice_payment",
                "user": charge.user,
                "invoice_payload": charge.payload,
            }
            found.append({"id": charge.id, "amount": charge.amount, "date": charge.date, "source": partner})
            if charge.refunded is not None:
                back = {"id": charge.id, "amount": charge.amount, "date": charge.refunded, "receiver": partner}
                found.append(back)
        return sorted(found, key=lambda one: int(one["date"]))

    def balance(self) -> int:
        return sum(charge.amount for charge in self._charges.values() if charge.refunded is None)

    def forget(self) -> None:
        self._invoices.clear()
        self._charges.clear()


def _row(value: Any) -> Any:
    return asdict(value) if value is not None else None
