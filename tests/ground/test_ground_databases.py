"""A database that a test left behind is as the migrations made it before the next test gets it, or nobody gets it."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from database import Database
from models import LedgerEntry, Work, new_id
from tests.conftest import TurnedClock
from tests.databases import Shelf, server

EVERYTHING = "SELECT query_to_xml('SELECT * FROM ' || tablename, true, true, '')::text FROM pg_tables"
CHANGES = [
    "ALTER TABLE work ADD COLUMN more text",
    "ALTER TABLE work ALTER COLUMN kind DROP NOT NULL",
    "DROP INDEX work_due",
    "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
    "CREATE TABLE left_behind (id int)",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS 'BEGIN RETURN NEW; END' LANGUAGE plpgsql",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 1024', current_database()); END $$",
]


def everything(address: str) -> list[str]:
    """All rows of all tables of ours."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(f"{EVERYTHING} WHERE schemaname = 'public' ORDER BY tablename").fetchall()
    return [text for (text,) in rows]


def says(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def oid(address: str) -> int:
    """Stays the same for one database, whatever its name."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


def lives(address: str, clock: TurnedClock) -> None:
    """Something of every sort: a row like any other, one that may only be added to, one of the migrations' own gone,
    and a number taken from each sequence."""
    database = Database(address, clock=clock)
    with database.unit() as unit:
        now = {"due_at": unit.now, "created_at": unit.now}
        Work.create(id=new_id(), kind="k", subject="s", account="a", state=Work.DUE, **now)
        LedgerEntry.create(id=new_id(), business_key="k", kind=LedgerEntry.CHARGE, owner="a", at=unit.now)
        database.rows("DELETE FROM ledger_account")
        database.rows("SELECT nextval(quote_ident(sequencename)::regclass) FROM pg_sequences")
    database.close()


def test_what_was_used_is_used_again_and_is_as_it_was_made(migrated_postgres: Shelf, clock: TurnedClock) -> None:
    with migrated_postgres.lend() as address:
        made, first = everything(address), oid(address)
        lives(address, clock)
        assert everything(address) != made
    with migrated_postgres.lend() as address:
        assert (oid(address), everything(address)) == (first, made)
        with psycopg.connect(address) as connection:
            taken = connection.execute("SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL").fetchone()
        assert taken == (0,)


@pytest.mark.parametrize("change", CHANGES)
def test_a_database_of_another_form_is_lent_to_nobody(migrated_postgres: Shelf, change: str) -> None:
    with migrated_postgres.lend() as address:
        first = oid(address)
        says(address, change)
    with migrated_postgres.lend() as address:
        assert oid(address) != first


def test_what_postgres_writes_by_itself_is_no_change(migrated_postgres: Shelf, clock: TurnedClock) -> None:
    with migrated_postgres.lend() as address:
        first = oid(address)
        lives(address, clock)
        says(address, "VACUUM ANALYZE")
    with migrated_postgres.lend() as address:
        assert oid(address) == first


def test_who_is_left_over_from_a_test_is_cut_off_and_does_not_find_the_database_again(migrated_postgres: Shelf) -> None:
    with migrated_postgres.lend() as address:
        left = psycopg.connect(address)
        left.execute("SELECT 1 FROM work")
    with migrated_postgres.lend() as other:
        assert other != address
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)


def test_a_database_that_somebody_dropped_is_made_anew(migrated_postgres: Shelf) -> None:
    with migrated_postgres.lend() as address:
        server, _, name = address.rpartition("/")
        says(f"{server}/postgres", f'DROP DATABASE "{name}"')
    with migrated_postgres.lend() as address:
        assert len(everything(address)) > 40


def test_all_connections_of_a_server_may_be_ended_by_a_test(migrated_postgres: Shelf) -> None:
    with migrated_postgres.lend() as address:
        says(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with migrated_postgres.lend() as address:
        assert len(everything(address)) > 40


def test_no_database_is_used_for_ever(migrated_postgres: Shelf, postgres_port: int) -> None:
    seen = list[int]()
    with closing(Shelf(server(postgres_port), migrated_postgres.template, often=2)) as shelf:
        for _ in range(5):
            with shelf.lend() as address:
                seen.append(oid(address))
    assert [len(set(pair)) for pair in (seen[:2], seen[1:3], seen[2:4], seen[3:])] == [1, 2, 1, 2]
