"""The database into a file and back, without the keys of people. Postgres by its own programs, SQLite by its own way.

What a restore replaces stays until the new is whole. Programs get the address by their environment: a command line can
be read by everybody on a machine; what they say of rows is not repeated.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import peewee

import crash
from database import MIGRATIONS, Database
from errors import Failure, Permanent, Temporary
from models import KeyRow
from ops.postgres import postgres_binaries

WITHOUT: tuple[str, ...] = (KeyRow._meta.table_name,)
POSTGRES, SQLITE = "postgres", "sqlite"
FILES = {POSTGRES: "database.dump", SQLITE: "database.sqlite"}
LEAST = "schema_migration"  # a table that every database of ours has
BESIDE = "before_restore"  # where the tables lie that are being replaced
NAMES = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "connect_timeout": "PGCONNECT_TIMEOUT"}


def kind_of(database: Database) -> str:
    return SQLITE if database.sqlite else POSTGRES


def dump(database: Database, url: str, folder: Path) -> tuple[dict[str, int], str]:
    """One moment of the database into a file of `folder`; how many rows each table has in it, and the last migration.

    Raises Temporary("backup.full" | "database.unavailable"), Permanent("backup.program" | "backup.no_program").
    """
    target = folder / FILES[kind_of(database)]
    if database.sqlite:
        return _dump_sqlite(_file_of(url), target)
    with database.connection(), database.raw.atomic():
        # One snapshot for the program and for the counting: what is counted is what is in the file.
        database.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        database.rows("SET LOCAL idle_in_transaction_session_timeout = 0")  # the program may take an hour
        [(snapshot,)] = database.rows("SELECT pg_export_snapshot()")
        without = [f"--exclude-table-data={table}" for table in WITHOUT]
        ours = ["--format=custom", "--schema=public", "--no-owner", *without]
        _run("pg_dump", url, *ours, f"--snapshot={snapshot}", f"--file={target}")
        return _counted(database), _migration(database)


def restore(database: Database, url: str, folder: Path, *, rows: Mapping[str, int]) -> None:
    """What is in the file takes the place of what is there. Nobody else may be connected; this closes our own lines.

    `rows`: how many each table must have. Raises as `dump` does, and Permanent("restore.incomplete" |
    "restore.not_owner" | "restore.in_use_since"); what was there is there again then.
    """
    source = folder / FILES[kind_of(database)]
    database.close()
    if database.sqlite:
        _restore_sqlite(source, _file_of(url), rows)
        return
    with _put_aside(database):
        _run("pg_restore", url, "--schema=public", "--no-owner", "--no-privileges", "--exit-on-error",
             "--single-transaction", f"--dbname={_name_of(url)}", str(source))  # fmt: skip
        _demand_rows(rows, rows_here(database))
        crash.at("restore.filled")
    database.close()


def rows_here(database: Database) -> dict[str, int]:
    """How many rows each table has; nothing where there is no table."""
    with database.connection():
        return _counted(database)


def known_migrations() -> list[str]:
    """Names of this release's migrations, in their order."""
    return [path.stem for path in sorted(MIGRATIONS.glob("[0-9]*.py"))]


def _counted(database: Database) -> dict[str, int]:
    found = {}
    for table in sorted(database.raw.get_tables()):
        if table not in WITHOUT:
            [(count,)] = database.rows(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608  a name of the schema's own
            found[str(table)] = int(count)
    return found


def _migration(database: Database) -> str:
    [(name,)] = database.rows(f"SELECT MAX(name) FROM {LEAST}")  # noqa: S608  a constant of ours
    return str(name)


def _dump_sqlite(source: Path, target: Path) -> tuple[dict[str, int], str]:
    with _sqlite_failures(), closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
        here.execute("PRAGMA journal_mode = MEMORY")  # nothing beside the file, where keys would stay
        here.execute("PRAGMA secure_delete = ON")
        for table in WITHOUT:
            here.execute(f"DELETE FROM {table}")  # noqa: S608  a name of ours
        here.commit()
        here.execute("VACUUM")
        return _counted_in(here), str(here.execute(f"SELECT MAX(name) FROM {LEAST}").fetchone()[0])  # noqa: S608


def _counted_in(file: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: int(file.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])  # noqa: S608  a name of the schema's own
        for name in sorted(tables)
        if name not in WITHOUT and not name.startswith("sqlite_")
    }


