"""A person pays an invoice: the bot is asked first, and told afterwards."""

from __future__ import annotations

import asyncio

from aiohttp import web

from .client_answers import Refused, person_of, read_json
from .context import TELEGRAM, Telegram
from .payments import CURRENCY, Charge, Invoice
from .world import Person

routes = web.RouteTableDef()


@routes.post("/client/people/{person}/pay")
async def pay(request: web.Request) -> web.Response:
    tg = request.app[TELEGRAM]
    owner = person_of(request)
    values = await read_json(request)
    payer = tg.world.people.get(values.get("as", owner.id))
    if payer is None:
        raise Refused(404, "there is no such person to pay")
    message_id = values.get("message_id")
    message = tg.world.message(owner.id, message_id) if isinstance(message_id, int) else None
    invoice = tg.payments.invoice(message.message_id) if message else None
    if invoice is None:
        raise Refused(404, "there is no such invoice")
    if payer.id != owner.id and not invoice.sharable:
        raise Refused(403, "this invoice cannot be paid by somebody else")
    question, verdict = tg.payments.ask()
    asked = {"id": question, "from": payer.user(), **_price(invoice)}
    tg.updates.add("pre_checkout_query", asked, person=payer.id)
    try:
        found = await asyncio.wait_for(verdict, tg.settings.checkout_answer)
    except TimeoutError:
        return web.json_response({"paid": False, "error": "the bot did not answer in time"})
    finally:
        tg.payments.close(question)
    if not found.ok:
        return web.json_response({"paid": False, "error": found.error_message})
    charge = _paid(tg, payer, invoice)
    return web.json_response({"paid": True, "telegram_payment_charge_id": charge.id})


def _paid(tg: Telegram, payer: Person, invoice: Invoice) -> Charge:
    charge = tg.payments.pay(payer.user(), invoice)
    payment = {
        **_price(invoice),
        "telegram_payment_charge_id": charge.id,
        "provider_payment_charge_id": f"{payer.id}_{charge.date}",
    }
    payer.started = payer.seen = True
    tg.world.save_person(payer)
    message = tg.world.post(payer, {"successful_payment": payment}, by_bot=False)
    tg.updates.add("message", message.body(), person=payer.id)
    return charge


def _price(invoice: Invoice) -> dict[str, object]:
    return {"currency": CURRENCY, "total_amount": invoice.amount, "invoice_payload": invoice.payload}
