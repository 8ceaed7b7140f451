"""Connections, units of work and the clock. A unit is one short transaction; no outside call belongs inside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import peewee
from playhouse.migrations import Runner as MigrationRunner
from psycopg.errors import LockNotAvailable

import crash
from connecting import connect
from errors import Temporary
from models import TABLES
from rows import Row, write_all

MIGRATIONS = Path(__file__).parent / "migrations"
OFFSET_AGE = 30.0  # seconds after which the difference to the database's clock is measured again
MIGRATION_LOCK = 0x6D696F  # any number that nobody else locks on this database
# Whoever waits for a table keeps all who come later waiting behind: a migration that meets a long transaction steps
# back instead, lets them through, and tries again.
MIGRATION_WAITS = 2  # seconds for a lock
MIGRATION_STEPS_BACK = 5.0  # seconds
MIGRATION_TRIES = 30  # together less than the five minutes that a release command has


class Clock(Protocol):
    """The one source of time. Naive UTC."""

    def now(self) -> datetime: ...


class Unit:
    """A transaction under way: its time, and what is to happen once it is committed."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._after: list[Callable[[], None]] = []

    def after(self, act: Callable[[], None]) -> None:
        """Run `act` after the commit, once the connection is given back; never after a rollback."""
        self._after.append(act)

    def committed(self) -> None:
        for act in self._after:
            act()


class Database:
    """A pool of connections to SQLite (WAL) or Postgres, and the models bound to it."""

    def __init__(self, url: str, *, pool: int = 10, clock: Clock | None = None) -> None:
        self.raw = connect(url, pool)
        self.sqlite = isinstance(self.raw, peewee.SqliteDatabase)
        self.raw.bind(TABLES)
        self.clock: Clock = clock or DatabaseClock(self)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """One transaction. Raises Temporary("database.unavailable") when the database is away or stays locked."""
        if not self.raw.is_closed() and self.raw.in_transaction():
            raise RuntimeError("units of database work do not nest")
        unit = Unit(self.clock.now())
        # A plain BEGIN on SQLite takes the write lock late and then fails at once instead of waiting.
        with (
            self.connection(),
            self.raw.atomic("IMMEDIATE") if self.sqlite else self.raw.atomic(),
        ):
            yield unit
        unit.committed()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the unit under way that is undone alone when it fails."""
        with self.raw.atomic():
            yield

    @contextmanager
    def connection(self) -> Iterator[None]:
        """A connection without a transaction, for single statements. Given back at the end."""
        if not self.raw.is_closed():
            yield  # this thread has one already, and whoever opened it gives it back
            return
        try:
            self.raw.connect()
            try:
                yield
            finally:
                self.raw.close()
        except (peewee.OperationalError, peewee.InterfaceError) as error:
            self.raw.close_idle()  # the others are likely as dead as this one
            raise Temporary("database.unavailable", error=type(error).__name__) from None
        except ValueError as error:
            if type(error).__name__ == "MaxConnectionsExceeded":
                raise Temporary("database.busy") from None
            raise

    @contextmanager
    def looking(self, *, seconds: float) -> Iterator[None]:
        """A connection that changes nothing, and on Postgres gives a statement up after so many seconds: for those who
        only watch. Raises Temporary("database.unavailable") then, too."""
        with self.connection():
            if self.sqlite:
                yield
                return
            with self.raw.atomic():
                self.rows("SELECT set_config('statement_timeout', ?, true)", str(int(seconds * 1000)))
                self.rows("SET TRANSACTION READ ONLY")
                yield

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement by hand, on the connection of this thread; `?` stands for a value on both databases."""
        statement = sql if self.sqlite else sql.replace("?", "%s")
        cursor = self.raw.execute_sql(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def write_once(self, first: Row, *others: Row, given: str = "", values: tuple[object, ...] = ()) -> bool:
        """All these rows in one transaction, or none when `first` is there already or the condition does not hold."""
        if self.sqlite:
            with self.unit():
                return write_all(first, *others, given=given, values=values)
        with self.connection():  # one statement on Postgres, and so a transaction of its own
            return write_all(first, *others, given=given, values=values)

    def migrate(self, *, tries: int = MIGRATION_TRIES, step_back: Callable[[float], None] = time.sleep) -> list[str]:
        """Bring the schema up to date; two runners at once take turns. Returns what was applied.

        Raises Temporary("migration.locked", migration, tries) where others keep a table too long. What was applied
        before stays.
        """
        with self.connection():
            if not self.sqlite:
                self.rows("SELECT pg_advisory_lock(?)", MIGRATION_LOCK)
                self.rows("SELECT set_config('lock_timeout', ?, false)", f"{MIGRATION_WAITS}s")
            try:
                return list(self._applied(tries, step_back))
            finally:
                if not self.sqlite:
                    self.rows("RESET lock_timeout")
                    self.rows("SELECT pg_advisory_unlock(?)", MIGRATION_LOCK)

    def _applied(self, tries: int, step_back: Callable[[float], None]) -> Iterator[str]:
        """One after the other, each in a transaction of its own: a release that is killed goes on where it was."""
        for name in self.pending_migrations():
            for left in reversed(range(tries)):
                try:
                    MigrationRunner(self.raw, directory=str(MIGRATIONS)).up(name)
                    break
                except peewee.OperationalError as error:
                    if not isinstance(getattr(error, "orig", None), LockNotAvailable):
                        raise
                    if not left:
                        raise Temporary("migration.locked", migration=name, tries=tries) from None
                    step_back(MIGRATION_STEPS_BACK)
            crash.at("migration.applied")
            yield name

    def pending_migrations(self) -> list[str]:
        """Names of migrations that this schema lacks."""
        with self.connection():
            runner = MigrationRunner(self.raw, directory=str(MIGRATIONS))
            applied = {str(name) for name in runner.applied()}
            return [name for name in (str(m.name) for m in runner.migrations()) if name not in applied]

    def close(self) -> None:
        self.raw.close_all()


class DatabaseClock:
    """The database's clock, asked now and then; between two questions this machine's monotonic clock counts on."""

    def __init__(self, database: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._base = datetime.min

    def now(self) -> datetime:
        with self._lock:
            if self._monotonic() - self._asked > OFFSET_AGE:
                self._ask()
            return self._base + timedelta(seconds=self._monotonic() - self._asked)

    def _ask(self) -> None:
        database = self._database
        with database.connection():
            before = self._monotonic()
            if database.sqlite:
                [(text,)] = database.rows("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
                base = datetime.fromisoformat(text)
            else:
                [(base,)] = database.rows("SELECT clock_timestamp() AT TIME ZONE 'utc'")
        self._base, self._asked = base, (before + self._monotonic()) / 2
