"""The clock: re-rings what is due and silent, under a lease that lets one process act. Also runs small duties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import logs
from database import Database
from errors import Failure
from jobs.desk import Desk
from models import Lease

QUIET = 10.0  # seconds a row stays unrung after a ring, so that a backlog never becomes a storm of bells
SOONER = 600.0  # seconds until a rare duty that failed is tried again
AT_ONCE = 200  # rows rung in one tick

log = logs.get()


@dataclass(frozen=True)
class Duty:
    """Something small that one process of the fleet does every so often."""

    name: str
    every: float  # seconds
    act: Callable[[], None]


class Clockwork:
    """`tick()` is one round; the caller repeats it. Ticking in every process is meant: the lease picks one."""

    def __init__(self, desk: Desk, duties: Sequence[Duty] = ()) -> None:
        self.desk = desk
        self.duties = (Duty("ring", 0.0, self.ring_again), *duties)

    def tick(self) -> None:
        for duty in self.duties:
            self.perform(duty)

    def perform(self, duty: Duty) -> None:
        """One duty, if it is due and this process is the one to act."""
        if take(self.desk.database, duty.name, holder=self.desk.holder, every=duty.every):
            try:
                duty.act()
            except Failure as error:
                log.warning("duty.failed", kind=duty.name, exc_info=error)
                self._sooner(duty)

    def _sooner(self, duty: Duty) -> None:
        """What failed is not put off to its next regular time, which may be a day away."""
        if duty.every <= SOONER:
            return
        soon = self.desk.database.clock.now() + timedelta(seconds=SOONER)
        with self.desk.database.connection():
            Lease.update(next_at=soon).where(Lease.name == duty.name).execute()

    def ring_again(self) -> None:
        for work in self.desk.overdue(quiet=QUIET, limit=AT_ONCE):
            if work.kind in self.desk.kinds:  # an older release may not know a newer one's kinds yet
                self.desk.ring(self.desk.kinds[work.kind].queue, work.kind, work.id)


def take(database: Database, name: str, *, holder: str, every: float, lease: float = 5.0) -> bool:
    """Whether this process is the one to act now. Holds for `lease` seconds unless renewed by acting again."""
    now = database.clock.now()
    mine = (Lease.holder == holder) | (Lease.until < now)
    ready = Lease.next_at.is_null() | (Lease.next_at <= now)
    with database.connection():
        changed = (
            Lease.update(holder=holder, until=now + timedelta(seconds=lease), next_at=now + timedelta(seconds=every))
            .where((Lease.name == name) & mine & ready)
            .execute()
        )
        if changed == 1:
            return True
        inserted = (
            Lease.insert(
                name=name,
                holder=holder,
                until=now + timedelta(seconds=lease),
                next_at=now + timedelta(seconds=every),
            )
            .on_conflict_ignore()
            .returning(Lease.name)
            .execute()
        )
        return bool(list(inserted))