def _demand_rows(wanted: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Before what was there goes."""
    for table, count in wanted.items():
        if found.get(table) != count:
            raise Permanent("restore.incomplete", table=table)


def _restore_sqlite(source: Path, target: Path, rows: Mapping[str, int]) -> None:
    """One transaction of SQLite's own: killed in the middle of it, what was there is there."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        _sqlite_failures(),
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as there,
        closing(sqlite3.connect(target, timeout=5.0)) as here,
    ):
        _demand_rows(rows, _counted_in(there))
        there.backup(here)
    crash.at("restore.filled")


@contextmanager
def _put_aside(database: Database) -> Iterator[None]:
    """The tables lie beside until the block is through, and come back when it fails. One that was killed left them
    there: they come back first."""
    with database.connection():
        try:
            _demand_unfinished(database)
            _take_back(database)
            with database.raw.atomic():
                database.rows(f"ALTER SCHEMA public RENAME TO {BESIDE}")
                database.rows("CREATE SCHEMA public")
        except peewee.ProgrammingError:
            raise Permanent("restore.not_owner") from None
    crash.at("restore.put_aside")
    try:
        yield
    except BaseException:
        with database.connection():
            _take_back(database)
        raise
    with database.connection():
        database.rows(f"DROP SCHEMA {BESIDE} CASCADE")


def _demand_unfinished(database: Database) -> None:
    """What a killed restore put aside comes back only for tables that nobody has used since: such a restore ends before
    there are keys of people. Raises Permanent("restore.in_use_since")."""
    [(aside, used)] = database.rows("SELECT to_regnamespace(?), to_regclass(?)", BESIDE, f"public.{WITHOUT[0]}")
    if aside is not None and used is not None:
        others = database.rows(f"SELECT 1 FROM public.{WITHOUT[0]} WHERE kind <> ? LIMIT 1", KeyRow.STAFF)  # noqa: S608
        if others:
            raise Permanent("restore.in_use_since", schema=BESIDE)


def _take_back(database: Database) -> None:
    with database.raw.atomic():
        if database.rows("SELECT 1 FROM pg_namespace WHERE nspname = ?", BESIDE):
            database.rows("DROP SCHEMA IF EXISTS public CASCADE")
            database.rows(f"ALTER SCHEMA {BESIDE} RENAME TO public")


@contextmanager
def _sqlite_failures() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _failure(str(error), "sqlite") from None


def _run(program: str, url: str, *words: str) -> None:
    done = subprocess.run(
        [_found(program), *words],
        env=_environ(url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == -signal.SIGXFSZ:  # it may write no longer file
        raise Temporary("backup.full")
    if done.returncode != 0:
        raise _failure(done.stderr, program)


def _failure(said: str, program: str) -> Failure:
    """What went wrong, by the few words that everybody's programs say; the rest may quote a row."""
    said = said.lower()
    if any(words in said for words in ("no space left", "disk is full", "file too large", "disk i/o error")):
        return Temporary("backup.full")
    if "version mismatch" in said or "unsupported version" in said:
        return Permanent("backup.program_too_old", program=program)
    if any(words in said for words in ("could not connect", "connection to server", "is locked", "unable to open")):
        return Temporary("database.unavailable")
    return Permanent("backup.program", program=program)


def _found(program: str) -> str:
    """On the path, else beside a server on this machine. Raises Permanent("backup.no_program")."""
    if (found := shutil.which(program)) is not None:
        return found
    binaries = postgres_binaries()
    if binaries is None or not (binaries / program).exists():
        raise Permanent("backup.no_program", program=program)
    return str(binaries / program)


def _environ(url: str) -> Mapping[str, str]:
    parts = urlsplit(url)
    said = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": _name_of(url),
        **{NAMES[name]: value for name, value in parse_qsl(parts.query) if name in NAMES},
    }
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **{name: value for name, value in said.items() if value}}


def _name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _file_of(url: str) -> Path:
    return Path(unquote(url.removeprefix("sqlite:///")))
