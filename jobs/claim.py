"""A claim on a work row: a lease with a fence. What it commits counts only while its fence still holds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import crash
from database import Database, Unit
from errors import Failure
from models import Work
from states import move


class FenceLost(Failure):
    """Somebody else holds the row now, or it was withdrawn: what this claim did must not count."""


class Claim:
    """One holder's right to work on a row until its lease ends."""

    def __init__(self, database: Database, work: Work, *, lease: timedelta) -> None:
        self.database = database
        self.id: str = work.id
        self.kind: str = work.kind
        self.subject: str = work.subject
        self.account: str = work.account
        self.fence: int = work.fence
        self.tries: int = work.tries
        self.crashes: int = work.crashes
        self.reason: str | None = work.reason  # why it was put back the last time
        self.lease = lease
        self.until: datetime = work.lease_until  # by the database's clock
        self.lost = threading.Event()  # set by whoever renews leases when this one is gone

    @contextmanager
    def checkpoint(self) -> Iterator[Unit]:
        """A transaction that counts only while the fence holds, and goes on holding the row."""
        with self._committing("saving", "saved") as unit:
            until = unit.now + self.lease
            self._demand(unit, lease_until=until)
            unit.after(lambda: self.renewed(until))
            yield unit

    def renewed(self, until: datetime) -> None:
        """The lease was prolonged in the database."""
        self.until = until

    def demand(self) -> None:
        """For just before what must not be done twice: a process that stood still may have been taken for dead. Raises
        FenceLost where somebody else holds the row. Asks the database only where the lease has run out."""
        if self.database.clock.now() >= self.until:
            with self.checkpoint():
                pass

    @contextmanager
    def finish(self) -> Iterator[Unit]:
        """The transaction that ends the work well."""
        with self._committing("finishing", "finished") as unit:
            self._demand(unit, state=Work.DONE, ended_at=unit.now, lease_until=None, holder=None, reason=None)
            yield unit

    @contextmanager
    def give_up(self, *, state: str, reason: str) -> Iterator[Unit]:
        """The transaction that ends the work badly: failed or quarantined."""
        with self._committing("giving_up", "given_up") as unit:
            self._demand(unit, state=state, ended_at=unit.now, lease_until=None, holder=None, reason=reason)
            yield unit

    @contextmanager
    def put_back(self, *, wait: float, reason: str | None, count: bool = True) -> Iterator[Unit]:
        """The transaction that makes it due again after `wait` seconds; `count=False` takes the try back."""
        with self._committing("putting_back", "put_back") as unit:
            self._demand(
                unit,
                state=Work.DUE,
                due_at=unit.now + timedelta(seconds=wait),
                rung_at=None,
                lease_until=None,
                holder=None,
                reason=reason,
                tries=self.tries if count else self.tries - 1,
            )
            yield unit

    @contextmanager
    def _committing(self, before: str, after: str) -> Iterator[Unit]:
        with self.database.unit() as unit:
            unit.after(lambda: crash.at(f"{self.kind}.{after}"))  # before any bell
            yield unit
            crash.at(f"{self.kind}.{before}")

    def _demand(self, unit: Unit, **changes: object) -> None:
        del unit
        to = str(changes.pop("state", Work.HELD))
        if not move(Work, self.id, come_from=(Work.HELD,), to=to, fence=self.fence, **changes):
            raise FenceLost("jobs.fence_lost", work=self.id, fence=self.fence)
