"""Payments as Telegram tells of them: the question before one, the payment, and a refund. They may come from people
without an account; nothing is written about those but what giving the Stars back needs."""

from __future__ import annotations

import crash
import logs
from billing.payments import Paid
from bot.context import Context
from bot.update import Update
from consent.language import spoken
from errors import Rejected, Temporary
from models import Account
from providers.telegram_calls import Call, answer_pre_checkout, send_text
from traffic.names import SALES
from wording import failures, money
from wording.language import Translate, translate

PAYMENTS = "payments"  # the purpose
KINDS = ("checkout", "paid", "refunded")

log = logs.get()


def handle_payment(context: Context, update: Update) -> list[Call]:
    """The answer to an update of one of KINDS. What was paid is never lost: an error here makes Telegram repeat it."""
    if update.kind == "checkout":
        return [_question(context, update)]
    return _paid(context, update) if update.kind == "paid" else _refunded(context, update)


def _question(context: Context, update: Update) -> Call:
    """Answered here and now, whatever happens: Telegram waits ten seconds. Reads the database and nothing else."""
    assert update.payment is not None
    asked, speaks = update.payment, translate(update.who.language_code)
    try:
        with context.database.connection():
            account = context.accounts.find(update.who.telegram_id)
            speaks = _spoken(context, account, update)
            if account is not None and account.state == Account.BANNED:
                raise Rejected("account.banned")
            if account is not None and account.state == Account.CLOSING:
                raise Rejected("account.closing")
            if account is not None and account.frozen_at is not None:
                raise Rejected("account.frozen")
            context.traffic.pauses.demand_open(SALES)
            context.payments.check(
                context.database.clock.now(),
                account=account.id if account is not None else None,
                payload=asked.payload,
                stars=asked.amount,
                currency=asked.currency,
            )
    except (Rejected, Temporary) as error:
        log.info("payment.refused", code=error.code)
        return answer_pre_checkout(update.query, error_message=failures.sentence(speaks, error))
    return answer_pre_checkout(update.query)


def _paid(context: Context, update: Update) -> list[Call]:
    assert update.payment is not None
    said = update.payment
    paid = Paid(update.who.telegram_id, said.charge, said.payload, said.amount, said.currency)
    with context.database.unit() as unit:
        booked = context.payments.receive(unit, paid, account=context.accounts.buyer(paid.telegram_id))
        if booked.credited and not booked.again:  # not in the reply: it is said once or never, and they have paid
            context.payments.tell(unit, booked.payment)
        crash.at("payment.booking")
    log.info("payment.booked", payment=booked.payment.id, state=booked.payment.state)
    if booked.again or booked.credited:
        return []
    text = money.given_back(_spoken_after(context, update), stars=booked.payment.stars)
    return [send_text(update.chat, text.text)]


def _refunded(context: Context, update: Update) -> list[Call]:
    assert update.payment is not None
    said = update.payment
    with context.database.unit() as unit:
        payment = context.refunds.booked(unit, said.charge)
    if payment is None:
        log.error("refund.unknown_charge")
        return []
    log.info("refund.booked", payment=payment.id)
    return [send_text(update.chat, money.refunded(_spoken_after(context, update), stars=said.amount).text)]


def _spoken_after(context: Context, update: Update) -> Translate:
    """Found out after the booking: nothing about words may undo one."""
    with context.database.connection():
        return _spoken(context, context.accounts.find(update.who.telegram_id), update)


def _spoken(context: Context, account: Account | None, update: Update) -> Translate:
    said = update.who.language_code
    if account is None:
        return translate(said)
    return spoken(context.fields, account, purpose=PAYMENTS, said=said)
