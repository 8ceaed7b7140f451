"""Each test has a database of its own, whatever the ones before did to theirs and to the server."""

from __future__ import annotations

import psycopg
import pytest

from database import Database
from tests.conftest import TurnedClock
from tests.databases import Server

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"


def test_a_copy_has_the_schema_of_its_template(
    postgres_server: Server, migrated_postgres: str, clock: TurnedClock
) -> None:
    with postgres_server.database(template=migrated_postgres) as address:
        database = Database(address, clock=clock)
        assert database.pending_migrations() == []
        database.close()


def test_whoever_still_uses_a_database_is_cut_off_when_it_goes(postgres_server: Server) -> None:
    with postgres_server.database() as address:
        left = psycopg.connect(address)
        left.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_all_connections_of_a_server_may_be_ended_by_a_test(postgres_server: Server) -> None:
    with postgres_server.database() as address, psycopg.connect(address, autocommit=True) as connection:
        connection.execute(END_ALL)
    with postgres_server.database() as other:
        assert other != address
