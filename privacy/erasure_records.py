"""The records of erasures that stand beside the objects: the oldest are listed first, and go first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import crash
from custody.destroy import recorded_at
from custody.media import ERASURES
from database import Database
from errors import Temporary
from privacy.sweep import BATCH, Book
from vault.store import Store


class ErasureRecords:
    """Objects, not rows: a batch is one request to the store, and is counted after it."""

    name = "erasure_record"

    def __init__(self, store: Store, *, category: str, period: timedelta) -> None:
        self.category = category
        self.period = period
        self._store = store

    def due(self, now: datetime) -> bool:
        return next(self._past(now), None) is not None

    def step(self, database: Database, now: datetime, book: Book) -> int:
        names = list(islice(self._past(now), BATCH))
        kept = self._store.delete(names)
        crash.at("retention.objects_gone")
        with database.unit() as unit:
            book(unit, len(names) - len(kept))
        if kept:
            raise Temporary("store.unavailable")
        return len(names)

    def count(self, now: datetime) -> int:
        return sum(1 for _ in self._past(now))

    def held_back(self, now: datetime) -> int:
        del now
        return 0

    def all_gone(self, gone: int) -> bool:
        del gone
        return False

    def oldest(self, *, after: datetime | None = None) -> datetime | None:
        del after
        return next((at for at, _ in self._dated()), None)

    def undated(self, now: datetime) -> list[str]:
        """Records whose names do not tell when they were written, that are past their period: each one is read."""
        names = (name for name in self._store.names(f"{ERASURES}/") if recorded_at(name) is None)
        return [name for name in names if self._written(name) <= now - self.period]

    def _past(self, now: datetime) -> Iterator[str]:
        for at, name in self._dated():
            if at > now - self.period:
                return
            yield name

    def _dated(self) -> Iterator[tuple[datetime, str]]:
        for name in self._store.names(f"{ERASURES}/"):
            at = recorded_at(name)
            if at is not None:
                yield at, name

    def _written(self, name: str) -> datetime:
        with self._store.get(name) as record:
            return datetime.fromisoformat(json.loads(record.read())["at"])
