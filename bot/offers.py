"""An offer as its person sees it: price, provider and what is sent there, or that they refuse this provider."""

from __future__ import annotations

from billing import ledger
from billing.prices import PRICES, VIDEO_SECONDS, seconds_of, video
from bot.context import Context
from consent.choices import may_get
from database import Unit
from generation.chat import Person
from models import Account, Order
from wording import orders as says
from wording.message import Message


def words(context: Context, unit: Unit, person: Person, account: Account, order: Order) -> Message:
    """Of a picture or of a video. Called inside the unit of the offer."""
    chosen, prompt = context.orders.wanted(order)
    seconds, outlook = seconds_of(order.kind), context.orders.outlook(unit, order)
    return says.offer(
        person.translate,
        order=order.id,
        title=chosen.name if chosen else "",
        provider=order.provider,
        price=order.price,
        free=ledger.balance(account.id).free,
        prompt=None if chosen else prompt,
        seconds=seconds,
        other=_other_length(seconds),
        allowed=may_get(account, order.provider),
        minutes=outlook.minutes,
        away=outlook.away,
    )


def _other_length(seconds: int | None) -> tuple[int, int] | None:
    """Seconds and price; a picture has no length."""
    if seconds is None:
        return None
    other = next(length for length in VIDEO_SECONDS if length != seconds)
    return other, PRICES[video(other)]
