"""What is known of the backups: a row for each, so that somebody is called when none is made, or one is kept too long.

The files lie elsewhere (`ops backup`); the folder they lie in has a random number, which the row names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

import logs
from database import Database, Unit
from models import Account, Backup
from policy.categories import BACKUP
from privacy.sweep import as_time

DATABASE, OBJECTS, KEYS = "database", "objects", "keys"
MOST_AGE: Mapping[str, timedelta] = {DATABASE: BACKUP, KEYS: BACKUP}
# A copy of the objects holds only what the store itself held when it was last brought in line; it is not thrown away.
MOST_APART: Mapping[str, timedelta] = {**MOST_AGE, OBJECTS: BACKUP}
EXPECTED_EVERY = timedelta(hours=26)  # once a day, and some hours for whoever runs it
SPARED = timedelta(hours=2)  # after its days are over: whatever removes it runs every hour
LOOKED_AT_EVERY = 3600.0  # seconds

log = logs.get()


@dataclass(frozen=True)
class Standing:
    """`made`: when the newest of each kind was made. `too_old`: how many are kept past their days. `people`: whether
    there is anybody whose data could be lost."""

    made: Mapping[str, datetime]
    too_old: int
    people: bool

    def late(self, now: datetime) -> list[str]:
        """The kinds of which there is none that is young enough; nothing while there is nothing to lose."""
        kinds = (DATABASE, OBJECTS, KEYS) if self.people else ()
        return [kind for kind in kinds if self.made.get(kind, datetime.min) < now - EXPECTED_EVERY]


def made(unit: Unit, *, id: str, kind: str, place: str, size: int, at: datetime) -> None:
    """One more. The copy of the objects in a folder is one and the same, made anew."""
    Backup.insert(id=id, kind=kind, place=place, made_at=at, size=size).on_conflict_ignore().execute()
    if kind == OBJECTS:
        before = (Backup.kind == kind) & (Backup.place == place) & (Backup.id != id)
        Backup.update(gone_at=unit.now).where(before & Backup.gone_at.is_null()).execute()


def gone(unit: Unit, *, kind: str, place: str, left: Collection[str]) -> int:
    """Only `left` of this kind are in the folder still; how many were not known to be gone."""
    missing = (Backup.kind == kind) & (Backup.place == place) & Backup.id.not_in(tuple(left))
    return int(Backup.update(gone_at=unit.now).where(missing & Backup.gone_at.is_null()).execute())


@dataclass(frozen=True)
class Folder:
    """A folder by its number: how many of a kind are known to be in it, and when the newest was made."""

    place: str
    kind: str
    count: int
    newest: datetime


def folders(database: Database) -> list[Folder]:
    """Those that something is known to be in, the longest left alone first."""
    last = fn.MAX(Backup.made_at)
    columns: Any = Backup.select(Backup.place, Backup.kind, fn.COUNT(Backup.id), last)
    with database.connection():
        rows = list(columns.where(Backup.gone_at.is_null()).group_by(Backup.place, Backup.kind).order_by(last).tuples())
    return [Folder(place, kind, count, at) for place, kind, count, said in rows if (at := as_time(said)) is not None]


def lost(unit: Unit, *, place: str) -> int:
    """The folder is destroyed with all that was in it; how many that were."""
    there = (Backup.place == place) & Backup.gone_at.is_null()
    return int(Backup.update(gone_at=unit.now).where(there).execute())


def standing(database: Database) -> Standing:
    """As the rows say now. Raises Temporary when the database is away."""
    now = database.clock.now()
    kept = Backup.gone_at.is_null()
    with database.connection():
        newest: Any = Backup.select(Backup.kind, fn.MAX(Backup.made_at)).where(kept).group_by(Backup.kind).tuples()
        found = {kind: at for kind, said in newest if (at := as_time(said)) is not None}
        too_old = sum(
            Backup.select().where(kept & (Backup.kind == kind) & (Backup.made_at < now - age - SPARED)).count()
            for kind, age in MOST_APART.items()
        )
        people = bool(list(Account.select(Account.id).limit(1)))
    return Standing(found, too_old, people)


def alarm(database: Database) -> None:
    """The duty: an error in the log while no young backup is there, or an old one still is."""
    now, found = database.clock.now(), standing(database)
    for kind in found.late(now):
        log.error("backup.late", kind=kind)
    if found.too_old:
        log.error("backup.kept_too_long", count=found.too_old)
