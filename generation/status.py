"""The status message of an order says how the order stands, whoever edits it: a tap, a worker or the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import crash
import logs
from billing.prices import PICTURE
from database import Database, Unit
from errors import Failure, Temporary
from generation.chat import Chats, Person
from generation.orders import Orders, status_message
from generation.slots import Place, usual_seconds
from models import Order
from providers.telegram_calls import edit_text
from rows import exists, update
from wording import failures
from wording import orders as says
from wording.message import Message

STANDS = "id = ? AND state = ?"
ROUNDS = 4  # an order moves on at most that often while its message is edited
LOOKS_AGAIN = (0.5, 1.0, 2.0, 4.0)  # seconds between looks at a database that is away

log = logs.get()


@dataclass(frozen=True)
class _Stands:
    """How an order stood when it was looked at; `seconds` a video usually takes."""

    order: Order
    place: Place | None
    seconds: float

    @property
    def shown(self) -> str | None:
        """What the row notes about its message, so that nobody says the same again."""
        if self.place is not None:
            return self.place.shown
        return {Order.CALLING: says.WORKING, Order.RENDERING: says.FILMING}.get(self.order.state, self.order.shown)


class Status:
    """A courtesy: what it cannot say is logged, and the order goes on."""

    def __init__(
        self, *, database: Database, orders: Orders, chats: Chats, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._database = database
        self._orders = orders
        self._chats = chats
        self._sleep = sleep

    def say(self, order: str, *, place: Place | None = None) -> None:
        """Edit the message, then look whether it is still true; if not, edit again.

        Two who edit at once may reach Telegram in the wrong order. Each looks afterwards, so that the last word is
        never an older one. `place`: where a waiting order stands, if that is known.
        """
        self._say(self._look(order, place))

    def say_begun(self, order: Order) -> None:
        """The same for who has just written that the picture is being made, and has its row. Never raises: the provider
        is at work by then."""
        if order.message_id is None:
            return
        try:
            self._say(_Stands(order, None, 0.0))
        except Failure as error:
            log.info("status.not_shown", order=order.id, code=error.code)

    def _say(self, stands: _Stands | None) -> None:
        for _ in range(ROUNDS):
            if stands is None or (said := self._edit(stands)) is None:
                return
            crash.at("status.said")
            stands = self._newer(stands, said)

    def _newer(self, stands: _Stands, said: bool) -> _Stands | None:
        """How the order stands if that is not as it was said. Raises Temporary where the database is away for long: to
        give up at once would leave a word that is no longer true in the chat, and nobody who comes back to it."""
        for seconds in LOOKS_AGAIN:
            with suppress(Temporary):
                return self._otherwise(stands, said)
            self._sleep(seconds)
        return self._otherwise(stands, said)

    def _otherwise(self, stands: _Stands, said: bool) -> _Stands | None:
        return None if self._is_still_so(stands, said) else self._look(stands.order.id, None)

    def text(self, person: Person, order: Order) -> Message | None:
        """Why there is nothing to see. None for an order that has not ended without a result."""
        if order.state == Order.HELD_BACK:
            return failures.not_shown(person.translate)
        if order.state in (Order.REFUSED, Order.FAILED):
            return failures.ended_badly(person.translate, order.reason or "", credits=order.price)
        if order.state == Order.CANCELLED:
            return says.cancelled(person.translate)
        return None

    def _look(self, order: str, place: Place | None) -> _Stands | None:
        with self._database.unit() as unit:
            row = Order.get_or_none(Order.id == order)
            if row is None or row.message_id is None:
                return None
            if row.state != Order.QUEUED:
                place = None
            elif place is None:
                place = self._orders.stands(unit, row)
            return _Stands(row, place, self._usual(unit, row))

    @staticmethod
    def _usual(unit: Unit, order: Order) -> float:
        film = order.kind != PICTURE and order.state in (Order.CALLING, Order.RENDERING)
        return usual_seconds(unit.now) if film else 0.0

    def _edit(self, stands: _Stands) -> bool | None:
        """Whether it was said, as far as it can be: False where nobody knows, or where somebody comes back to it. None
        where there is nothing to say."""
        order = stands.order
        try:
            person = self._chats.person(order.account)
            text = self._words(person, stands)
            if text is None:
                return None
            self._chats.do(person, edit_text(person.chat, status_message(order), text.text, text.keyboard))
        except Temporary as error:
            log.info("status.not_shown", order=order.id, code=error.code)
            return False
        except Failure as error:  # said as well as it can be: not tried again
            log.info("status.not_shown", order=order.id, code=error.code)
        return True

    def _words(self, person: Person, stands: _Stands) -> Message | None:
        order, _ = stands.order, person.translate
        title = self._orders.title(order)
        if stands.place is not None:
            place, provider = stands.place, order.provider
            return says.queued(
                _,
                order=order.id,
                title=title,
                ahead=place.ahead,
                seconds=place.seconds,
                why=place.why,
                provider=provider,
            )
        if order.state not in (Order.CALLING, Order.RENDERING):
            return self.text(person, order)
        if order.kind == PICTURE:
            return says.working(_, title=title)
        return says.filming(_, title=title, seconds=stands.seconds)

    def _is_still_so(self, stands: _Stands, said: bool) -> bool:
        with self._database.connection():
            order = stands.order
            if not said or stands.shown == order.shown:
                return exists(Order, STANDS, order.id, order.state)
            return update(Order, STANDS, order.id, order.state, shown=stands.shown) == 1
