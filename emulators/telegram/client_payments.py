"""A person pays an invoice: the bot is asked first, and told afterwards. And what Telegram itself does to payments."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from . import stars
from .client_answers import Refused, person_of, read_json
from .context import TELEGRAM, Telegram
from .payments import CURRENCY, Invoice
from .world import Person

routes = web.RouteTableDef()


@routes.post("/client/people/{person}/pay")
async def pay(request: web.Request) -> web.Response:
    """`message_id`: an invoice in this person's chat; `link`: one of createInvoiceLink; `as`: who pays instead."""
    tg = request.app[TELEGRAM]
    owner = person_of(request)
    values = await read_json(request)
    payer = tg.world.people.get(values.get("as", owner.id))
    if payer is None:
        raise Refused(404, "there is no such person to pay")
    if payer.deactivated:
        raise Refused(409, "this person's account is deactivated")
    invoice = _invoice(tg, owner, values)
    if payer.id != owner.id and not invoice.sharable:
        raise Refused(403, "this invoice cannot be paid by somebody else")
    error = _short_of_stars(payer, invoice) or await _refusal(tg, payer, invoice) or _short_of_stars(payer, invoice)
    if error:
        return web.json_response({"paid": False, "error": error})
    charge = stars.pay(tg, payer, invoice)
    return web.json_response({"paid": True, "telegram_payment_charge_id": charge.id})


@routes.get("/client/payments")
async def payments(request: web.Request) -> web.Response:
    return web.json_response([charge.view() for charge in request.app[TELEGRAM].payments.charges()])


@routes.post("/client/payments/{charge}/refund")
async def refund(request: web.Request) -> web.Response:
    """Telegram gives the Stars back without the bot having asked."""
    tg = request.app[TELEGRAM]
    charge = tg.payments.charge(request.match_info["charge"])
    if charge is None:
        raise Refused(404, "there is no such payment")
    if charge.refunded is not None:
        raise Refused(409, "this payment was given back already")
    stars.refund(tg, charge)
    return web.json_response(charge.view())


def _invoice(tg: Telegram, owner: Person, values: dict[str, Any]) -> Invoice:
    message_id, link = values.get("message_id"), values.get("link")
    message = tg.world.message(owner.id, message_id) if isinstance(message_id, int) else None
    key = message.message_id if message else link.rpartition("/$")[2] if isinstance(link, str) else None
    invoice = tg.payments.invoice(key) if key else None
    if invoice is None:
        raise Refused(404, "there is no such invoice")
    return invoice


def _short_of_stars(payer: Person, invoice: Invoice) -> str:
    """Other payments may have gone through while the bot thought about this one."""
    return "not enough Stars" if payer.stars < invoice.amount else ""


async def _refusal(tg: Telegram, payer: Person, invoice: Invoice) -> str:
    """Why the bot does not take this payment; empty when it does."""
    question, verdict = tg.payments.ask()
    price = {"currency": CURRENCY, "total_amount": invoice.amount, "invoice_payload": invoice.payload}
    tg.updates.add("pre_checkout_query", {"id": question, "from": payer.user(), **price}, person=payer.id)
    try:
        found = await asyncio.wait_for(verdict, tg.settings.checkout_answer)
    except TimeoutError:
        return "the bot did not answer in time"
    finally:
        tg.payments.close(question)
    return "" if found.ok else found.error_message
