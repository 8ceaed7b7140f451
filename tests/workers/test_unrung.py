"""Without Redis rows are found by asking; that it lives is heard from who waits at it; a silent one stops nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from database import Database
from jobs.claim import Claim
from jobs.desk import Desk
from jobs.kinds import GENERATION, Kind
from jobs.runner import Runner
from models import Work
from watch.part import OK, Part
from workers.consumer import Line
from workers.unrung import PATIENCE, Unrung

LIMIT = 60.0  # seconds that anything of these tests may take


class Floor:
    """A worker's runner, and a Redis of which a test says what it does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.done: list[str] = []
        self.says: Callable[[], str] = lambda: OK
        self.asked = 0
        self.stop = threading.Event()
        self.line = Line()
        kind = Kind(name="paint", queue=GENERATION, do=self._do, ended_badly=lambda *_: None)
        self.desk = Desk(database, {"paint": kind}, lambda *_: None, lease_seconds=15.0, holder="one")
        bell = Part(self._ask, patience=PATIENCE)
        self.unrung = Unrung(Runner(self.desk), queue=GENERATION, threads=2, line=self.line, bell=bell, stop=self.stop)

    def add(self) -> str:
        with self.database.unit() as unit:
            return self.desk.add(unit, "paint", subject="s", account="a")

    def rung(self, work: str) -> bool:
        with self.database.connection():
            return Work.get_by_id(work).rung_at is not None

    def _ask(self) -> str:
        self.asked += 1
        return self.says()

    def _do(self, claim: Claim) -> None:
        with claim.finish():
            self.done.append(claim.id)


@pytest.fixture
def floor(database: Database) -> Iterator[Floor]:
    made = Floor(database)
    yield made
    made.stop.set()


def until(what: Callable[[], Any]) -> None:
    end = time.monotonic() + LIMIT
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_while_somebody_hears_redis_it_is_not_asked(floor: Floor) -> None:
    floor.line.answers()
    work = floor.add()
    floor.unrung.round()
    assert (floor.asked, floor.done, floor.rung(work)) == (0, [], True)


def test_where_nobody_hears_it_it_is_asked(floor: Floor) -> None:
    work = floor.add()
    floor.unrung.round()
    assert (floor.asked, floor.done, floor.rung(work)) == (1, [], True)


def test_what_rang_is_forgotten_after_it_was_away_for_a_moment(floor: Floor) -> None:
    work = floor.add()
    floor.line.breaks()
    floor.line.answers()
    floor.unrung.round()
    assert (floor.rung(work), floor.done) == (False, [])
    again = floor.add()
    floor.unrung.round()
    assert floor.rung(again)


@pytest.mark.parametrize("how", ["refuses", "is silent"])
def test_while_it_is_away_rows_are_done_and_afterwards_no_ring_counts(floor: Floor, how: str) -> None:
    back = threading.Event()

    def silent() -> str:
        back.wait(LIMIT)
        return OK

    def refuses() -> str:
        return OK if back.is_set() else "away"

    floor.says = silent if how == "is silent" else refuses
    rows = [floor.add() for _ in range(5)]
    over = threading.Thread(target=floor.unrung.round)
    over.start()
    until(lambda: set(floor.done) == set(rows))
    assert over.is_alive()
    back.set()
    over.join(LIMIT)
    last = floor.add()
    assert not over.is_alive()
    assert floor.rung(last)  # of after its return


def test_a_process_that_is_to_stop_waits_for_no_redis(floor: Floor) -> None:
    floor.says = lambda: "away"
    over = threading.Thread(target=floor.unrung.round)
    over.start()
    floor.stop.set()
    over.join(LIMIT)
    assert not over.is_alive()
