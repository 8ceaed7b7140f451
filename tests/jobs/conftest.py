"""A process with one kind of work whose behaviour a test chooses, and a bell that only remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from database import Database, Unit
from errors import Failure
from jobs.claim import Claim
from jobs.desk import Desk
from jobs.kinds import GENERATION, RIGHTS, Kind
from jobs.runner import Runner
from models import Work


class Bell:
    """Remembers who was rung for; a broken one swallows the ring, as a Redis that is away does."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, str, str]] = []
        self.broken = False

    def __call__(self, queue: str, kind: str, work: str) -> None:
        if not self.broken:
            self.rung.append((queue, kind, work))


class Process:
    """A desk and a runner of their own. `do` is what the work does; `ended` and `again` what the kind was told."""

    def __init__(self, database: Database, bell: Bell, holder: str) -> None:
        self.database = database
        self.do: Callable[[Claim], None] = finish
        self.done: list[str] = []
        self.ended: list[tuple[str, str]] = []
        self.again: list[str] = []
        self.on_end: Callable[[Claim, Failure, Unit], None] = lambda _claim, _failure, _unit: None
        self.heard: list[tuple[str, str]] = []
        self.taken_back: list[str] = []
        kinds = {
            "paint": Kind(
                name="paint",
                queue=GENERATION,
                do=self._do,
                ended_badly=self._ended,
                again=self._again,
                tries=4,
                first_wait=2.0,
                longest_wait=5.0,
                about="order",
            ),
            "erase": Kind(name="erase", queue=RIGHTS, do=self._do, ended_badly=self._ended),
        }
        self.desk = Desk(database, kinds, bell, lease_seconds=15.0, holder=holder, taken_back=self.taken_back.append)
        self.runner = Runner(self.desk, heard=lambda kind, outcome, _: self.heard.append((kind, outcome)))

    def add(self, *, kind: str = "paint", subject: str = "s", wait: float = 0.0) -> str:
        with self.database.unit() as unit:
            return self.desk.add(unit, kind, subject=subject, account="a", wait=wait)

    def row(self, work: str) -> Any:
        with self.database.connection():
            return Work.get_by_id(work)

    def _do(self, claim: Claim) -> None:
        self.done.append(claim.id)
        self.do(claim)

    def _ended(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        assert self.database.raw.in_transaction()
        self.on_end(claim, failure, unit)
        self.ended.append((claim.id, failure.code))

    def _again(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        del claim, unit
        assert self.database.raw.in_transaction()
        self.again.append(failure.code)


def finish(claim: Claim) -> None:
    with claim.finish():
        pass


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def process(database: Database, bell: Bell) -> Process:
    return Process(database, bell, "one")


@pytest.fixture
def other(database: Database, bell: Bell) -> Process:
    return Process(database, bell, "two")
