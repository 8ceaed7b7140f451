"""The canary person: each day somebody who is nobody comes, gets a picture, leaves, and is looked for everywhere.

It enters by the same doors as people do, behind the chat: accounts, photos, orders, copies, deletions. Its marks live
in the memory of one process; a run that ends half-way has failed, and its account is deleted by whoever comes next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from peewee import IntegrityError

import logs
from database import Database
from errors import Failure, Rejected
from models import CanaryRun, new_id
from policy.canary import AT
from privacy.canary_day import CanaryDay
from states import move

EVERY = 600.0  # seconds between two looks at the clock
LEASE = timedelta(minutes=2)  # after the last sign of life a run counts as stopped
BEAT = 20.0  # seconds between two signs of life
STOPPED, BROKEN = "canary.stopped", "program.error"

log = logs.get()


class Canary:
    """`chat`: the chat of a test account of the staff's; none: there is no canary here."""

    def __init__(self, *, database: Database, day: CanaryDay, chat: int | None) -> None:
        self._database = database
        self._day = day
        self.chat = chat

    def daily(self) -> None:
        """The duty: one run each day, from its hour on, the very first one at once; and what another process left
        half-way is put in order."""
        if self.chat is None:
            return
        now = self._database.clock.now()
        hour = datetime.combine(now.date(), AT)
        with self._database.connection():
            last = CanaryRun.select().order_by(CanaryRun.begun_at.desc()).first()
            came = CanaryRun.select().where((CanaryRun.begun_at >= hour) | _had_picture(now)).exists()
        if last is not None and last.state in CanaryRun.OPEN and last.until < now:
            self.tidy()
        elif (now >= hour or last is None) and not came:
            self.run()

    def run(self, *, again: bool = False) -> CanaryRun:
        """One whole day of it; the row as it ended. A day has one picture, unless it is wanted `again`.

        Raises Rejected("canary.unset" | "canary.under_way" | "canary.today"). Whatever else goes wrong is the run's
        result, and stands in the row.
        """
        if self.chat is None:
            raise Rejected("canary.unset")
        self._end_stopped()
        run = self._begin(again=again)
        with self._alive(run):
            try:
                self._clear()
                self._day.live(run, self.chat)
            except Failure as failure:
                self._failed(run, failure.code)
            except LookupError:
                self._failed(run, "canary.place_not_seen")
            except Exception:
                self._failed(run, BROKEN)
                raise
        return self._told(run)

    def tidy(self) -> None:
        """Runs that were left half-way have failed, and what is left of their accounts goes."""
        self._end_stopped()
        self._clear()

    def _begin(self, *, again: bool) -> CanaryRun:
        with self._database.unit() as unit:
            if not again and CanaryRun.select().where(_had_picture(unit.now)).exists():
                raise Rejected("canary.today")
            run = CanaryRun(id=new_id(), begun_at=unit.now, until=unit.now + LEASE)
            try:
                with self._database.part():
                    run.save(force_insert=True)
            except IntegrityError:
                raise Rejected("canary.under_way") from None
        log.info("canary.begun", run=run.id)
        return run

    def _end_stopped(self) -> None:
        """Whoever ran them gives no sign of life."""
        with self._database.unit() as unit:
            silent = CanaryRun.state.in_(CanaryRun.OPEN) & (CanaryRun.until < unit.now)
            rows = list(CanaryRun.select().where(silent))
        for row in rows:
            self._failed(row, STOPPED)

    def _clear(self) -> None:
        """What earlier runs left is deleted, and waited for."""
        left = CanaryRun.account.is_null(False) & CanaryRun.cleared_at.is_null()
        with self._database.connection():
            rows = list(CanaryRun.select().where(left & CanaryRun.state.not_in(CanaryRun.OPEN)))
        for row in rows:
            with self._database.unit() as unit:
                erasure = self._day.ask_to_leave(unit, row, row.account)
            self._day.until_gone(str(row.account), erasure)
            with self._database.unit() as unit:
                CanaryRun.update(cleared_at=unit.now).where(CanaryRun.id == row.id).execute()

    def _failed(self, run: CanaryRun, code: str) -> None:
        """It is shown at once. The account is asked to be deleted, and whoever comes next sees that it is."""
        with self._database.unit() as unit:
            row: CanaryRun = CanaryRun.get_by_id(run.id)
            ended = {"reason": code, "stopped_in": row.state, "ended_at": unit.now}
            if not move(CanaryRun, run.id, come_from=CanaryRun.OPEN, to=CanaryRun.FAILED, **ended):
                return
            if row.account is not None and row.cleared_at is None:
                self._day.ask_to_leave(unit, row, row.account)
        log.error("canary.failed", run=run.id, code=code, state=row.state)

    @contextmanager
    def _alive(self, run: CanaryRun) -> Iterator[None]:
        """Signs of life, from a thread of their own: a search may take long."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                try:
                    with self._database.unit() as unit:
                        CanaryRun.update(until=unit.now + LEASE).where(CanaryRun.id == run.id).execute()
                except Failure as failure:  # the next one comes in time
                    log.warning("canary.no_beat", exc_info=failure)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _told(self, run: CanaryRun) -> CanaryRun:
        with self._database.connection():
            row: CanaryRun = CanaryRun.get_by_id(run.id)
        return row


def _had_picture(now: datetime) -> Any:
    """The condition that a run of this day has ordered one."""
    today = datetime.combine(now.date(), datetime.min.time())
    return (CanaryRun.begun_at >= today) & CanaryRun.order.is_null(False)
