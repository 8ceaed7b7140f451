"""Databases of one Postgres for the tests: copies of a migrated one. What was used is used again, emptied and seen to
be as it was made: to copy and to drop one costs more than most tests."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Composed, Identifier

OFTEN = 50  # uses of one database: what was deleted stays in its files for a while
PATIENCE = 30.0  # seconds for whoever is still connected to leave

# Every change of a table, a column, an index, a trigger, a function, a rule or a setting leaves newer rows in here.
# What Postgres writes by itself, as sizes and statistics, does not.
CATALOGUES = (
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_db_role_setting",
    "pg_extension",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_rewrite",
    "pg_trigger",
    "pg_type",
)
FORM = "SELECT " + ", ".join(f"(SELECT count(*) + sum(xmin::text::int8) FROM {name})" for name in CATALOGUES)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences"
OTHERS_LEAVE = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"


def server(port: int) -> str:
    """Its address without a database."""
    return f"postgresql://postgres@127.0.0.1:{port}"


def new_name() -> str:
    return "t" + os.urandom(6).hex()


@contextmanager
def empty_database(address: str) -> Iterator[str]:
    """The name of one without tables on the server of this address, dropped afterwards."""
    name = new_name()
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    yield name
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


class Changed(Exception):
    """A test left a database with another form than that of its template."""


class Shelf:
    """Copies of the template, which nobody else opens."""

    def __init__(self, address: str, template: str, *, often: int = OFTEN) -> None:
        """`often`: how many tests get one of them."""
        self._often = often
        self._server = address
        self.template = template
        self._free: list[tuple[str, int]] = []
        self._line: psycopg.Connection | None = None
        with psycopg.connect(f"{address}/{template}", autocommit=True) as connection:
            self._form = connection.execute(FORM).fetchone()
            self._tables = [name for (name,) in connection.execute(TABLES)]
            held = {name: self._copied_out(connection, name) for name in self._tables}
            self._kept = {name: rows for name, rows in held.items() if rows}
        self._empty = SQL("; ").join(SQL("DELETE FROM {}").format(Identifier(name)) for name in self._tables)

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a database that is as the migrations left it."""
        name, uses = self._free.pop() if self._free else (self._made(), 0)
        yield f"{self._server}/{name}"
        if uses + 1 < self._often:
            self._take_back(name, uses + 1)
        else:
            self._drop(name)

    def close(self) -> None:
        for name, _ in self._free:
            self._drop(name)
        if self._line is not None:
            self._line.close()

    def _take_back(self, name: str, uses: int) -> None:
        """Under another name: a process that a test left behind finds nothing where it was."""
        other = new_name()
        try:
            self._alone(name)
            self._say(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(name), Identifier(other)))
            with psycopg.connect(f"{self._server}/{other}", autocommit=True) as connection:
                self._clean(connection)
        except (psycopg.Error, Changed):
            self._drop(name)
            self._drop(other)
        else:
            self._free.append((other, uses))

    def _alone(self, name: str) -> None:
        """Nobody is connected any more. Postgres itself would look again after a tenth of a second only."""
        ends = time.monotonic() + PATIENCE
        while self._say(SQL(OTHERS_LEAVE), name) and time.monotonic() < ends:
            time.sleep(0.002)

    def _clean(self, connection: psycopg.Connection) -> None:
        if connection.execute(FORM).fetchone() != self._form:
            raise Changed
        connection.execute("SET session_replication_role = replica")  # what may only be added to is emptied, too
        connection.execute(self._empty)
        for name, rows in self._kept.items():
            with connection.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(name))) as copy:
                copy.write(rows)
        connection.execute(SEQUENCES)

    @staticmethod
    def _copied_out(connection: psycopg.Connection, name: str) -> bytes:
        with connection.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(name))) as copy:
            return b"".join(bytes(piece) for piece in copy)

    def _made(self) -> str:
        name = new_name()
        self._say(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(self.template)))
        return name

    def _drop(self, name: str) -> None:
        self._say(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

    def _say(self, statement: SQL | Composed, *values: object) -> int:
        """On a line of its own; the first number of the answer. Tests end their server's connections, this one, too."""
        for last in (False, True):
            if self._line is None or self._line.closed:
                self._line = psycopg.connect(f"{self._server}/postgres", autocommit=True)
            try:
                cursor = self._line.execute(statement, values or None)
                row = cursor.fetchone() if cursor.description else None
                return int(row[0]) if row is not None else 0
            except psycopg.OperationalError:
                if last or not self._line.broken:
                    raise
        raise AssertionError
