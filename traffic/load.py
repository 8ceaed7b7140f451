"""How long the queue is: told before anybody pays where it is long, and closed to new orders where it is too long.
Whoever asks for their rights is never turned away by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from models import Work
from traffic.names import IMAGES, VIDEOS

LOOKED_BACK: Final = timedelta(minutes=2)
KNOWN_FOR: Final = 5.0  # seconds
LONGEST_TOLD: Final = 60  # minutes after which somebody may as well look again


@dataclass(frozen=True)
class Limit:
    """Seconds that the oldest has waited: from where on the wait is told, and from where on nothing new is taken."""

    told: float
    full: float


LIMITS: Final[Mapping[str, Limit]] = {
    IMAGES: Limit(told=60.0, full=600.0),  # a picture takes half a minute where nobody waits
    VIDEOS: Limit(told=300.0, full=3600.0),  # a video some minutes; half of what it may wait for a slot
}


@dataclass(frozen=True)
class Load:
    """A queue as it stands: how many wait, for how many seconds the oldest has, and one that comes now likely will."""

    depth: int = 0
    oldest: float = 0.0
    wait: float = 0.0

    def told(self, name: str) -> int | None:
        """Minutes to be told before the tap; None where it is as usual."""
        return minutes(max(self.wait, self.oldest)) if self._age(name) > LIMITS[name].told else None

    def full(self, name: str) -> int | None:
        """Minutes after which to come again, where nothing new is taken now; else None."""
        full = LIMITS[name].full
        if self._age(name) <= full:
            return None
        return min(LONGEST_TOLD, minutes(max(self.wait, self.oldest) - full + 60.0))

    def _age(self, name: str) -> float:
        """The oldest one's; of videos also what is known from the slots and from what each takes. Of pictures the wait
        is known from the last minutes, and after quiet ones it would mislead."""
        return max(self.oldest, self.wait) if name == VIDEOS else self.oldest


def estimate(*, depth: int, oldest: float, done: int, seconds: float) -> float:
    """Seconds until one that comes now is begun, where `done` were in the last `seconds`. Not less than the oldest has
    waited: the new one stands behind it."""
    return max(oldest, (depth + 1) * seconds / done if done and depth else 0.0)


def minutes(seconds: float) -> int:
    """Whole minutes to tell somebody, never too few: each up to ten, then fives, from an hour on quarters."""
    whole = max(1, math.ceil(seconds / 60))
    step = 1 if whole <= 10 else 5 if whole <= 60 else 15
    return math.ceil(whole / step) * step


def measure(kind: str, now: datetime) -> Load:
    """The queue of a kind of work. What waits for its time, as for a provider that is away, stands in no queue. Called
    with a connection."""
    due = (Work.kind == kind) & (Work.state == Work.DUE) & (Work.due_at <= now)
    asked: Any = Work.select(fn.COUNT(Work.id), fn.MIN(Work.due_at)).where(due)
    depth, since = asked.tuples().get()
    if not depth:
        return Load()
    lately = (Work.ended_at > now - LOOKED_BACK) & (Work.kind == kind) & (Work.state == Work.DONE)
    oldest = max(0.0, (now - since).total_seconds())
    done = Work.select().where(lately).count()
    wait = estimate(depth=depth, oldest=oldest, done=done, seconds=LOOKED_BACK.total_seconds())
    return Load(depth, oldest, wait)
