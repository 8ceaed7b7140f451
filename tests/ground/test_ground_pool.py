"""Connections to Postgres: asked whether they live only after a pause, and never handed out dead twice."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from database import SURELY_ALIVE, Database
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


def test_one_that_died_in_a_pause_is_replaced_unseen(pooled: Database, new_postgres: str) -> None:
    first = number(pooled)
    end(new_postgres, first)
    time.sleep(SURELY_ALIVE + 0.1)
    assert number(pooled) != first


def test_one_that_died_a_moment_ago_costs_one_repetition(pooled: Database, new_postgres: str) -> None:
    for _ in range(5):  # a busy machine may be too slow for a moment
        first, began = number(pooled), time.monotonic()
        end(new_postgres, first)
        try:
            assert number(pooled) != first
        except Temporary as error:
            assert error.code == "database.unavailable"
            break
        assert time.monotonic() - began > SURELY_ALIVE
    else:
        pytest.fail("the machine was never quick enough")
    assert number(pooled) != first


@pytest.mark.proves("P7.2")
def test_an_address_that_asks_for_tls_is_never_served_in_plain(new_postgres: str) -> None:
    """The tests' Postgres has no certificate."""
    asks = Database(f"{new_postgres}?sslmode=require")
    with pytest.raises(Temporary), asks.connection():
        asks.rows("SELECT 1")
    asks.close()
