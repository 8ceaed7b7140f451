"""Retention: what has run out goes, rule by rule, in batches; each run leaves a row that says what went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import logs
from custody.keys import Keys
from database import Database, Unit
from errors import Failure, Temporary
from models import RetentionRun, new_id
from privacy.ended_accounts import write_down_ends
from privacy.erasure_records import ErasureRecords
from privacy.objects import Comparison, Objects
from privacy.rules import rules
from privacy.sweep import AT_ONCE, Sweep
from vault.store import Store

EVERY = 3600.0  # seconds between two runs
COMPARISON = "row_without_object"  # the rule that a comparison writes its proof under
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


class Run:
    """The row of one rule's run, written with the first batch: a run that is killed has counted what went."""

    def __init__(self, rule: str, category: str, started_at: datetime) -> None:
        self.id = new_id()
        self.written = False
        self._rule, self._category, self._started_at = rule, category, started_at

    def row(self, count: int) -> dict[str, Any]:
        known = {"rule": self._rule, "category": self._category, "started_at": self._started_at}
        return {"id": self.id, **known, "count": count}

    def book(self, unit: Unit, gone: int) -> None:
        """In the transaction of the batch."""
        if self.written:
            if gone:
                RetentionRun.update(count=RetentionRun.count + gone).where(RetentionRun.id == self.id).execute()
            return
        RetentionRun.insert(**self.row(gone)).execute()
        unit.after(self._is_written)

    def _is_written(self) -> None:
        self.written = True


class Retention:
    """Any process may run it at any time, several at once and stopped anywhere."""

    def __init__(self, *, database: Database, store: Store, keys: Keys, more: Sequence[Sweep] = ()) -> None:
        """`more`: rules that need other parts of the house than the store and the keys."""
        self._database = database
        self._store = store
        self.objects = Objects(database, store)
        self.sweeps: Sequence[Sweep] = (*rules(keys, store), *more)

    def run(self) -> list[Line]:
        """Raises Temporary("retention.failed") at the end, when all other rules have done what they could."""
        now = self._database.clock.now()
        runs: list[tuple[Run, Line]] = []
        failed = 0
        for sweep in self.sweeps:
            run = Run(sweep.name, sweep.category, now)
            try:
                runs.append((run, self._sweep(sweep, run, now)))
            except Failure as error:
                log.error("retention.failed", rule=sweep.name, exc_info=error)
                failed += 1
        self._write_down(runs)
        lines = [line for _, line in runs]
        for line in lines:
            if line.count:
                log.info("retention.gone", rule=line.rule, count=line.count)
            if line.held_back:
                log.error("retention.held_back", rule=line.rule, count=line.held_back)
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
        found = self.objects.compare(believe=believe)
        if found.missing:
            log.error("objects.missing", count=found.missing)
        if found.strays:
            log.warning("objects.stray", count=found.strays)
        with self._database.unit() as unit:
            RetentionRun.insert(
                rule=COMPARISON,
                category="",
                started_at=unit.now,
                ended_at=unit.now,
                held_back=found.missing,
            ).execute()
        return found

    def _sweep(self, sweep: Sweep, run: Run, now: datetime) -> Line:
        with self._database.connection():
            oldest = sweep.oldest()
            if oldest is None or oldest > now - sweep.period:  # nearly always, and nearly everywhere
                return Line(sweep.name, sweep.category, 0, 0, oldest)
            due = sweep.due(now)
        count = 0
        while due:
            gone = sweep.step(self._database, now, run.book)
            count += gone
            if gone >= AT_ONCE:  # there is likely more; asking costs as much as trying
                continue
            with self._database.connection():
                if sweep.all_gone(gone):
                    return Line(sweep.name, sweep.category, count, 0, sweep.oldest(after=now - sweep.period))
                due = gone > 0 and sweep.due(now)
        with self._database.connection():
            return Line(sweep.name, sweep.category, count, sweep.held_back(now), sweep.oldest())

    def _write_down(self, runs: Sequence[tuple[Run, Line]]) -> None:
        """That there was nothing to do is proof, too."""
        with self._database.unit() as unit:
            idle = []
            for run, line in runs:
                ended = {"ended_at": unit.now, "held_back": line.held_back, "oldest_left": line.oldest_left}
                if run.written:
                    RetentionRun.update(**ended).where(RetentionRun.id == run.id).execute()
                else:
                    idle.append({**run.row(0), **ended})
            if idle:
                RetentionRun.insert_many(idle).execute()

    def _forget_undated(self) -> None:
        now = self._database.clock.now()
        for sweep in self.sweeps:
            if isinstance(sweep, ErasureRecords):
                self._store.delete(sweep.undated(now))
