"""How the canary person stands: what its last run showed, for the page of proofs and for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from database import Database
from models import CanaryRun

STALE = timedelta(hours=36)  # a day's run is missing, and half a day went by
RUNNING, STOPPED, OLD, NEVER = "running", "stopped", "old", "never"


@dataclass(frozen=True)
class CanaryStanding:
    """`result`: "clean", "seen", "failed", "stopped" (half-way, by a process that ended), "running" for the first one
    ever, "old", or "never". `at`: when the run it speaks of began. Only "clean" is a pass."""

    result: str
    at: datetime | None = None
    places: int = 0
    step: str = ""  # where it came to, if it failed
    reason: str = ""
    passed_at: datetime | None = None  # when a run last began that ended clean

    @property
    def passed(self) -> bool:
        return self.result == CanaryRun.CLEAN


def standing(database: Database) -> CanaryStanding:
    """As the rows say now; a run that is under way does not hide the one before. Raises Temporary when the database is
    away."""
    now = database.clock.now()
    newest_first = CanaryRun.select().order_by(CanaryRun.begun_at.desc(), CanaryRun.id)
    with database.connection():
        rows = list(newest_first.limit(2))
        clean = newest_first.where(CanaryRun.state == CanaryRun.CLEAN).first()
    passed_at = clean.begun_at if clean is not None else None
    alive = [row for row in rows if row.state in CanaryRun.OPEN and row.until > now]
    told = [row for row in rows if row not in alive]
    if not told:
        return CanaryStanding(RUNNING, alive[0].begun_at) if alive else CanaryStanding(NEVER)
    row = told[0]
    if row.state in CanaryRun.OPEN:
        return CanaryStanding(STOPPED, row.begun_at, step=row.state, passed_at=passed_at)
    if row.begun_at < now - STALE:
        return CanaryStanding(OLD, row.begun_at, passed_at=passed_at)
    return CanaryStanding(row.state, row.begun_at, row.places, row.stopped_in or "", row.reason or "", passed_at)


def of_people(account: Any) -> Any:
    """The condition that a column names the account of somebody, or of nobody at all: not the canary's."""
    theirs = CanaryRun.select(CanaryRun.account).where(CanaryRun.account.is_null(False))
    return account.is_null() | account.not_in(theirs)
