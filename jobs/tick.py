"""The clock: re-rings what is due and silent, under a lease that lets one process act. Also runs small duties."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import logs
from errors import Failure
from jobs.desk import Desk
from jobs.duties import LOOKED_AT, Duty, Leases, Question

QUIET = 10.0  # seconds a row stays unrung after a ring, so that a backlog never becomes a storm of bells
SOONER = 600.0  # seconds until a rare duty that failed is tried again
AT_ONCE = 200  # rows rung in one tick

log = logs.get()


class Clockwork:
    """`tick()` is one round; the caller repeats it. Ticking in every process is meant: the leases pick one."""

    def __init__(self, desk: Desk, duties: Sequence[Duty] = (), *, looked_at: timedelta = LOOKED_AT) -> None:
        self.desk = desk
        self.duties = (Duty("ring", 0.0, self.ring_again, self._silent), *duties)
        self._leases = Leases(desk.database, holder=desk.holder, looked_at=looked_at)
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    def tick(self) -> None:
        for duty in self.due():
            self.perform(duty)

    def due(self) -> list[Duty]:
        """What this process is to do now, none of it under way. Each is to be performed: its time was moved on."""
        with self._lock:
            free = [duty for duty in self.duties if duty.name not in self._under_way]
        taken = self._leases.take(free)
        with self._lock:
            self._under_way.update(duty.name for duty in taken)
        return taken

    def perform(self, duty: Duty) -> None:
        """One duty, which others are not kept from: it may wait for an outside service."""
        try:
            duty.act()
        except Failure as error:
            log.warning("duty.failed", kind=duty.name, exc_info=error)
            self._sooner(duty)
        finally:
            with self._lock:
                self._under_way.discard(duty.name)

    def _sooner(self, duty: Duty) -> None:
        """What failed is not put off to its next regular time, which may be a day away."""
        if duty.every > SOONER:
            self._leases.put_off(duty.name, self.desk.database.clock.now() + timedelta(seconds=SOONER))

    def _silent(self, now: datetime) -> Question:
        return self.desk.silent(now, quiet=QUIET)

    def ring_again(self) -> None:
        for work in self.desk.overdue(quiet=QUIET, limit=AT_ONCE):
            if work.kind in self.desk.kinds:  # an older release may not know a newer one's kinds yet
                self.desk.ring(self.desk.kinds[work.kind].queue, work.kind, work.id)
