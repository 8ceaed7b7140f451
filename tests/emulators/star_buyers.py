"""People who pay in Stars, and a bot's webhook that answers their pre-checkout questions."""

from __future__ import annotations

import json
from typing import Any

INVOICE: dict[str, Any] = {
    "title": "Ten pictures",
    "description": "A pack of ten",
    "payload": "pack:10",
    "currency": "XTR",
    "prices": [{"label": "Ten", "amount": 50}],
}


def invoice(person: Any, **changes: Any) -> int:
    """The id of an invoice's message in this person's chat."""
    sent = person.emulator.ok("sendInvoice", chat_id=person.id, **{**INVOICE, **changes})
    return int(sent["message_id"])


def pay(person: Any, message_id: int, **more: Any) -> Any:
    body = {"message_id": message_id, **more}
    return person.emulator.client("POST", f"people/{person.id}/pay", json=body)


def says_yes(update: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """A webhook's answer: agreed in the reply itself, as a fast bot does it."""
    query = update.get("pre_checkout_query")
    if query is None:
        return 200, {}, b""
    call = {"method": "answerPreCheckoutQuery", "pre_checkout_query_id": query["id"], "ok": True}
    return 200, {"Content-Type": "application/json"}, json.dumps(call).encode()


def payments(told: list[dict[str, Any]], name: str = "successful_payment") -> list[dict[str, Any]]:
    """The updates that carry a payment, or a refund."""
    return [update for update in told if name in update.get("message", {})]
