"""Questions about orders: what is under way, how the last ones ended, and the slots of the video provider."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from billing.prices import PRICES
from database import Database
from generation.slots import NAME, VideoSlots
from models import Order, VideoTask
from privacy.sweep import as_time
from watch.asking import Question, Sample, say

LATELY = timedelta(minutes=10)
ENDED = tuple(sorted(Order.MOVES.keys() - {Order.OFFERED, *Order.OPEN}))

QUEUED = f"SELECT kind, COUNT(*), MIN(queued_at) FROM orders WHERE state = '{Order.QUEUED}' GROUP BY kind"
UNDER_WAY = (
    "SELECT kind, state, COUNT(*), MIN(queued_at) FROM orders "
    f"WHERE state IN ('{Order.CALLING}', '{Order.RENDERING}') GROUP BY kind, state"
)
LAST = (
    "SELECT kind, state, COUNT(*) FROM orders WHERE price IS NOT NULL AND COALESCE(ended_at, created_at) > ? "
    f"AND state IN ({', '.join(repr(state) for state in ENDED)}) GROUP BY kind, state"
)
VIDEOS = f"SELECT state, COUNT(*) FROM video_task WHERE state <> '{VideoTask.ENDED}' AND NOT late GROUP BY state"


def questions(database: Database, slots: VideoSlots | None) -> tuple[Question, ...]:
    def open_(now: datetime) -> Iterator[Sample]:
        rows = [(kind, Order.QUEUED, count, since) for kind, count, since in database.rows(QUEUED)]
        rows += database.rows(UNDER_WAY)
        counts = {(kind, state): 0 for kind in PRICES for state in Order.OPEN}
        oldest = dict.fromkeys(PRICES, now)
        for kind, state, count, since in rows:
            counts[kind, state] = count
            oldest[kind] = min(oldest.get(kind, now), as_time(since) or now)
        for (kind, state), count in counts.items():
            yield say("miomio_orders_open", count, kind=kind, state=state)
        for kind, since in oldest.items():
            yield say("miomio_orders_oldest_seconds", (now - since).total_seconds(), kind=kind)

    def lately(now: datetime) -> Iterator[Sample]:
        found = {(kind, state): count for kind, state, count in database.rows(LAST, now - LATELY)}
        for kind, state in {*((kind, state) for kind in PRICES for state in ENDED), *found}:
            yield say("miomio_orders_lately", found.get((kind, state), 0), kind=kind, state=state)

    def videos(now: datetime) -> Iterator[Sample]:
        found = dict(database.rows(VIDEOS))
        for state in VideoTask.OPEN:
            yield say("miomio_videos_in_flight", found.get(state, 0), state=state)
        if slots is not None:
            used, limit = slots.taken(now)
            yield say("miomio_slots_used", used, provider=NAME)
            yield say("miomio_slots_limit", limit, provider=NAME)

    return (Question("orders", open_), Question("orders_lately", lately, every=15.0), Question("videos", videos))
