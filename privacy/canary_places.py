"""Where the service itself can look for what it deleted: rows of every table, new objects, folders of logs.

In constant memory, whatever the size: pieces overlap by more than anything that is looked for is long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from database import Database
from errors import Permanent
from privacy.places import Part
from vault.store import Store

PIECE = 1 << 20  # bytes
OVERLAP = 2048  # more than the longest form of a mark
ROWS = 1000  # of SQLite, at once
CLOCKS_DIFFER = timedelta(minutes=10)  # between a store and a database
QUIET = timedelta(days=1)  # a service that writes no line for so long writes them elsewhere


def rows(database: Database) -> Iterator[Part]:
    """Every table, as the database writes it out."""
    with database.connection():
        tables = sorted(str(name) for name in database.raw.get_tables())
    for table in tables:
        yield from _named(table, _of_sqlite(database, table) if database.sqlite else _of_postgres(database, table))


def objects(store: Store, since: datetime) -> Iterator[Part]:
    """Those that came since then, with their names."""
    for one in store.listed():
        if one.at >= since - CLOCKS_DIFFER:
            yield from _named(one.name, _object(store, one.name))


def logs(folder: Path, since: datetime) -> Iterator[Part]:
    """Every file below a folder into which something was written since then, or not long before: one that nobody
    writes into any more proves nothing."""
    begin = (since - QUIET).replace(tzinfo=UTC).timestamp()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= begin:
            yield from _named(path.name, _file(path))


def _of_postgres(database: Database, table: str) -> Iterator[bytes]:
    with (
        database.connection(),
        database.raw.atomic(),
        database.raw.connection().cursor().copy(f'COPY "{table}" TO STDOUT') as copied,
    ):
        for line in copied:
            yield bytes(line)


def _of_sqlite(database: Database, table: str) -> Iterator[bytes]:
    last = -1
    while True:
        sql = f'SELECT rowid, * FROM "{table}" WHERE rowid > ? ORDER BY rowid LIMIT {ROWS}'  # noqa: S608  the schema's
        with database.connection():
            found = database.rows(sql, last)
        if not found:
            return
        for row in found:
            yield b"\t".join(value if isinstance(value, bytes) else str(value).encode() for value in row[1:])
        last = found[-1][0]


def _object(store: Store, name: str) -> Iterator[bytes]:
    try:
        with store.get(name) as source:
            while piece := source.read(PIECE):
                yield piece
    except Permanent as failure:
        if failure.code != "store.missing":  # gone since it was listed
            raise


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(PIECE):
            yield piece


def _named(name: str, pieces: Iterable[bytes]) -> Iterator[Part]:
    """Gathered to about PIECE, each beginning with the end of the one before."""
    held = bytearray(name.encode() + b"\0")
    for piece in pieces:
        held += piece
        if len(held) >= PIECE:
            yield name, bytes(held)
            held = held[-OVERLAP:]
    yield name, bytes(held)
