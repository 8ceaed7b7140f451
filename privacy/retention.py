"""Retention: what has run out goes, rule by rule, in batches; each run leaves a row that says what went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import logs
from custody.keys import Keys
from database import Database, Unit
from errors import Failure, Temporary
from models import RetentionRun, new_id
from privacy.ended_accounts import write_down_ends
from privacy.erasure_records import ErasureRecords
from privacy.objects import Comparison, Objects
from privacy.rules import rules
from privacy.sweep import Sweep
from vault.store import Store

EVERY = 3600.0  # seconds between two runs
COMPARED_EVERY = 86_400.0  # seconds between two comparisons of store and table: all names are listed

log = logs.get()


@dataclass(frozen=True)
class Line:
    """One rule: how much went or would go, how much is past its period and may not go, the oldest that stays."""

    rule: str
    category: str
    count: int
    held_back: int
    oldest_left: datetime | None


class Retention:
    """Any process may run it at any time, several at once and stopped anywhere."""

    def __init__(self, *, database: Database, store: Store, keys: Keys) -> None:
        self._database = database
        self._store = store
        self._objects = Objects(database, store)
        self.sweeps: Sequence[Sweep] = rules(keys, store)

    def run(self) -> list[Line]:
        """Raises Temporary("retention.failed") at the end, when all other rules have done what they could."""
        now = self._database.clock.now()
        lines: list[Line] = []
        idle: list[Line] = []
        failed = 0
        for sweep in self.sweeps:
            try:
                with self._database.connection():
                    due = sweep.due(now)
                line = self._sweep(sweep, now) if due else self._left(sweep, now, 0)
            except Failure as error:
                log.error("retention.failed", rule=sweep.name, exc_info=error)
                failed += 1
                continue
            lines.append(line)
            if not due:
                idle.append(line)
            if line.count:
                log.info("retention.gone", rule=line.rule, count=line.count)
            if line.held_back:
                log.error("retention.held_back", rule=line.rule, count=line.held_back)
        self._write_idle(idle, now)
        if failed:
            raise Temporary("retention.failed", rules=failed)
        return lines

    def look(self) -> list[Line]:
        """What a run would let go now. Changes nothing."""
        now = self._database.clock.now()
        with self._database.connection():
            return [
                Line(sweep.name, sweep.category, sweep.count(now), sweep.held_back(now), sweep.oldest())
                for sweep in self.sweeps
            ]

    def compare(self, *, believe: bool = False) -> Comparison:
        """The store against the table, both ways, and ended accounts that nobody wrote down. What is found goes by the
        rules, in an hour at the earliest; what is missing is an alarm."""
        with self._database.unit() as unit:
            write_down_ends(unit)
        self._forget_undated()
        found = self._objects.compare(believe=believe)
        if found.missing:
            log.error("objects.missing", count=found.missing)
        if found.strays:
            log.warning("objects.stray", count=found.strays)
        with self._database.unit() as unit:
            RetentionRun.insert(
                rule="row_without_object",
                category="",
                started_at=unit.now,
                ended_at=unit.now,
                held_back=found.missing,
            ).execute()
        return found

    def _sweep(self, sweep: Sweep, now: datetime) -> Line:
        run, count = new_id(), 0
        with self._database.connection():
            RetentionRun.insert(id=run, rule=sweep.name, category=sweep.category, started_at=now).execute()
        while True:
            gone = sweep.step(self._database, now, partial(_book, run))
            count += gone
            with self._database.connection():
                if not gone or not sweep.due(now):
                    break
        line = self._left(sweep, now, count)
        with self._database.unit() as unit:
            left = {"held_back": line.held_back, "oldest_left": line.oldest_left}
            RetentionRun.update(ended_at=unit.now, **left).where(RetentionRun.id == run).execute()
        return line

    def _left(self, sweep: Sweep, now: datetime, count: int) -> Line:
        with self._database.connection():
            return Line(sweep.name, sweep.category, count, sweep.held_back(now), sweep.oldest())

    def _write_idle(self, lines: Sequence[Line], now: datetime) -> None:
        """That there was nothing to do is proof, too."""
        rows = [
            {
                "rule": line.rule,
                "category": line.category,
                "started_at": now,
                "ended_at": now,
                "held_back": line.held_back,
                "oldest_left": line.oldest_left,
            }
            for line in lines
        ]
        if rows:
            with self._database.unit():
                RetentionRun.insert_many(rows).execute()

    def _forget_undated(self) -> None:
        now = self._database.clock.now()
        for sweep in self.sweeps:
            if isinstance(sweep, ErasureRecords):
                self._store.delete(sweep.undated(now))


def _book(run: str, unit: Unit, gone: int) -> None:
    """In the transaction of the batch: a run that is killed has counted what went."""
    del unit
    RetentionRun.update(count=RetentionRun.count + gone).where(RetentionRun.id == run).execute()
