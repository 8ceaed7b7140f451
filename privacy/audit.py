"""The log of what staff did: entries are appended, and each holds a keyed digest of itself and of the one before it.

Who can write to the database but lacks `INDEX_KEY` cannot change, take out or slip in an entry without its showing.
That the newest ones were cut off shows against the process logs alone, which name each entry's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import crash
import logs
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Rejected
from models import AuditEntry, KeyRow, new_id
from policy.records import STAFF_ACCESS
from vault.fields import binding

ACTOR = re.compile(r"[a-z][a-z0-9.-]{1,31}")  # a name at work, as the staff know each other
LONGEST_REASON = 500
LOCK = 0x617564  # any number that nobody else locks on this database
BATCH = 500
PURPOSE = "rights"

log = logs.get()


@dataclass(frozen=True)
class Act:
    """Who of the staff acts, and why. The reason is sealed: it may be about a person."""

    actor: str
    reason: str


@dataclass(frozen=True)
class Break:
    """An entry by its number that is not as it was written, and what shows it."""

    number: int
    what: str


@dataclass(frozen=True, repr=False)
class Entry:
    """An entry as it is read, its reason opened."""

    number: int
    at: datetime
    actor: str
    verb: str
    subject: str | None
    reason: str


class Audit:
    """Any process may append; one at a time does, or the chain would fork."""

    def __init__(self, database: Database, fields: Fields, keys: Keys) -> None:
        self._database = database
        self._fields = fields
        self._keys = keys

    def record(self, unit: Unit, by: Act, verb: str, *, subject: str | None = None) -> None:
        """In the transaction of what is done, so that neither is there without the other.

        Raises Rejected("audit.actor" | "audit.reason").
        """
        demand(by)
        if not self._database.sqlite:  # there one writer at a time is the rule anyway
            self._database.rows("SELECT pg_advisory_xact_lock(?)", LOCK)
        self._keys.ensure(unit, KeyRow.STAFF, KeyRow.STAFF)
        last = AuditEntry.select().order_by(AuditEntry.number.desc()).first()
        entry = AuditEntry(
            id=new_id(),
            number=last.number + 1 if last else 1,
            actor=by.actor,
            verb=verb,
            subject=subject,
            at=max(unit.now, last.at) if last else unit.now,  # clocks of two processes differ a little
            before_at=last.at if last else None,
            before=last.digest if last else None,
        )
        entry.reason = self._fields.seal(AuditEntry.reason, row=entry.id, account=KeyRow.STAFF, value=by.reason)
        entry.digest = self._fields.index(AuditEntry.digest, _content(entry))
        entry.save(force_insert=True)
        number = entry.number
        crash.at("staff.acting")
        unit.after(lambda: crash.at("staff.acted"))
        unit.after(lambda: log.info("audit.written", kind=verb, entry=number))

    def last(self, unit: Unit, verb: str, *, subject: str) -> datetime | None:
        """When staff last did this to it; None where they never did."""
        del unit
        done = (AuditEntry.subject == subject) & (AuditEntry.verb == verb)
        row = AuditEntry.select(AuditEntry.at).where(done).order_by(AuditEntry.number.desc()).first()
        return row.at if row is not None else None

    def entries(self, *, newest: int) -> list[Entry]:
        """The last ones, oldest of them first. That they were read is written to the access record."""
        with self._database.connection():
            rows = list(AuditEntry.select().order_by(AuditEntry.number.desc()).limit(newest))
        return [
            Entry(row.number, row.at, row.actor, row.verb, row.subject, self._reason(row)) for row in reversed(rows)
        ]

    def breaks(self) -> list[Break]:
        """Where the chain does not hold; empty while it does. Reads it whole, a batch at a time."""
        return list(self._broken(self._database.clock.now()))

    def alarm(self) -> int:
        """An error in the log while the chain is broken; in how many places it is."""
        if found := self.breaks():
            log.error("audit.broken", entry=found[0].number, count=len(found))
        return len(found)

    def _reason(self, row: AuditEntry) -> str:
        return self._fields.open(AuditEntry.reason, row, purpose=PURPOSE) or ""

    def _broken(self, now: datetime) -> Iterator[Break]:
        before: AuditEntry | None = None
        for entry in self._in_order():
            if before is None:
                # The older ones went with their period, or too early.
                if entry.number > 1 and (entry.before_at is None or entry.before_at > now - STAFF_ACCESS):
                    yield Break(entry.number, "entries before it are missing, and their time was not over")
            elif entry.number != before.number + 1:
                yield Break(entry.number, f"{entry.number - before.number - 1} entries before it are missing")
            elif bytes(entry.before or b"") != bytes(before.digest):
                yield Break(entry.number, "it was not written after the one before it")
            if bytes(entry.digest) not in self._fields.indexes(AuditEntry.digest, _content(entry)):
                yield Break(entry.number, "its content was changed, or it was written with another key")
            before = entry

    def _in_order(self) -> Iterator[AuditEntry]:
        last = 0
        while True:
            with self._database.connection():
                after = AuditEntry.select().where(AuditEntry.number > last).order_by(AuditEntry.number)
                rows = list(after.limit(BATCH))
            if not rows:
                return
            yield from rows
            last = rows[-1].number


def demand(by: Act) -> None:
    """For a verb that does much before it writes. Raises Rejected("audit.actor" | "audit.reason")."""
    if not ACTOR.fullmatch(by.actor):
        raise Rejected("audit.actor")
    if not by.reason.strip() or len(by.reason) > LONGEST_REASON:
        raise Rejected("audit.reason", most=LONGEST_REASON)


def _content(entry: AuditEntry) -> str:
    """Every column but the digest, so that none can be changed alone."""
    parts = (
        entry.id,
        str(entry.number),
        entry.account,
        entry.actor,
        entry.verb,
        bytes(entry.reason or b"").hex(),
        entry.subject or "",
        entry.at.isoformat(),
        entry.before_at.isoformat() if entry.before_at else "",
        bytes(entry.before or b"").hex(),
    )
    return binding(*parts).hex()
