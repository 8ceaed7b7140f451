"""How far what is recorded beside the objects is done in this database: an older one, restored, lacks what came later.

What counts is what the rows say. The mark only keeps the old records from being read at every start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

import logs
from custody.destroy import recorded_at
from database import Database
from errors import Permanent
from models import Account, Erasure, ErasureMark, Media
from policy.records import ERASURES
from privacy.erasure_end import ENDED, UNDONE
from privacy.recorded import Recorded, written_after
from vault.store import Store

# A record this young may be followed by an older one: clocks of two machines, a put that took long.
OVERLAP = timedelta(hours=1)
BATCH = 500  # names in one statement
LONG_AGO = datetime(2000, 1, 1)
EVERY = 600.0  # seconds between two steps of the mark
MINE = ErasureMark.id == ErasureMark.ERASURES
THERE = (Media.STORING, Media.STORED)  # nobody has meant them to be destroyed

log = logs.get()


class ErasureMarks:
    """Any process may look and move the mark at any time, several at once."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    def undone(self) -> list[Recorded]:
        """The records that are not done here, oldest first; empty in every database that was not restored, for the
        rows are meant to go before anything is recorded. The mark moves up to the first of them.

        Raises Permanent("erasures.unreadable" | "erasures.forgotten"), Temporary("store.unavailable").
        """
        before = self._database.clock.now()
        until = self.until()
        if until is not None and until <= before - ERASURES:
            raise Permanent("erasures.forgotten")
        undone: list[Recorded] = []
        for records in written_after(self._store, until):
            undone += self._undone(records)
            # The first look has records among its last that do not tell their time.
            if until is not None and not undone:
                self._move(min(_reached(records), before - OVERLAP))
        if not undone:
            self._move(before - OVERLAP)
        with self._database.connection():
            other = ErasureMark.undone != len(undone)
            ErasureMark.update(undone=len(undone)).where(MINE & other).execute()
        return undone

    def watch(self) -> None:
        """The duty. A database that was exchanged for an older one under the running service is an alarm: processes
        see what was found, leave, and cannot start again before it is replayed."""
        if undone := self.undone():
            log.error("erasures.undone", count=len(undone))

    def until(self) -> datetime | None:
        with self._database.connection():
            row = ErasureMark.get_or_none(MINE)
        return row.until if row else None

    def known_undone(self) -> int:
        """What the last look found; one small question."""
        with self._database.connection():
            row = ErasureMark.get_or_none(MINE)
        return row.undone if row else 0

    def _undone(self, records: Sequence[Recorded]) -> list[Recorded]:
        with self._database.connection():
            objects = still_there(name for record in records for name in record.objects)
            accounts = {
                row.id for row in Account.select(Account.id).where(Account.id.in_({r.account for r in records}))
            }
            known = {
                row.id: row for row in Erasure.select().where(Erasure.id.in_({record.erasure for record in records}))
            }
        return [
            record
            for record in records
            if not objects.isdisjoint(record.objects)
            or (record.account in accounts and _lacks(known.get(record.erasure), record))
        ]

    def _move(self, to: datetime) -> None:
        """Never backwards."""
        to = to.replace(microsecond=0)
        with self._database.unit():
            ErasureMark.insert(id=ErasureMark.ERASURES, until=to).on_conflict_ignore().execute()
            ErasureMark.update(until=to).where(MINE & (ErasureMark.until < to)).execute()


def batches(names: Iterable[str]) -> Iterator[list[str]]:
    """As many at once as a statement takes."""
    names = iter(names)
    while batch := list(islice(names, BATCH)):
        yield batch


def still_there(names: Iterable[str]) -> set[str]:
    """Those of these objects that somebody could still open here. Called with a connection."""
    found = set[str]()
    for batch in batches(names):
        rows = Media.select(Media.object_name).where(Media.object_name.in_(batch) & Media.state.in_(THERE))
        found |= {row.object_name for row in rows}
    return found


def _reached(records: Sequence[Recorded]) -> datetime:
    """Up to the second of the last record; a name tells no more."""
    times = [at for record in records if (at := recorded_at(record.name))]
    return max(times, default=LONG_AGO) - timedelta(seconds=1)


def _lacks(row: Erasure | None, record: Recorded) -> bool:
    """Whether a deletion that names an account which is here is unknown, or is not as far as it was."""
    if row is None:
        return True
    if record.stage == UNDONE:
        return row.state in Erasure.OPEN
    # An account whose time of grace was over then is ended by its own row of work.
    return record.stage == ENDED and row.state in Erasure.OPEN and (row.ends_at or LONG_AGO) > record.at
