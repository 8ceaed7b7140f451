"""Databases of one Postgres for the tests: empty, or copies of one that the migrations were applied to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Composed, Identifier


class Server:
    """Makes and drops them over a line of its own that stays: to connect twice costs as much as to copy."""

    def __init__(self, port: int) -> None:
        self._address = f"postgresql://postgres@127.0.0.1:{port}"
        self._line: psycopg.Connection | None = None

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[str]:
        """The address of a copy of the template, which nobody is connected to; dropped afterwards, whoever uses it."""
        name = "t" + os.urandom(6).hex()
        # As files: else each page goes through the log, which is for servers that must not stand still meanwhile.
        copy = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._say(copy.format(Identifier(name), Identifier(template)))
        yield f"{self._address}/{name}"
        self._say(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def _say(self, statement: Composed) -> None:
        """Tests end all connections of their server, this one, too: it is made anew then."""
        if self._line is not None:
            try:
                self._line.execute(statement)
                return
            except psycopg.OperationalError:
                if not self._line.broken:
                    raise
        self._line = psycopg.connect(f"{self._address}/postgres", autocommit=True)
        self._line.execute(statement)
