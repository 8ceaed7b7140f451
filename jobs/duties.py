"""The small regular work of the fleet: leases let one process at a time do each duty. All that a process may be the one
for cost it one statement, which also says whether there is anything to do; what cannot be due yet is not asked about.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from database import Database
from models import Lease
from rows import execute, find

LEASE = timedelta(seconds=5)  # so long nobody else acts, unless it is renewed by acting again
LOOKED_AT = timedelta(minutes=1)  # what others changed meanwhile is seen after so long, at the latest, as a rule
LONG_AGO = datetime(2000, 1, 1)


class Question(NamedTuple):
    """A condition by hand, in which `?` stands for a value: whether there is anything to do."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Duty:
    """Something small that one process of the fleet does every so often; with `waits` only while something waits.

    It is asked at every tick of whoever holds the duty, so it must be as cheap as a look at an index.
    """

    name: str
    every: float  # seconds
    act: Callable[[], None]
    waits: Callable[[datetime], Question] | None = None


class Leases:
    """What one process knows of the leases: which are its own, and until when there is nothing to ask."""

    def __init__(self, database: Database, *, holder: str, looked_at: timedelta = LOOKED_AT) -> None:
        self._database = database
        self._holder = holder
        self._looked_at = looked_at
        self._lock = threading.Lock()
        self._again: dict[str, datetime] = {}
        self._mine: set[str] = set()

    def take(self, duties: Iterable[Duty]) -> list[Duty]:
        """Those that are for this process to do now. One that is its own and has nothing to do stays its own."""
        now = self._database.clock.now()
        with self._lock:
            due = [duty for duty in duties if self._again.get(duty.name, now) <= now]
        if not due:
            return []
        with self._database.connection():
            due = self._open(due, now)
            said = self._ask(due, now) if due else {}
        for duty in due:
            self._note(duty, now, mine=duty.name in said)
        return [duty for duty in due if said.get(duty.name)]

    def put_off(self, name: str, until: datetime) -> None:
        """The time of a duty is another one than the usual; every process sees it within `looked_at`."""
        with self._database.connection():
            Lease.update(next_at=until).where(Lease.name == name).execute()

    def _open(self, due: list[Duty], now: datetime) -> list[Duty]:
        """Without those that are somebody else's or whose time has not come, as far as the rows say. Its own a process
        need not look at."""
        unknown = [duty for duty in due if duty.name not in self._mine]
        if not unknown:
            return due
        names = [duty.name for duty in unknown]
        rows = {row.name: row for row in find(Lease, f"name IN ({_marks(names)})", *names)}
        for name in names:
            row = rows.get(name)
            if row is None:
                Lease.insert(name=name, holder="", until=LONG_AGO).on_conflict_ignore().execute()
            elif (closed := self._closed(row, now)) is not None:
                due = [duty for duty in due if duty.name != name]
                with self._lock:
                    self._again[name] = min(closed, now + self._looked_at)
        return due

    def _closed(self, row: Lease, now: datetime) -> datetime | None:
        """Until when it is somebody else's, or its time has not come; None where it may be had now."""
        until = [row.until] if row.holder != self._holder and row.until >= now else []
        until += [row.next_at] if row.next_at is not None and row.next_at > now else []
        return max(until, default=None)

    def _ask(self, due: Sequence[Duty], now: datetime) -> dict[str, bool]:
        """Of those that are this process's now: whether there is anything to do."""
        names = [duty.name for duty in due]
        questions = [(duty.name, duty.waits(now)) for duty in due if duty.waits is not None]
        sql = _statement(len(names), tuple(question.sql for _, question in questions), self._database.sqlite)
        times = [value for duty in due for value in (duty.name, now + timedelta(seconds=duty.every))]
        asked = [value for name, question in questions for value in (name, *question.values)]
        mine = (*names, self._holder, now, now)
        return {
            name: bool(something)
            for name, something in execute(Lease, sql, self._holder, now + LEASE, *times, *mine, *asked).fetchall()
        }

    def _note(self, duty: Duty, now: datetime, *, mine: bool) -> None:
        every = timedelta(seconds=duty.every)
        with self._lock:
            if mine:
                self._again[duty.name] = now + min(every, self._looked_at)
            if mine and every <= LEASE:
                self._mine.add(duty.name)
            else:
                self._mine.discard(duty.name)


def _statement(count: int, questions: tuple[str, ...], lite: bool) -> str:
    """One that takes leases and asks. Two processes that reach for several at once never wait for each other."""
    times = " ".join("WHEN ? THEN ?" for _ in range(count))
    asks = " ".join(f"WHEN ? THEN ({sql})" for sql in questions)
    something = f"CASE name {asks} ELSE true END" if asks else "true"
    locked = "" if lite else "ORDER BY name FOR UPDATE SKIP LOCKED"
    return f"""
UPDATE lease SET holder = ?, until = ?, next_at = CASE name {times} END
WHERE name IN (SELECT name FROM lease WHERE name IN ({_marks(range(count))})
  AND (holder = ? OR until < ?) AND (next_at IS NULL OR next_at <= ?) {locked})
RETURNING name, {something}
"""  # noqa: S608  names and conditions of ours


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
