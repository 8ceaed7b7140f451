"""After the faults what waits is due at once, and what was left half stored is looked for until none is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

import pytest

from chaos.quiet import until_quiet
from chaos.stack import Stack
from database import Database
from models import Media, Work

HOUR = timedelta(hours=1)
FAR_AWAY = datetime(2100, 1, 1)
pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Address:
    """All that is asked of a stack here."""

    def __init__(self, database: str) -> None:
        self._database = database

    def address_of(self) -> str:
        return self._database


def quiet(database_url: str, tidy: Tidy, *, seconds: float = 60.0) -> bool:
    return until_quiet(cast("Stack", Address(database_url)), seconds, tidy=tidy)


class Tidy:
    """The duty: destroys one half-stored object at a time, of those that are old enough."""

    def __init__(self, database: Database, *, works: bool = True) -> None:
        self._database = database
        self._works = works
        self.times = 0

    def __call__(self) -> None:
        self.times += 1
        with self._database.unit() as unit:
            old = (Media.state == Media.STORING) & (Media.created_at < unit.now - HOUR)
            if self._works and (media := Media.select().where(old).first()):
                media.delete_instance()


def half_stored(database: Database, number: int) -> None:
    with database.unit() as unit:
        for one in range(number):
            facts = {"width": 1, "height": 1, "size": 1, "mime": "image/jpeg", "created_at": unit.now}
            Media.create(account="una", kind="result", object_name=f"result/{one}", **facts)


def test_where_nothing_is_left_it_is_quiet_at_once(database: Database, database_url: str) -> None:
    tidy = Tidy(database)
    assert quiet(database_url, tidy)
    assert tidy.times == 0


def test_what_was_left_half_stored_is_looked_for_until_none_is_left(database: Database, database_url: str) -> None:
    half_stored(database, 3)
    tidy = Tidy(database)
    assert quiet(database_url, tidy)
    assert tidy.times == 3


def test_what_stays_half_stored_is_not_waited_for_for_ever(database: Database, database_url: str) -> None:
    half_stored(database, 1)
    assert not quiet(database_url, Tidy(database, works=False), seconds=0.2)


def test_work_that_waits_for_a_later_try_is_due_at_once_and_rung_for_again(
    database: Database, database_url: str
) -> None:
    with database.unit() as unit:
        later = {"due_at": FAR_AWAY, "created_at": unit.now, "rung_at": unit.now, "state": Work.DUE}
        work = Work.create(kind="deliver", subject="an-order", account="una", **later)
    assert not quiet(database_url, Tidy(database), seconds=0.2)  # nobody is there who would do it
    with database.unit() as unit:
        row = Work.get(Work.id == work.id)
        assert row.due_at < FAR_AWAY
        assert row.rung_at is None
