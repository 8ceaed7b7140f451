"""A copy of the sealed objects in a folder: it takes what is new, lets go what the service let go, and gives back only
what a row of the database still stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import crash
from custody.destroy import recorded_at
from custody.media import ERASURES, EXPORT
from database import Database
from errors import Permanent, Temporary
from policy.records import ERASURES as RECORDS_KEPT
from privacy.erasure_mark import still_there
from privacy.objects import MANY, Objects
from vault.store import Listed, Store
from vault.stream import DEFAULT_CHUNK, sealed_length

AT_ONCE = 500  # objects in one step
MOST = 0.5  # of a copy that goes at once is no day like others
HANDS = 8  # an object store answers many as soon as one
RECORDS = f"{ERASURES}/"
NEVER_COPIED = f"{EXPORT}/"  # of a day's life

Progress = Callable[[int], None]
Range = dict[str, Listed]  # by name


@dataclass
class Copied:
    """`lost`: the store lacks what a row stands for; the copy has it still."""

    new: int = 0
    kept: int = 0
    removed: int = 0
    lost: int = 0
    size: int = 0


@dataclass
class Returned:
    """`missing`: neither the store nor the copy has it whole."""

    records: int = 0
    objects: int = 0
    missing: int = 0


class ObjectCopies:
    """May be stopped anywhere and run again."""

    def __init__(self, database: Database, store: Store, copy: Store) -> None:
        self._database = database
        self._store = store
        self._copy = copy

    def take(self, *, believe: bool = False, progress: Progress = lambda _: None) -> Copied:
        """Bring the copy in line. Raises Permanent("backup.store_empty") where the store has nothing and the copy has
        something: then the store is lost, or another one; and Permanent("backup.too_much_gone") where most of the copy
        would go, unless it is to be believed."""
        found = Copied()
        if next(self._store.names(), None) is None and next(self._copy.names(), None) is not None:
            raise Permanent("backup.store_empty")
        if not believe:
            self._demand_likely()
        for there, here in _side_by_side(self._store, self._copy):
            new = [one for one in there.values() if one.name not in here or here[one.name].size != one.size]
            with ThreadPoolExecutor(HANDS) as hands:
                taken = sum(hands.map(self._take, new))
            crash.at("backup.objects_taken")
            found.new += taken
            found.kept += len(there) - len(new)
            found.size += sum(one.size for one in there.values())
            self._let_go([name for name in here if name not in there], found)
            progress(found.new + found.kept)
        return found

    def give_back_records(self) -> int:
        """The records of erasures that the store lacks; how many. Before anything else: they say what stays gone."""
        given = 0
        for there, here in _side_by_side(self._copy, self._store, RECORDS):
            for one in there.values():
                if one.name not in here:
                    self._give_back(one.name, one.size)
                    given += 1
        return given

    def give_back(self, *, progress: Progress = lambda _: None) -> Returned:
        """The objects that rows stand for and the store lacks. Called when the erasures are done again: what one names
        has no such row any more, and stays away."""
        found = Returned()
        for rows in Objects(self._database, self._store).lacking():
            for row in rows:
                if self._give_back(row.object_name, sealed_length(row.size, DEFAULT_CHUNK)):
                    found.objects += 1
                else:
                    found.missing += 1
                crash.at("restore.object_back")
            progress(found.objects + found.missing)
        return found

    def _demand_likely(self) -> None:
        """Neither the store nor the database knows most of the copy: they are others than it was made of."""
        copied = gone = 0
        for there, here in _side_by_side(self._store, self._copy):
            objects = [name for name in here if not name.startswith(RECORDS)]
            lacking = [name for name in objects if name not in there]
            with self._database.connection():
                gone += len(lacking) - len(still_there(lacking))
            copied += len(objects)
        if gone > MANY and gone > copied * MOST:
            raise Permanent("backup.too_much_gone", gone=gone, copied=copied)

    def _take(self, one: Listed) -> bool:
        """Whether it was there still."""
        try:
            with self._store.get(one.name) as source:
                self._copy.put(one.name, source, one.size)
        except Permanent as failure:
            if failure.code != "store.missing":
                raise
            return False
        return True

    def _give_back(self, name: str, size: int) -> bool:
        """Whether the copy had it whole: an object of another length is none."""
        if not self._copy.exists(name):
            return False
        try:
            with self._copy.get(name) as source:
                self._store.put(name, source, size)
        except Permanent as failure:
            if failure.code != "store.wrong_length":
                raise
            return False
        return True

    def _let_go(self, names: list[str], found: Copied) -> None:
        """What the store has no more goes from the copy, but what a row stands for, and records within their time."""
        now = self._database.clock.now()
        records = [name for name in names if name.startswith(RECORDS)]
        objects = [name for name in names if not name.startswith(RECORDS)]
        with self._database.connection():
            lost = still_there(objects)
        over = [name for name in records if (recorded_at(name) or now) <= now - RECORDS_KEPT - timedelta(days=1)]
        doomed = [*over, *(name for name in objects if name not in lost)]
        if self._copy.delete(doomed):
            raise Temporary("backup.not_removed")
        found.removed += len(doomed)
        found.lost += len(lost)


def _side_by_side(first: Store, second: Store, prefix: str = "") -> Iterator[tuple[Range, Range]]:
    """Both listings, range by range of names, in constant memory."""
    left, right = _Reader(first.listed(prefix)), _Reader(second.listed(prefix))
    while True:
        batch = left.take(AT_ONCE)
        until = max((one.name for one in batch), default=None)
        beside = right.up_to(until)
        if not batch and not beside:
            return
        yield _of(batch), _of(beside)


class _Reader:
    """A sorted listing that can be read up to a name."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self._left = (one for one in listed if not one.name.startswith(NEVER_COPIED))
        self._next: Listed | None = None

    def take(self, most: int) -> list[Listed]:
        return list(islice(self._left, most))

    def up_to(self, name: str | None) -> list[Listed]:
        """At most to `name`; without it the next ones, some at a time."""
        found: list[Listed] = []
        while (one := self._next or next(self._left, None)) is not None:
            self._next = one
            if (name is not None and one.name > name) or (name is None and len(found) == AT_ONCE):
                break
            self._next = None
            found.append(one)
        return found


def _of(listed: Iterable[Listed]) -> dict[str, Listed]:
    return {one.name: one for one in listed}
