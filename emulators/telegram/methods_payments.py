"""sendInvoice, answerPreCheckoutQuery, refundStarPayment, getStarTransactions, getMyStarBalance: Stars only."""

from __future__ import annotations

import re
from typing import Any

from . import markup
from .arguments import Arguments
from .context import Telegram
from .errors import bad_request
from .payments import CURRENCY, Invoice, Verdict
from .recipients import addressee, sending_options

MOST_STARS = 25_000
_START = re.compile(r"[A-Za-z0-9_-]{0,64}")


def send_invoice(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    person = addressee(tg, arguments)
    title, description = arguments.text("title").strip(), arguments.text("description").strip()
    payload = arguments.text("payload")
    if not 1 <= len(title) <= 32:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(description) <= 255:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    if not 1 <= len(payload.encode()) <= 128:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    amount = _stars(arguments)
    start = arguments.text("start_parameter")
    if not _START.fullmatch(start):
        raise bad_request("START_PARAM_INVALID")
    invoice = {"title": title, "description": description, "start_parameter": start}
    invoice_content = {**invoice, "currency": CURRENCY, "total_amount": amount}
    message = tg.world.post(
        person,
        {"invoice": invoice_content},
        by_bot=True,
        extra=sending_options(tg, person, arguments),
        markup=_pay_keyboard(arguments, amount),
        silent=arguments.boolean("disable_notification"),
    )
    tg.payments.add_invoice(message.message_id, Invoice(payload, amount, sharable=not start))
    return message.body()


def answer_pre_checkout_query(tg: Telegram, arguments: Arguments) -> bool:
    if not arguments.given("ok"):
        raise bad_request('parameter "ok" is required')
    verdict = Verdict(arguments.boolean("ok"), arguments.text("error_message").strip())
    if not verdict.ok and not verdict.error_message:
        raise bad_request("error message must be non-empty")
    tg.payments.answer(arguments.text("pre_checkout_query_id"), verdict)
    return True


def refund_star_payment(tg: Telegram, arguments: Arguments) -> bool:
    person = tg.world.people.get(arguments.integer("user_id"))
    if person is None:
        raise bad_request("USER_ID_INVALID")
    charge = tg.payments.refund(person.id, arguments.text("telegram_payment_charge_id"))
    paid_back = {
        "currency": CURRENCY,
        "total_amount": charge.amount,
        "invoice_payload": charge.payload,
        "telegram_payment_charge_id": charge.id,
    }
    message = tg.world.post(person, {"refunded_payment": paid_back}, by_bot=False)
    tg.updates.add("message", message.body(), person=person.id)
    return True


def get_star_transactions(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    offset, limit = arguments.integer("offset"), arguments.integer("limit", 100)
    if offset < 0 or not 1 <= limit <= 100:
        raise bad_request("offset must be non-negative and limit between 1 and 100")
    return {"transactions": tg.payments.transactions()[offset : offset + limit]}


def get_my_star_balance(tg: Telegram, arguments: Arguments) -> dict[str, Any]:
    return {"amount": tg.payments.balance()}


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
