"""Connections to Postgres: looked at, not asked, whether they live, and never handed out dead twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from database import Database
from errors import Temporary


@pytest.fixture
def pooled(new_postgres: str) -> Iterator[Database]:
    opened = Database(new_postgres, pool=2)
    yield opened
    opened.close()


def number(database: Database) -> int:
    """The server's process behind the connection that is handed out."""
    with database.connection():
        [(found,)] = database.rows("SELECT pg_backend_pid()")
    return int(found)


def end(address: str, process: int) -> None:
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))


def test_a_connection_is_used_again(pooled: Database) -> None:
    assert number(pooled) == number(pooled)


def test_one_that_died_is_replaced_unseen(pooled: Database, new_postgres: str) -> None:
    first = number(pooled)
    end(new_postgres, first)
    assert number(pooled) != first


def test_one_that_lives_is_not_asked(pooled: Database, new_postgres: str) -> None:
    """What it was told last is what it was used for, however long ago."""
    with pooled.connection():
        pooled.rows("SELECT 'used'")
    time.sleep(1.5)
    process = number(pooled)
    with pooled.connection():
        pass
    with psycopg.connect(new_postgres) as other:
        [(last,)] = other.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", (process,)).fetchall()
    assert last == "SELECT pg_backend_pid()"


def test_a_word_that_nobody_waited_for_is_heard_and_the_connection_goes_on(pooled: Database, new_postgres: str) -> None:
    first = number(pooled)
    with pooled.connection():
        pooled.rows("LISTEN somebody")
    with psycopg.connect(new_postgres, autocommit=True) as other:
        other.execute("NOTIFY somebody")
    time.sleep(0.2)
    assert [number(pooled) for _ in range(2)] == [first, first]


@pytest.mark.proves("P7.2")
def test_an_address_that_asks_for_tls_is_never_served_in_plain(new_postgres: str) -> None:
    """The tests' Postgres has no certificate."""
    asks = Database(f"{new_postgres}?sslmode=require")
    with pytest.raises(Temporary), asks.connection():
        asks.rows("SELECT 1")
    asks.close()
