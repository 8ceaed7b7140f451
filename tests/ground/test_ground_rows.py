"""Statements by hand: they write and read what peewee would, all rows of a moment or none."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import peewee
import pytest

from database import Database
from models import Account, LedgerAccount, SeenUpdate, Work
from rows import Row, exists, find, first, insert, update
from tests.conftest import TurnedClock


def work(clock: TurnedClock, name: str, **changes: Any) -> Row:
    times = {"due_at": clock.now(), "created_at": clock.now()}
    return Row(Work, {"id": name, "kind": "k", "subject": "s", "account": "a", **times, **changes})


def seen(clock: TurnedClock, number: int) -> Row:
    return Row(SeenUpdate, {"id": number, "at": clock.now()})


def ids(database: Database) -> tuple[list[int], list[str]]:
    with database.connection():
        return [row.id for row in SeenUpdate.select()], [row.id for row in Work.select().order_by(Work.id)]


def test_a_row_by_hand_is_the_row_that_peewee_writes(database: Database, clock: TurnedClock) -> None:
    row = work(clock, "by hand")
    with database.unit():
        insert(row.model, **row.values)
        Work.insert(**{**row.values, "id": "by peewee"}).execute()
    with database.connection():
        [one] = find(Work, "id = ?", "by hand")
        other = Work.get_by_id("by peewee")
    assert {**one.__data__, "id": ""} == {**other.__data__, "id": ""}
    assert (one.state, one.tries, one.due_at) == (Work.DUE, 0, clock.now())


def test_what_is_found_by_hand_is_what_peewee_finds(database: Database, clock: TurnedClock) -> None:
    columns = {"telegram_id": b"\1", "telegram_id_index": b"\2", "names_index": b"\3", "created_at": clock.now()}
    with database.unit():
        insert(Account, id="a", **columns)
    with database.connection():
        [found] = find(Account, "telegram_id_index IN (?, ?)", b"\2", b"\4")
        by_peewee = Account.get_by_id("a")
        assert found.__data__ == by_peewee.__data__
        assert [type(value) for value in found.__data__.values()] == [type(v) for v in by_peewee.__data__.values()]
        assert find(Account, "telegram_id_index = ?", b"\4") == []
        assert (exists(Account, "id = ?", "a"), exists(Account, "id = ?", "b")) == (True, False)


def test_a_change_by_hand_is_told_by_how_many_rows_it_found(database: Database, clock: TurnedClock) -> None:
    with database.unit():
        for name in ("one", "two"):
            row = work(clock, name, tries=1)
            insert(row.model, **row.values)
        assert update(Work, "id = ? AND tries = ?", "one", 2, state=Work.HELD) == 0
        assert update(Work, "id = ? AND tries = ?", "one", 1, state=Work.HELD, lease_until=clock.now()) == 1
        assert update(Work, "tries = ?", 1, tries=7) == 2
    with database.connection():
        one, two = (first(Work, "id = ?", name) for name in ("one", "two"))
        assert one is not None
        assert two is not None
        assert (one.state, one.lease_until, one.tries) == (Work.HELD, clock.now(), 7)
        assert (two.state, two.lease_until, two.tries) == (Work.DUE, None, 7)
        assert first(Work, "id = ?", "three") is None


def test_a_time_with_a_zone_is_refused(database: Database, clock: TurnedClock) -> None:
    row = work(clock, "w", due_at=clock.now().replace(tzinfo=UTC))
    with pytest.raises(ValueError, match="naive UTC"), database.unit():
        insert(row.model, **row.values)


def test_rows_that_belong_together_are_written_together_and_once(database: Database, clock: TurnedClock) -> None:
    assert database.write_once(seen(clock, 1), work(clock, "one"), work(clock, "two"))
    assert not database.write_once(seen(clock, 1), work(clock, "three"))
    assert ids(database) == ([1], ["one", "two"])


def test_nothing_is_written_where_the_condition_does_not_hold(database: Database, clock: TurnedClock) -> None:
    given = "EXISTS (SELECT 1 FROM work WHERE id = ?)"
    assert not database.write_once(seen(clock, 1), work(clock, "one"), given=given, values=("nobody",))
    assert ids(database) == ([], [])
    assert database.write_once(seen(clock, 1), work(clock, "one"))
    assert database.write_once(seen(clock, 2), work(clock, "two"), given=given, values=("one",))
    assert ids(database) == ([1, 2], ["one", "two"])


def test_a_row_that_the_schema_refuses_takes_the_others_with_it(database: Database, clock: TurnedClock) -> None:
    broken = Row(LedgerAccount, {"owner": "a", "kind": "lot", "balance": -1, "created_at": clock.now()})
    with pytest.raises(peewee.IntegrityError):
        database.write_once(seen(clock, 1), work(clock, "one"), broken)
    assert ids(database) == ([], [])
