"""Small regular duties: honest queue positions, and what a killed process left behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import logs
from billing import ledger
from billing.prices import PICTURE
from custody import destroy
from database import Database
from generation.endings import end_badly, take_out
from generation.kinds import DESTROY
from generation.orders import PROVIDER, VIDEO_PROVIDER, Orders
from generation.slots import Place, abandon
from generation.status import Status
from jobs.desk import Desk
from jobs.duties import Question
from models import Media, Order, VideoTask
from policy.limits import LONGEST_HOLD, LONGEST_OUTAGE, LONGEST_WAIT
from traffic.breakers import AWAY
from traffic.control import Traffic
from traffic.names import HOLDABLE, IMAGES, VIDEOS

POSITIONS_AT_ONCE = 20  # status messages brought up to date in one round; Telegram allows about 30 calls a second
LEFT_BEHIND = timedelta(hours=1)  # longer than any attempt may take
LONGEST_IN_ALL = LONGEST_WAIT + timedelta(hours=1)  # from the tap to an end, whichever
BATCH = 500
AT_ONCE = 20  # orders that end in one transaction
WAITING = 500  # orders whose places are compared in one round
WAITS = f"(SELECT MIN(queued_at) FROM orders WHERE state = '{Order.QUEUED}') IS NOT NULL"  # noqa: S608
LINES = ((IMAGES, PROVIDER, Order.kind == PICTURE), (VIDEOS, VIDEO_PROVIDER, Order.kind != PICTURE))

log = logs.get()


class Upkeep:
    """Each method is one round; all may be stopped anywhere and run again."""

    def __init__(self, *, database: Database, desk: Desk, orders: Orders, status: Status, traffic: Traffic) -> None:
        self._database = database
        self._desk = desk
        self._orders = orders
        self._status = status
        self._traffic = traffic

    def somebody_waits(self, now: datetime) -> Question:
        """Whether anybody has a place in a queue."""
        del now
        return Question(WAITS)

    def positions(self) -> None:
        """Status messages whose place in the queue has changed say so."""
        for order, place in self._moved():
            self._status.say(order.id, place=place)

    def _moved(self) -> list[tuple[Order, Place]]:
        """Orders that stand elsewhere than their message says, the oldest first; as many as one round may tell."""
        with self._database.unit() as unit:
            rows = list(Order.select().where(Order.state == Order.QUEUED).order_by(Order.queued_at).limit(WAITING))
            places = self._orders.places(unit, [row for row in rows if row.kind == PICTURE])
            stand = [(row, places[row.id]) for row in rows if row.id in places]
        return [(row, place) for row, place in stand if row.shown != place.shown][:POSITIONS_AT_ONCE]

    def outages(self) -> None:
        """Who has waited for a provider that does not answer, or for staff, as long as was said: their credits go back,
        and they are told."""
        with self._database.unit() as unit:
            self._traffic.breakers.settle(unit)
            away = self._traffic.breakers.away_since(unit)
            waits: list[tuple[Any, datetime, timedelta, str]] = []
            for name, provider, kind in LINES:
                if (held := self._traffic.pauses.held_since(unit, name)) is not None:
                    waits.append((kind, held, LONGEST_HOLD, f"{name}.paused"))
                # Nobody asks whether a provider is back while all of its work is held.
                elif provider in away and not self._traffic.pauses.held_lately(unit, name, LONGEST_OUTAGE):
                    waits.append((Order.provider == provider, away[provider], LONGEST_OUTAGE, AWAY))
        for which, since, longest, reason in waits:
            if since <= unit.now - longest:
                while self._give_up(which & (Order.queued_at <= unit.now - longest), reason) == AT_ONCE:
                    pass

    def _give_up(self, late: Any, reason: str) -> int:
        """Some of the orders that wait; how many were found. A short transaction: others wait for their books."""
        with self._database.unit() as unit:
            # The oldest, by the index of those that wait; each round locks its rows in the same order as any other.
            waits = Order.select().where((Order.state == Order.QUEUED) & late).order_by(Order.queued_at).limit(AT_ONCE)
            found = sorted(waits, key=lambda order: order.id)
            for order in [order for order in found if take_out(unit, self._desk, order.id)]:  # all work, then any books
                if end_badly(
                    unit, self._desk, order=order.id, account=order.account, reason=reason, come_from=(Order.QUEUED,)
                ):
                    log.warning("order.waited_too_long", order=order.id, code=reason)
        return len(found)

    def leftovers(self) -> None:
        """Objects that were stored but never counted, holds and orders that nobody ends any more."""
        now = self._database.clock.now()
        with self._database.unit() as unit:
            for media in (
                Media.select()
                .where((Media.state == Media.STORING) & (Media.created_at < now - LEFT_BEHIND))
                .limit(BATCH)
            ):
                if destroy.intend(unit, media.id):
                    self._desk.add(unit, DESTROY, subject=media.id, account=media.account)
        self._stray_holds(now)
        self._waited_too_long(now)
        self._stuck(now)

    def _waited_too_long(self, now: datetime) -> None:
        """Videos that never got a slot: no credits are set aside for longer than two hours."""
        begun = VideoTask.select(VideoTask.order).where(VideoTask.state.in_(VideoTask.OPEN))
        waiting = (Order.state == Order.QUEUED) & (Order.kind != PICTURE) & (Order.queued_at < now - LONGEST_WAIT)
        with self._database.unit() as unit:
            if self._traffic.pauses.may_have_held(unit, VIDEOS, LONGEST_WAIT):
                return
            for order in list(Order.select().where(waiting & Order.id.not_in(begun)).limit(BATCH)):
                end_badly(
                    unit,
                    self._desk,
                    order=order.id,
                    account=order.account,
                    reason="videos.full",
                    come_from=(Order.QUEUED,),
                )
                log.error("video.never_admitted", order=order.id)

    def _stuck(self, now: datetime) -> None:
        """Orders that nobody works on any more, such as videos whose provider was taken out of the settings. No credits
        are set aside for longer than this, whatever went wrong."""
        stuck = Order.state.in_((Order.CALLING, Order.RENDERING)) & (Order.queued_at < now - LONGEST_IN_ALL)
        with self._database.unit() as unit:
            if any(self._traffic.pauses.may_have_held(unit, name, LONGEST_IN_ALL) for name in HOLDABLE):
                return
            for order in list(Order.select().where(stuck).limit(BATCH)):
                if end_badly(unit, self._desk, order=order.id, account=order.account, reason="orders.stuck"):
                    abandon(unit, self._desk, order.id)
                    log.error("order.stuck", order=order.id)

    def _stray_holds(self, now: datetime) -> None:
        """A hold ends with its order. One that did not is a mistake of ours, put right in the person's favour."""
        with self._database.unit() as unit:
            for owner, order in ledger.unsettled(now - LEFT_BEHIND, limit=BATCH):
                row = Order.get_or_none(Order.id == order)
                if row is not None and row.state in Order.OPEN:
                    continue
                ledger.give_back(unit, owner=owner, order=order)
                log.error("hold.stray", order=order)
