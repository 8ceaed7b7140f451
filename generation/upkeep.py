"""Small regular duties: honest queue positions, and what a killed process left behind."""

from __future__ import annotations

from datetime import timedelta

import logs
from custody import destroy
from database import Database
from errors import Failure
from generation.chat import Chats
from generation.kinds import DESTROY
from generation.orders import Orders, status_message, waiting_before
from jobs.desk import Desk
from models import Media, Order, SeenUpdate
from policy.categories import SEEN_UPDATES
from providers.telegram_calls import edit_text
from wording import orders as says

POSITIONS_AT_ONCE = 20  # status messages brought up to date in one round; Telegram allows about 30 calls a second
LEFT_BEHIND = timedelta(hours=1)  # longer than any attempt may take
OFFER_LIVES = timedelta(days=1)
BATCH = 500

log = logs.get()


class Upkeep:
    """Each method is one round; all may be stopped anywhere and run again."""

    def __init__(self, *, database: Database, desk: Desk, orders: Orders, chats: Chats) -> None:
        self._database = database
        self._desk = desk
        self._orders = orders
        self._chats = chats

    def positions(self) -> None:
        """Status messages whose place in the queue has changed say so."""
        with self._database.connection():
            rows = list(
                Order.select().where(Order.state == Order.QUEUED).order_by(Order.queued_at).limit(POSITIONS_AT_ONCE)
            )
            moved = [(row, ahead) for row in rows if row.shown != f"queued:{(ahead := waiting_before(row.queued_at))}"]
        for order, ahead in moved:
            try:
                person = self._chats.person(order.account)
                text = says.queued(person.translate, order=order.id, title=self._orders.title(order), ahead=ahead)
                self._chats.do(person, edit_text(person.chat, status_message(order), text.text, text.keyboard))
            except Failure as error:
                log.info("status.not_shown", order=order.id, code=error.code)
                continue
            with self._database.connection():
                Order.update(shown=f"queued:{ahead}").where(
                    (Order.id == order.id) & (Order.state == Order.QUEUED)
                ).execute()

    def leftovers(self) -> None:
        """Objects that were stored but never counted, offers nobody took, update numbers nobody repeats."""
        now = self._database.clock.now()
        with self._database.unit() as unit:
            for media in (
                Media.select()
                .where((Media.state == Media.STORING) & (Media.created_at < now - LEFT_BEHIND))
                .limit(BATCH)
            ):
                if destroy.intend(unit, media.id):
                    self._desk.add(unit, DESTROY, subject=media.id, account=media.account)
        with self._database.connection():
            Order.delete().where((Order.state == Order.OFFERED) & (Order.created_at < now - OFFER_LIVES)).execute()
            SeenUpdate.delete().where(SeenUpdate.at < now - SEEN_UPDATES).execute()
