"""The video provider takes only so many tasks at once: who is next, who waits at which place and for how long.

Fair: paid before trial, then in turns over people, then by age. A slot is held by a row, from its admission to its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from peewee import fn

import crash
from billing.prices import PICTURE, VIDEO_SECONDS, seconds_of, video
from database import Database, Unit
from errors import Rejected
from generation.kinds import COLLECT, PRODUCE, SUBMIT
from jobs.desk import Desk
from jobs.duties import Question
from models import Order, Slots, VideoTask, new_id
from states import move
from traffic.control import Traffic
from traffic.load import KNOWN_FOR, Load
from traffic.names import VIDEOS
from traffic.recent import Recent
from wording.orders import minutes_of

NAME = "kling"
KINDS = tuple(video(seconds) for seconds in VIDEO_SECONDS)
LOWERED = timedelta(seconds=60)  # how long the provider's "too many at once" is remembered
PAUSE = timedelta(minutes=15)  # without money at the provider; then it is tried again
LOOKED_BACK = timedelta(hours=1)
USUAL = 120.0  # seconds a video takes while none was made lately
EARLIEST = 15.0  # seconds before which no video was ever ready, while none was made lately
MOST_WAITING = 2_000  # looked at in one round; later ones get their turn in a later one
# By its minimum, as all conditions of duties: a plan that hopes to find one soon may read all orders there ever were.
WAITS = f"(SELECT MIN(queued_at) FROM orders WHERE state = '{Order.QUEUED}' AND kind <> '{PICTURE}') IS NOT NULL"  # noqa: S608


@dataclass(frozen=True)
class Place:
    """Where an order stands: how many start before it, and in how many seconds it is likely done (None: unknown)."""

    ahead: int
    seconds: float | None = None
    why: str | None = None  # what it waits for besides its turn: nobody knows then how long

    @property
    def shown(self) -> str:
        """What the status message says now; it is changed when this changes."""
        if self.why is not None:
            return f"queued:{self.why}"
        minutes = "" if self.seconds is None else f":{minutes_of(self.seconds)}"
        return f"queued:{self.ahead}{minutes}"


class VideoSlots:
    """Methods with a unit are called inside it."""

    def __init__(self, *, database: Database, desk: Desk, traffic: Traffic, slots: int, models: Sequence[str]) -> None:
        self._database = database
        self._traffic = traffic
        self._desk = desk
        self._slots = slots
        self._models = models  # the first that is not retired is asked
        self._load: Recent[Load] = Recent(database, self._measured, seconds=KNOWN_FOR)

    def somebody_waits(self, now: datetime) -> Question:
        """Whether a round may find an order without a slot."""
        del now
        return Question(WAITS)

    def admit(self) -> int:
        """One round: give the free slots away. The number of orders that got one."""
        with self._database.unit() as unit:
            row = self._locked()
            if _paused(row, unit.now) or self._traffic.pauses.holds(VIDEOS):
                return 0
            free = self._limit(row, unit.now) - self._running()
            if (room := self._traffic.breakers.room(unit, NAME)) is not None:
                free = min(free, room - _admitted().count())
            chosen = self._line()[: max(0, free)]
            if chosen:
                unit.after(lambda: crash.at("admit.given"))  # before any bell
            given = 0
            for order in chosen:
                given += self._admit(unit, order)
                crash.at("admit.giving")
            return given

    def demand_open(self, unit: Unit) -> None:
        """Raises Rejected("videos.paused"): said before anybody spends anything."""
        row = Slots.get_or_none(Slots.name == NAME)
        if row is not None and _paused(row, unit.now):
            raise Rejected("videos.paused")

    def places(self, unit: Unit) -> dict[str, Place]:
        """Every waiting order's place, and an honest estimate from what the last hour's videos took. Who has a slot and
        was not submitted yet is next."""
        row = Slots.get_or_none(Slots.name == NAME) or Slots(name=NAME)
        limit, usual = max(1, self._limit(row, unit.now)), usual_seconds(unit.now)
        running = self._running()
        return {task.order: Place(0, usual) for task in _admitted()} | {
            order.id: Place(ahead, usual * (1 + max(0, ahead + running - limit + 1) / limit))
            for ahead, order in enumerate(self._line())
        }

    def load(self) -> Load:
        """How long the line was some seconds ago, as each offer asks; the wait is that for a slot."""
        return self._load.get()

    def _measured(self, now: datetime) -> Load:
        row = Slots.get_or_none(Slots.name == NAME) or Slots(name=NAME)
        limit, line = max(1, self._limit(row, now)), self._line()
        oldest = max((now - order.queued_at).total_seconds() for order in line) if line else 0.0
        turns = max(0, len(line) + self._running() - limit + 1) / limit
        return Load(len(line), max(0.0, oldest), usual_seconds(now) * turns)

    def lower(self, unit: Unit) -> None:
        """The provider says that too many run: no more than now for a while; none at all where none of ours does."""
        now = self._running()
        Slots.update(lowered_to=now, lowered_until=unit.now + LOWERED).where(Slots.name == NAME).execute()

    def pause(self, unit: Unit, reason: str) -> None:
        """Admit nobody for a while."""
        Slots.update(paused_until=unit.now + PAUSE, reason=reason).where(Slots.name == NAME).execute()

    def has_successor(self, model: str) -> bool:
        """Whether another model can be asked once this one is retired."""
        return model in self._models[:-1]

    def taken(self, now: datetime) -> tuple[int, int]:
        """How many slots are taken, and how many there are now. Called with a connection."""
        row = Slots.get_or_none(Slots.name == NAME) or Slots(name=NAME)
        return self._running(), self._limit(row, now)

    def waiting(self) -> list[Order]:
        """Every order that waits for a slot."""
        return self._line()

    def _admit(self, unit: Unit, order: Order) -> bool:
        """False where it has ended since the line was read. One that is ending just now is waited for: a task whose
        order is gone would hold its slot for ever."""
        waits = (Order.id == order.id) & (Order.state == Order.QUEUED)
        if not Order.update(state=Order.QUEUED).where(waits).execute():
            return False
        before = list(VideoTask.select().where(VideoTask.order == order.id).order_by(VideoTask.attempt))
        retired = {task.model for task in before if task.reason == "provider.model_retired"}
        attempt = before[-1].attempt + 1 if before else 1
        task = new_id()
        VideoTask.insert(
            id=task,
            account=order.account,
            order=order.id,
            attempt=attempt,
            external_id=f"{order.id}-{attempt}",
            model=next((model for model in self._models if model not in retired), self._models[0]),
            state=VideoTask.ADMITTED,
            seconds=seconds_of(order.kind),
            created_at=unit.now,
        ).execute()
        self._desk.add(unit, SUBMIT, subject=task, account=order.account)
        return True

    def _line(self) -> list[Order]:
        """Orders without a slot, in the order in which they get one."""
        has_slot = VideoTask.select(VideoTask.order).where(VideoTask.state.in_(VideoTask.OPEN))
        waiting = list(
            Order.select()
            .where((Order.state == Order.QUEUED) & Order.kind.in_(KINDS) & Order.id.not_in(has_slot))
            .order_by(Order.queued_at, Order.id)
            .limit(MOST_WAITING)
        )
        if not waiting:  # as it is after most ends
            return []
        held: Any = VideoTask.select(VideoTask.account, fn.COUNT(VideoTask.id)).where(_holds_a_slot())
        turns: Counter[str] = Counter(dict(held.group_by(VideoTask.account).tuples()))
        ranked = []
        for number, order in enumerate(waiting):
            ranked.append((order.trial, turns[order.account], number, order))
            turns[order.account] += 1
        return [order for *_, order in sorted(ranked, key=lambda entry: entry[:3])]

    @staticmethod
    def _running() -> int:
        return int(VideoTask.select().where(_holds_a_slot()).count())

    def _limit(self, row: Slots, now: datetime) -> int:
        if row.lowered_to is None or row.lowered_until is None or row.lowered_until < now:
            return self._slots
        return min(self._slots, int(row.lowered_to))

    @staticmethod
    def _locked() -> Slots:
        """The row, held until the end of the transaction, so that two rounds at once never give a slot twice."""
        locked = Slots.update(rounds=Slots.rounds + 1).where(Slots.name == NAME).returning(Slots)
        found: list[Slots] = list(locked.execute())
        if not found:
            Slots.insert(name=NAME).on_conflict_ignore().execute()
            found = list(locked.execute())
        return found[0]


def _admitted() -> Any:
    """Tasks with a slot that were not submitted yet."""
    return VideoTask.select(VideoTask.order).where(_holds_a_slot() & (VideoTask.state == VideoTask.ADMITTED))


def _holds_a_slot() -> Any:
    """A task that we gave up does not: the provider tells if it still counts."""
    return VideoTask.state.in_(VideoTask.OPEN) & ~VideoTask.late


def _paused(row: Slots, now: datetime) -> bool:
    return row.paused_until is not None and row.paused_until > now


def last_durations(now: datetime) -> list[float]:
    """Seconds from submission to end of the last hour's videos."""
    recent = (
        (VideoTask.ended_at > now - LOOKED_BACK) & VideoTask.reason.is_null() & VideoTask.submitted_at.is_null(False)
    )
    # Not whole rows: this is asked at every submission.
    both: Any = VideoTask.select(VideoTask.submitted_at, VideoTask.ended_at)
    ended = both.where((VideoTask.state == VideoTask.ENDED) & recent).limit(MOST_WAITING)
    return sorted((over - sent).total_seconds() for sent, over in ended.tuples())


