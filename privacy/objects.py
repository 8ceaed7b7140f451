"""The object store against the table of objects, both ways, in constant memory: what lies there without a row, and what
a row stands for that does not lie there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import crash
from custody.media import ERASURES, PREFIXES
from database import Database
from errors import Permanent, Temporary
from models import Media, StrayObject
from privacy.sweep import BATCH, Book, Rows
from vault.store import Store

SETTLED_AFTER = timedelta(hours=1)  # an object this young may not have been listed yet
MANY = 100  # strays in one comparison that are believed at once
SHARE = 0.1  # of all objects; more, and it is likelier that the database is not the one that belongs to the store


@dataclass
class Comparison:
    """`strays` were written down; `missing` are rows whose object is not there."""

    objects: int = 0
    strays: int = 0
    missing: int = 0


class Objects:
    """`compare` finds, and `Strays` lets go what is still without a row an hour later."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    def compare(self, *, believe: bool = False) -> Comparison:
        """Raises Permanent("retention.too_many_strays") and writes nothing down when there are so many that something
        else must be wrong, unless they are to be believed."""
        found, strays = Comparison(), list[str]()
        for names, rows in self._side_by_side():
            found.objects += len(names)
            strays += sorted(names - rows.keys())
            settled = self._database.clock.now() - SETTLED_AFTER
            found.missing += sum(at is not None and at < settled for name, at in rows.items() if name not in names)
        found.strays = len(strays)
        if found.strays > max(MANY, SHARE * found.objects) and not believe:
            raise Permanent("retention.too_many_strays", strays=found.strays, objects=found.objects)
        for batch in _batches(strays):
            with self._database.unit() as unit:
                written = [{"name": name, "found_at": unit.now} for name in batch]
                StrayObject.insert_many(written).on_conflict_ignore().execute()
        return found

    def lacking(self) -> Iterator[list[Media]]:
        """Rows that can be opened and whose object is not there, some at a time."""
        for names, rows in self._side_by_side():
            lost = [name for name, at in rows.items() if at is not None and name not in names]
            with self._database.connection():
                found = list(Media.select().where(Media.object_name.in_(lost) & (Media.state == Media.STORED)))
            if found:
                yield found

    def _side_by_side(self) -> Iterator[tuple[set[str], dict[str, datetime | None]]]:
        """Names of objects, and the rows within the same range of names with the time of those that must have one."""
        for prefix in sorted(PREFIXES.keys() - {ERASURES}):
            last = f"{prefix}/"
            for names in _batches(self._store.names(last)):
                yield set(names), dict(self._rows(last, names[-1]))
                last = names[-1]
            yield set(), dict(self._rows(last, f"{prefix}0"))  # "0" follows "/"

    def _rows(self, after: str, until: str) -> Iterator[tuple[str, datetime | None]]:
        """By bytes, as the store lists them; its index is of that order."""
        name = "object_name" if self._database.sqlite else 'object_name COLLATE "C"'
        sql = f"SELECT id FROM media WHERE {name} > ? AND {name} <= ? ORDER BY {name} LIMIT {BATCH}"  # noqa: S608  ours
        while True:
            with self._database.connection():
                ids = [id_ for (id_,) in self._database.rows(sql, after, until)]
                rows = list(Media.select(Media.object_name, Media.state, Media.created_at).where(Media.id.in_(ids)))
            for row in rows:
                yield row.object_name, row.created_at if row.state == Media.STORED else None
            if len(ids) < BATCH:
                return
            after = max(row.object_name for row in rows)


@dataclass(frozen=True, kw_only=True)
class Strays(Rows):
    """Objects that were found without a row an hour ago."""

    store: Store

    def step(self, database: Database, now: datetime, book: Book) -> int:
        """Objects first: what is killed in between finds them gone the next time."""
        with database.connection():
            names = [row.name for row in self.batch(now, StrayObject.name)]
            known = {row.object_name for row in Media.select(Media.object_name).where(Media.object_name.in_(names))}
        kept = self.store.delete([name for name in names if name not in known])
        crash.at("retention.objects_gone")
        done = set(names) - set(kept)
        with database.unit() as unit:
            StrayObject.delete().where(StrayObject.name.in_(done)).execute()
            book(unit, len(done - known))
        if kept:
            raise Temporary("store.unavailable")
        return len(done - known)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    names = iter(names)
    while batch := list(islice(names, BATCH)):
        yield batch
