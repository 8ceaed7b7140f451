"""Stars: an invoice, the question before payment, the payment, and giving it back."""

from __future__ import annotations

import threading
from typing import Any

import pytest

INVOICE = {
    "title": "Ten pictures",
    "description": "A pack of ten",
    "payload": "pack:10",
    "currency": "XTR",
    "prices": [{"label": "Ten", "amount": 50}],
}


def invoice(ann: Any, emulator: Any, **changes: Any) -> Any:
    return emulator.ok("sendInvoice", chat_id=ann.id, **{**INVOICE, **changes})


def pay(person: Any, message_id: int, answer: dict[str, Any] | None, **more: Any) -> Any:
    """Pay, with the bot answering the question as `answer` says, or not at all."""
    emulator = person.emulator
    paid: list[Any] = []
    body = {"message_id": message_id, **more}

    def press() -> None:
        paid.append(emulator.client("POST", f"people/{person.id}/pay", json=body))

    paying = threading.Thread(target=press)
    emulator.ok("deleteWebhook", drop_pending_updates=True)
    paying.start()
    (update,) = emulator.ok("getUpdates", timeout=40)
    query = update["pre_checkout_query"]
    assert (query["currency"], query["total_amount"], query["invoice_payload"]) == ("XTR", 50, "pack:10")
    if answer is not None:
        emulator.ok("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], **answer)
    paying.join()
    return paid[0]


def test_a_payment_is_asked_about_made_and_recorded(ann: Any, emulator: Any) -> None:
    sent = invoice(ann, emulator)
    assert sent["reply_markup"]["inline_keyboard"][0][0]["pay"] is True
    paid = pay(ann, sent["message_id"], {"ok": True})
    payment = emulator.ok("getUpdates")[-1]["message"]["successful_payment"]
    assert paid == {"paid": True, "telegram_payment_charge_id": payment["telegram_payment_charge_id"]}
    assert (payment["total_amount"], payment["invoice_payload"]) == (50, "pack:10")
    (transaction,) = emulator.ok("getStarTransactions")["transactions"]
    assert (transaction["id"], transaction["amount"]) == (payment["telegram_payment_charge_id"], 50)
    assert transaction["source"]["user"]["id"] == ann.id
    assert emulator.ok("getMyStarBalance") == {"amount": 50}


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"ok": False, "error_message": "sold out"}, "sold out"), (None, "the bot did not answer in time")],
)
def test_a_refused_or_unanswered_payment_is_not_made(ann: Any, emulator: Any, answer: Any, error: str) -> None:
    emulator.settings(checkout_answer=0.3)
    sent = invoice(ann, emulator)
    assert pay(ann, sent["message_id"], answer) == {"paid": False, "error": error}
    assert emulator.ok("getStarTransactions") == {"transactions": []}


def test_a_refund_happens_once_and_is_told(ann: Any, emulator: Any) -> None:
    charge = pay(ann, invoice(ann, emulator)["message_id"], {"ok": True})["telegram_payment_charge_id"]
    which = {"user_id": ann.id, "telegram_payment_charge_id": charge}
    assert emulator.ok("refundStarPayment", **which) is True
    told = emulator.ok("getUpdates")[-1]["message"]["refunded_payment"]
    assert (told["telegram_payment_charge_id"], told["total_amount"]) == (charge, 50)
    assert emulator.call("refundStarPayment", **which)["description"] == "Bad Request: CHARGE_ALREADY_REFUNDED"
    unknown = emulator.call("refundStarPayment", **{**which, "telegram_payment_charge_id": "x"})
    assert unknown["description"] == "Bad Request: CHARGE_NOT_FOUND"
    income, refund = emulator.ok("getStarTransactions")["transactions"]
    assert (income["id"], refund["id"]) == (charge, charge)
    assert "source" in income
    assert refund["receiver"]["user"]["id"] == ann.id
    assert emulator.ok("getMyStarBalance") == {"amount": 0}


def test_somebody_else_pays_only_a_sharable_invoice(ann: Any, emulator: Any) -> None:
    bob = emulator.person("Bob")
    own = invoice(ann, emulator, start_parameter="mine")
    body = {"message_id": own["message_id"], "as": bob.id}
    answer = emulator.http.post(f"{emulator.url}/client/people/{ann.id}/pay", json=body)
    assert answer.status_code == 403
    paid = pay(ann, invoice(ann, emulator)["message_id"], {"ok": True}, **{"as": bob.id})
    assert paid["paid"]
    assert emulator.ok("getStarTransactions")["transactions"][0]["source"]["user"]["id"] == bob.id


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "x" * 33}, "INVOICE_TITLE_INVALID"),
        ({"description": ""}, "INVOICE_DESCRIPTION_INVALID"),
        ({"payload": "é" * 65}, "INVOICE_PAYLOAD_INVALID"),
        ({"currency": "USD"}, "CURRENCY_INVALID"),
        ({"provider_token": "1:TEST"}, "PAYMENT_PROVIDER_INVALID"),
        ({"prices": INVOICE["prices"] * 2}, "expected exactly one price for an invoice in Stars"),  # type: ignore[operator]
        ({"prices": [{"label": "x", "amount": 0}]}, "CURRENCY_TOTAL_AMOUNT_INVALID"),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(ann: Any, emulator: Any, changes: dict[str, Any], reason: str) -> None:
    answer = emulator.call("sendInvoice", chat_id=ann.id, **{**INVOICE, **changes})
    assert answer["description"] == f"Bad Request: {reason}"


def test_an_unknown_question_cannot_be_answered(emulator: Any) -> None:
    answer = emulator.call("answerPreCheckoutQuery", pre_checkout_query_id="1", ok=True)
    assert answer["description"].startswith("Bad Request: query is too old")
