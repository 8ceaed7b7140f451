"""Everything about Stars: invoices and links to them, the answer before a payment, refunds, the list, the balance."""

from __future__ import annotations

import re
import secrets
from typing import Any

from . import markup, stars
from .arguments import Arguments
from .context import Telegram
from .errors import bad_request
from .payments import CURRENCY, Invoice, Verdict
from .recipients import addressee, sending_options

MOST_STARS = 25_000
MOST_TRANSACTIONS = 100
_START = re.compile(r"[A-Za-z0-9_-]{0,64}")


def send_invoice(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    person = addressee(tg, arguments)
    start = arguments.text("start_parameter")
    if not _START.fullmatch(start):
        raise bad_request("START_PARAM_INVALID")
    invoice, description = _invoice(arguments, sharable=not start)
    shown = {"title": invoice.title, "description": description, "start_parameter": start}
    message = tg.world.post(
        person,
        {"invoice": {**shown, "currency": CURRENCY, "total_amount": invoice.amount}},
        by_bot=True,
        extra=sending_options(tg, person, arguments),
        markup=_pay_keyboard(arguments, invoice.amount),
        silent=arguments.boolean("disable_notification"),
    )
    tg.payments.add_invoice(message.message_id, invoice)
    return message.body()


def create_invoice_link(tg: Telegram, arguments: Arguments) -> str:
    invoice, _ = _invoice(arguments, sharable=True)
    slug = secrets.token_urlsafe(15)
    tg.payments.add_invoice(slug, invoice)
    return f"https://t.me/${slug}"


def answer_pre_checkout_query(tg: Telegram, arguments: Arguments) -> bool:
    # As with Telegram, whatever is not a clear yes is a no, and a no needs its reason.
    verdict = Verdict(arguments.boolean("ok"), arguments.text("error_message").strip())
    if not verdict.ok and not verdict.error_message:
        raise bad_request('parameter "error_message" is required')
    tg.payments.answer(arguments.text("pre_checkout_query_id"), verdict)
    return True


def refund_star_payment(tg: Telegram, arguments: Arguments) -> bool:
    user_id = arguments.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    person = tg.world.people.get(user_id)
    if person is None:
        raise bad_request("user not found")
    stars.refund(tg, tg.payments.open(arguments.text("telegram_payment_charge_id"), person=person.id))
    return True


def get_star_transactions(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    # Telegram brings numbers beyond the limits back to them instead of complaining.
    offset = max(0, arguments.integer("offset"))
    limit = min(MOST_TRANSACTIONS, max(1, arguments.integer("limit", MOST_TRANSACTIONS)))
    return {"transactions": tg.payments.transactions()[offset : offset + limit]}


def get_my_star_balance(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    return {"amount": tg.payments.balance()}


def _invoice(arguments: Arguments, *, sharable: bool) -> tuple[Invoice, str]:
    """The invoice and its description. Raises ApiError for one that cannot be."""
    title, description = arguments.text("title").strip(), arguments.text("description").strip()
    payload = arguments.text("payload")
    if not 1 <= len(title) <= 32:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(description) <= 255:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if not 1 <= len(payload.encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    return Invoice(payload, _stars(arguments), sharable, title), description


def _stars(arguments: Arguments) -> int:
    if arguments.text("currency") != CURRENCY:
        raise bad_request("CURRENCY_INVALID")
    if arguments.text("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    prices = arguments.structure("prices", "can't parse prices JSON object")
    if not isinstance(prices, list) or len(prices) != 1:
        raise bad_request("expected exactly one price for an invoice in Stars")
    price = prices[0] if isinstance(prices[0], dict) else {}
    amount = price.get("amount")
    if not isinstance(price.get("label"), str) or not isinstance(amount, int) or isinstance(amount, bool):
        raise bad_request("can't parse labeled price: label and amount are required")
    if not 1 <= amount <= MOST_STARS:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amount


def _pay_keyboard(arguments: Arguments, amount: int) -> dict[str, Any]:
    keyboard = markup.inline_keyboard(arguments)
    if keyboard is None:
        return {"inline_keyboard": [[{"text": f"Pay ⭐️{amount}", "pay": True}]]}
    if not keyboard["inline_keyboard"][0][0].get("pay"):
        raise bad_request("the first button of an invoice must be a pay button")
    return keyboard
