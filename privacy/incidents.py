"""The register of breaches: an incident is declared, contained, assessed, told to the Commissioner in time, and closed.

None is closed before somebody wrote down whether it may do real harm, and before the Commissioner was told of one that
may. What is written about it is appended, under the staff's key; that somebody read it is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import logs
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Rejected
from models import Incident, IncidentNote, KeyRow, new_id
from policy.incidents import ASSESSMENT, DONE, HAPPENED, NO, UNKNOWN, YES
from policy.limits import BREACH_ALARM, BREACH_TOLD_WITHIN, LONGEST_ENTRY
from privacy import deadlines
from privacy.audit import Act, Audit
from privacy.deadlines import LATE, SOON
from privacy.reports import new_number, read
from privacy.requests import Owed
from states import move

PURPOSE = "rights"  # which names breach notices
SETTLED = "settled"  # told, or decided that nobody must be

log = logs.get()


@dataclass(frozen=True, repr=False)
class Entry:
    """An entry as it is read, its words opened. `part` is one of `policy.incidents.PARTS`."""

    at: datetime
    part: str
    words: str


class Incidents:
    """Methods with a unit are called inside it; what staff do is written to their log in the same transaction."""

    def __init__(self, database: Database, fields: Fields, keys: Keys, audit: Audit) -> None:
        self._database = database
        self._fields = fields
        self._keys = keys
        self._audit = audit

    def declare(
        self,
        unit: Unit,
        by: Act,
        *,
        kind: str,
        words: str,
        noticed: datetime | None = None,
        happened: datetime | None = None,
    ) -> Incident:
        """The time runs from `noticed` (now, or before) on.

        Raises Rejected("incident.not_yet" | "incident.order" | "incident.words").
        """
        noticed = noticed or unit.now
        if noticed > unit.now:
            raise Rejected("incident.not_yet")
        if happened is not None and happened > noticed:
            raise Rejected("incident.order")
        row = Incident(
            id=new_number(),
            kind=kind,
            happened_at=happened,
            noticed_at=noticed,
            declared_at=unit.now,
            due_at=noticed + BREACH_TOLD_WITHIN,
        )
        row.save(force_insert=True)
        self._write(unit, row, HAPPENED, words)
        self._audit.record(unit, by, "incident.declare", subject=row.id)
        unit.after(lambda: log.error("incident.declared", kind=kind))
        return row

    def note(self, unit: Unit, by: Act, number: str, *, part: str, words: str, harm: str | None = None) -> Incident:
        """One more entry. An assessment may decide whether real harm is likely, and a later one otherwise.

        Raises Rejected("incident.unfounded") for a decision without an assessment, Rejected("incident.words") and what
        `under_way` raises.
        """
        row = self.under_way(number)
        if harm is not None and part != ASSESSMENT:
            raise Rejected("incident.unfounded")
        if not Incident.update(harm=harm or Incident.harm).where(_still(row)).execute():
            raise Rejected("incident.closed")  # by somebody else, in the same moment
        self._write(unit, row, part, words)
        self._audit.record(unit, by, "incident.note", subject=row.id)
        return self.get(number)

    def contained(self, unit: Unit, by: Act, number: str, words: str) -> Incident:
        """It does no more harm than it has. Raises Rejected("incident.contained" | "incident.words") and what
        `under_way` raises."""
        row = self.under_way(number)
        if not move(Incident, row.id, come_from=(Incident.OPEN,), to=Incident.CONTAINED, contained_at=unit.now):
            raise Rejected("incident.contained")
        self._write(unit, row, DONE, words)
        self._audit.record(unit, by, "incident.contained", subject=row.id)
        return self.get(number)

    def notified(self, unit: Unit, by: Act, number: str, *, at: datetime | None = None) -> Incident:
        """The Commissioner was told. Raises Rejected("incident.notified" | "incident.not_yet" | "incident.order" |
        "incident.changed") and what `under_way` raises."""
        row, at = self.under_way(number), at or unit.now
        if at > unit.now:
            raise Rejected("incident.not_yet")
        if at < row.noticed_at:
            raise Rejected("incident.order")
        if row.notified_at is not None:
            raise Rejected("incident.notified")
        if not Incident.update(notified_at=at).where(_still(row) & Incident.notified_at.is_null()).execute():
            raise Rejected("incident.changed")
        self._audit.record(unit, by, "incident.notified", subject=row.id)
        return self.get(number)

    def close(self, unit: Unit, by: Act, number: str) -> Incident:
        """Its time in the register begins to run.

        Raises Rejected("incident.undecided" | "incident.untold" | "incident.not_contained" | "incident.changed") and
        what `under_way` raises.
        """
        row = self.under_way(number)
        if row.harm == UNKNOWN:
            raise Rejected("incident.undecided")
        if owed(row):
            raise Rejected("incident.untold")
        if row.state == Incident.OPEN:
            raise Rejected("incident.not_contained")
        settled = (Incident.harm == NO) | ((Incident.harm == YES) & Incident.notified_at.is_null(False))
        change = {"closed_at": unit.now}
        if not move(Incident, row.id, come_from=(Incident.CONTAINED,), to=Incident.CLOSED, where=settled, **change):
            raise Rejected("incident.changed")  # by somebody else, in the same moment
        self._audit.record(unit, by, "incident.close", subject=row.id)
        return self.get(number)

    def show(self, unit: Unit, by: Act, number: str) -> tuple[Incident, list[Entry]]:
        """All that was written, oldest first. That it was opened is recorded, and stands in the staff's log."""
        row = self.get(number)
        self._audit.record(unit, by, "incident.show", subject=row.id)
        notes = IncidentNote.select().where(IncidentNote.incident == row.id).order_by(IncidentNote.at, IncidentNote.id)
        return row, [Entry(note.at, note.part, self._words(note)) for note in notes]

    def get(self, number: str) -> Incident:
        """Called with a connection. Raises Rejected("incident.unknown")."""
        row: Incident | None = Incident.get_or_none(Incident.id == read(number))
        if row is None:
            raise Rejected("incident.unknown")
        return row

    def under_way(self, number: str) -> Incident:
        """The same for one that is not closed. Raises Rejected("incident.unknown" | "incident.closed")."""
        row = self.get(number)
        if row.state == Incident.CLOSED:
            raise Rejected("incident.closed")
        return row

    def alarm(self) -> None:
        """An error in the log while the Commissioner waits for one too long, or soon will."""
        found = counted(under_way(self._database), self._database.clock.now())
        if found.late:
            log.error("incidents.late", count=found.late)
        if found.soon:
            log.error("incidents.soon", count=found.soon)

    def _write(self, unit: Unit, row: Incident, part: str, words: str) -> None:
        words = words.strip()
        if not words or len(words) > LONGEST_ENTRY:
            raise Rejected("incident.words")
        self._keys.ensure(unit, KeyRow.STAFF, KeyRow.STAFF)
        note = IncidentNote(id=new_id(), incident=row.id, part=part, at=unit.now)
        note.words = self._fields.seal(IncidentNote.words, row=note.id, account=note.account, value=words)
        note.save(force_insert=True)

    def _words(self, note: IncidentNote) -> str:
        return self._fields.open(IncidentNote.words, note, purpose=PURPOSE) or ""


def under_way(database: Database) -> list[Incident]:
    """Every incident that is not closed, the most urgent first."""
    with database.connection():
        open_ = Incident.closed_at.is_null()
        return list(Incident.select().where(open_).order_by(Incident.due_at, Incident.id))


def owed(row: Incident) -> bool:
    """Whether the Commissioner is still to be told, or it is still to be decided that they need not be."""
    return row.notified_at is None and row.harm != NO


def standing(row: Incident, now: datetime) -> str:
    """As `privacy.deadlines` calls it, by the hours of breaches; SETTLED where nothing is owed any more."""
    return deadlines.standing(row.due_at, now, before=BREACH_ALARM) if owed(row) else SETTLED


def counted(rows: Sequence[Incident], now: datetime) -> Owed:
    places = [standing(row, now) for row in rows]
    return Owed(len(places), places.count(SOON), places.count(LATE))


def _still(row: Incident) -> Any:
    """The condition that nobody closed it since it was read."""
    return (Incident.id == row.id) & (Incident.state != Incident.CLOSED)
