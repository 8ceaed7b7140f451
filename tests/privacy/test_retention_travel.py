"""Eight years in a minute: every row goes on its day, a second after its period and not a second before."""

from __future__ import annotations

import heapq
import itertools
import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from billing.reconcile import unbalanced
from custody.media import ATTACHMENT
from database import Database
from models import Account, KeyRow, LedgerAccount, LedgerEntry, Media, Order, RetentionRun
from tests.conftest import TurnedClock
from tests.privacy.town import KINDS, Town, model_name

PEOPLE = int(os.environ.get("MIOMIO_PEOPLE", "200"))
YEARS = 9
SECOND = timedelta(seconds=1)
JOINS = (0, 3, 200)  # days on which people come


class Travel:
    """Jumps to every moment at which somebody acts or something is due."""

    def __init__(self, town: Town, clock: TurnedClock) -> None:
        self.town, self.clock = town, clock
        self.begin = clock.time
        self.acts: list[tuple[Any, int, Callable[[], object]]] = []
        self.numbers = itertools.count()
        self.seen = Counter[str]()  # what was there a second before its end, by table
        self.moments = 0

    def plan(self, day: int, act: Callable[[], object]) -> None:
        heapq.heappush(self.acts, (self.begin + timedelta(days=day), next(self.numbers), act))

    def settle(self, people: int) -> None:
        for number in range(people):
            day = JOINS[number // len(KINDS) % len(JOINS)]
            self.plan(day, lambda number=number, day=day: self._move_in(KINDS[number % len(KINDS)], day))  # type: ignore[misc]

    def _move_in(self, kind: Any, day: int) -> None:
        me = self.town.settles()
        for later, act in kind(self.town, me):
            if later:
                self.plan(day + later, act)
            else:
                act()

    def go(self) -> None:
        end = self.begin + timedelta(days=365 * YEARS)
        while (at := self._next()) is not None and at <= end:
            self.moments += 1
            self._look(at - SECOND)
            ending = {thing for thing, when in self.town.ends.items() if when == at}
            self.seen.update(model_name(table) for table, _ in ending)
            self.clock.time = at
            while self.acts and self.acts[0][0] == at:
                heapq.heappop(self.acts)[2]()
            self.town.note()
            self._look(at + SECOND)

    def _next(self) -> Any:
        times = [when for when in self.town.ends.values() if when >= self.clock.time]
        return min([*times, *(act[0] for act in self.acts[:1])], default=None)

    def _look(self, at: Any) -> None:
        """A run at this moment leaves exactly what is not due by then."""
        self.clock.time = at
        lines = self.town.retention.run()
        self.town.tidies()
        assert [line.rule for line in lines if line.held_back] == []
        there = self.town.there()
        owed = {thing for thing in self.town.known if self.town.ends.get(thing, at + SECOND) > at}
        assert {model_name(table) for table, _ in there ^ owed} == set(), at - self.begin
        with self.town.database.connection():
            assert list(unbalanced()) == []


@pytest.mark.timeout(1800)  # two thousand people take their time
@pytest.mark.proves("P6.2", "P6.4", "P6.6", "P6.7", "P6.12", "P6.13", "P6.14", "P6.15")
def test_over_eight_years_each_category_goes_on_its_day_and_never_early(
    database: Database, clock: TurnedClock, tmp_path: Path
) -> None:
    travel = Travel(Town(database, clock, tmp_path / "objects"), clock)
    travel.settle(PEOPLE)
    travel.go()
    assert min(travel.seen.values()) >= PEOPLE // len(KINDS)
    with database.connection():
        here = {row.id for row in Account.select(Account.id)}
        assert LedgerEntry.select().where(LedgerEntry.kind != LedgerEntry.OPENING).count() == 0
        assert {row.owner for row in LedgerAccount.select()} == here, "books of those who left are gone as a whole"
        assert KeyRow.select().where(KeyRow.kind.in_((KeyRow.TRANSACTIONS, KeyRow.TICKET))).count() == 0
        assert Media.select().where(Media.kind == ATTACHMENT).count() == 0
    assert list(travel.town.store.names(f"{ATTACHMENT}/")) == []
    with database.connection():
        kept: list[Any] = list(Order.select(Order.price, Order.queued_at, Order.trial).tuples())
        assert set(kept) == {(None, None, False)}, "a result that its person keeps stays, without what it cost"
        assert RetentionRun.select().where(RetentionRun.ended_at.is_null()).count() == 0