def usual_seconds(now: datetime) -> float:
    took = last_durations(now)
    return median(took) if took else USUAL


def end_task(unit: Unit, task: str, *, reason: str | None = None) -> bool:
    """The attempt is over; its slot is free. When the provider was done may be known already."""
    ended = {"ended_at": fn.COALESCE(VideoTask.ended_at, unit.now), "reason": reason, "url": None}
    return move(VideoTask, task, come_from=VideoTask.OPEN, to=VideoTask.ENDED, **ended)


def abandon(unit: Unit, desk: Desk, order: str) -> None:
    """No attempt of this order is worked on or waited for any more."""
    desk.withdraw(unit, subject=order, kinds=(PRODUCE,))
    for task in list(VideoTask.select().where((VideoTask.order == order) & VideoTask.state.in_(VideoTask.OPEN))):
        desk.withdraw(unit, subject=task.id, kinds=(SUBMIT, COLLECT))
        end_task(unit, task.id, reason="orders.stuck")


def withdraw(unit: Unit, desk: Desk, order: str) -> None:
    """An order that is being cancelled before its submission gives its slot back."""
    admitted = (VideoTask.order == order) & (VideoTask.state == VideoTask.ADMITTED)
    for task in list(VideoTask.select().where(admitted)):
        desk.withdraw(unit, subject=task.id, kinds=(SUBMIT,))
        ended = {"ended_at": unit.now, "reason": "orders.cancelled"}
        move(VideoTask, task.id, come_from=(VideoTask.ADMITTED,), to=VideoTask.ENDED, **ended)
