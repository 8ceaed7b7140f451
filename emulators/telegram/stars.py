"""Stars change hands: a person pays the bot, or gets back what was paid; both are told in the chat and to the bot."""

from __future__ import annotations

import time

from .context import Telegram
from .payments import Charge, Invoice
from .world import Person


def pay(tg: Telegram, payer: Person, invoice: Invoice) -> Charge:
    """The caller has made sure that the person has enough."""
    charge = tg.payments.pay(payer.user(), invoice)
    payer.started = payer.seen = True
    payer.stars -= charge.amount
    tg.world.save_person(payer)
    message = tg.world.post(payer, {"successful_payment": charge.facts()}, by_bot=False)
    charge.message = message.message_id
    tg.payments.save(charge)
    tg.updates.add("message", message.body(), person=payer.id)
    return charge


def refund(tg: Telegram, charge: Charge) -> None:
    """By the bot's call, or by Telegram itself without being asked."""
    charge.refunded = time.time()
    tg.payments.save(charge)
    person = tg.world.people[charge.person]
    person.stars += charge.amount
    tg.world.save_person(person)
    receipt = tg.world.message(person.id, charge.message) if charge.message is not None else None
    if receipt is not None:
        tg.world.touch(receipt)  # it now says that the money went back
    message = tg.world.post(person, {"refunded_payment": charge.facts()}, by_bot=False)
    tg.updates.add("message", message.body(), person=person.id)
