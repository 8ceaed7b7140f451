"""The time of the schedule: the clock's while the orders keep up with it, slower while they do not, so that faults meet
a load also on a slow machine, and faster once they are ahead of it again. It never stands still: a load that cannot go
on must not save itself from the rest."""

from __future__ import annotations

import time
from collections.abc import Callable

SLACK = 10.0  # seconds that orders may be behind: what is usual between a wish and its end
AHEAD = 2.0  # seconds that they may be before it: more, and the last faults would meet nobody
SLOWER, FASTER = 0.2, 1.5


class Pace:
    """`progress` is the share of the load that is done. `now()` is asked often: each answer goes on from the last."""

    def __init__(
        self, seconds: float, progress: Callable[[], float], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._progress = progress
        self._monotonic = monotonic
        self._asked = monotonic()
        self._now = 0.0

    def now(self) -> float:
        asked = self._monotonic()
        self._now += (asked - self._asked) * self._speed()
        self._asked = asked
        return self._now

    def _speed(self) -> float:
        behind = self._now - self._progress() * self._seconds
        if behind > SLACK:
            return SLOWER
        return FASTER if behind < -AHEAD else 1.0
