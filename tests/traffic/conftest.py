"""Two processes that share the rows, and work whose ends stand for what a provider said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database import Database
from errors import Failure, Waits
from models import Breaker, Work, new_id
from traffic.breakers import Breakers

PROVIDER, KIND = "gemini", "produce"


class Caller:
    """One process. `call` lets a new piece of work call the provider, which answers or fails."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database, self.clock = database, clock
        self.breakers = Breakers(database, calls={PROVIDER: KIND}, chance=lambda: 0.5)
        self.called = 0

    def work(self, *, lease: float = 15.0) -> str:
        now, row = self.clock.now(), new_id()
        with self.database.unit():
            Work.insert(
                id=row,
                kind=KIND,
                subject=new_id(),
                account="a",
                state=Work.HELD,
                fence=1,
                due_at=now,
                created_at=now,
                lease_until=now + timedelta(seconds=lease),
            ).execute()
        return row

    def call(
        self, failure: Failure | None = None, *, work: str | None = None, meanwhile: Callable[[], object] = lambda: None
    ) -> str:
        """ "answered", or the code of what was raised; "waits" in front of it where the try does not count."""
        row = work or self.work()
        try:
            with self.breakers.call(PROVIDER, work=row, fence=1):
                self.called += 1
                meanwhile()
                if failure is not None:
                    raise failure
        except Waits as error:
            self.ends(row, Work.DUE, error.code)
            return f"waits {error.code}"
        except Failure as error:
            self.ends(row, Work.FAILED, error.code)
            return error.code
        self.ends(row, Work.DONE, None)
        return "answered"

    def ends(self, row: str, state: str, reason: str | None) -> None:
        ended = None if state == Work.DUE else self.clock.now()
        with self.database.connection():
            Work.update(state=state, reason=reason, ended_at=ended).where(Work.id == row).execute()

    def row(self) -> Any:
        with self.database.connection():
            return Breaker.get_or_none(Breaker.name == PROVIDER)


@pytest.fixture
def one(database: Database, clock: Any) -> Caller:
    return Caller(database, clock)


@pytest.fixture
def two(database: Database, clock: Any) -> Caller:
    return Caller(database, clock)
