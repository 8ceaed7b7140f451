"""Reports: a child's data, or a person who never agreed. Each is a case with a clock, open to people who are no users.

A report by itself changes nothing for anybody, so that nobody can lock out somebody else: staff do, by `Freezing`.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import logs
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Rejected
from jobs.desk import Desk
from models import KeyRow, Report
from policy.limits import LONGEST_CONTACT, LONGEST_REPORT, REPORT_ALARM, REPORT_WITHIN, REPORTS_A_DAY
from policy.terms import DAY
from privacy import deadlines
from privacy.audit import Act, Audit
from privacy.deadlines import LATE, SOON
from privacy.report_news import REPORT_NEWS
from privacy.requests import Owed
from states import move

PURPOSE = "support"
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
LENGTH = 10  # of a number: one in 10^14 is guessed or drawn twice
NUMBER = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
WORDS_WITHIN = timedelta(minutes=15)  # after a tap, the next message of its person is its words
ALARM_EVERY = 600.0  # seconds

log = logs.get()


@dataclass(frozen=True, kw_only=True, repr=False)
class Said:
    """What somebody reports. `place`: where it was seen; `contact`: how they may be reached, if they say so."""

    kind: str
    source: str
    words: str | None = None
    place: str | None = None
    contact: str | None = None
    reporter: str | None = None
    accused: str | None = None
    photo: str | None = None
    order: str | None = None


@dataclass(frozen=True, repr=False)
class Opened:
    """The sealed parts of a case, opened."""

    row: Report
    words: str | None
    place: str | None
    contact: str | None


class Reports:
    """Methods with a unit are called inside it; what staff do is written to their log in the same transaction."""

    def __init__(self, database: Database, fields: Fields, keys: Keys, desk: Desk, audit: Audit) -> None:
        self._database = database
        self._desk = desk
        self._fields = fields
        self._keys = keys
        self._audit = audit

    def open(self, unit: Unit, said: Said, *, received: datetime | None = None) -> Report:
        """A case, whose time runs from `received` (now, or before) on.

        Raises Rejected("report.too_long" | "report.too_many" | "request.not_yet").
        """
        received = received or unit.now
        if received > unit.now:
            raise Rejected("request.not_yet")
        if said.reporter is not None:
            self._demand_moderation(said.reporter, unit.now)
        case = new_number()
        row = Report(
            id=case,
            kind=said.kind,
            source=said.source,
            state=Report.OPEN,
            reporter=said.reporter,
            accused=said.accused,
            photo=said.photo,
            order=said.order,
            words=self._seal(unit, Report.words, case, said.words, LONGEST_REPORT),
            place=self._seal(unit, Report.place, case, said.place, LONGEST_REPORT),
            contact=self._seal(unit, Report.contact, case, said.contact, LONGEST_CONTACT),
            words_until=unit.now + WORDS_WITHIN if said.reporter is not None else None,
            received_at=received,
            due_at=received + REPORT_WITHIN,
        )
        row.save(force_insert=True)
        unit.after(lambda: log.warning("report.opened", kind=said.kind))
        return row

    def open_for(self, unit: Unit, by: Act, said: Said, *, received: datetime | None = None) -> Report:
        """The same for one that reached the staff. Raises what `open` raises."""
        row = self.open(unit, said, received=received)
        self._audit.record(unit, by, "report.open", subject=row.id)
        return row

    def waiting(self, account: str, now: datetime) -> Report | None:
        """The case that the next message of this person is about. Called with a connection."""
        theirs = (Report.reporter == account) & (Report.words_until > now)
        found: Report | None = Report.select().where(theirs).order_by(Report.words_until.desc()).first()
        return found

    def add_words(self, unit: Unit, row: Report, words: str) -> None:
        """The words that a case waited for. Raises Rejected("report.too_long")."""
        sealed = self._seal(unit, Report.words, row.id, words, LONGEST_REPORT)
        Report.update(words=sealed, words_until=None).where(Report.id == row.id).execute()

    def wait_no_more(self, account: str) -> bool:
        """The person has said all they wanted: what they write is no part of a report any more."""
        theirs = (Report.reporter == account) & Report.words_until.is_null(False)
        return bool(Report.update(words_until=None).where(theirs).execute())

    def get(self, number: str) -> Report:
        """Called with a connection. Raises Rejected("report.unknown")."""
        row: Report | None = Report.get_or_none(Report.id == read(number))
        if row is None:
            raise Rejected("report.unknown")
        return row

    def under_way(self, number: str) -> Report:
        """The same for one that has not ended. Raises Rejected("report.unknown" | "report.ended")."""
        row = self.get(number)
        if row.state not in Report.UNDER_WAY:
            raise Rejected("report.ended", state=row.state)
        return row

    def show(self, unit: Unit, by: Act, number: str) -> Opened:
        """The words themselves. That they were opened is recorded, and stands in the staff's log."""
        row = self.get(number)
        self._audit.record(unit, by, "report.show", subject=row.id)
        words, place, contact = (
            self._fields.open(column, row, purpose=PURPOSE) for column in (Report.words, Report.place, Report.contact)
        )
        return Opened(row, words, place, contact)

    def unfounded(self, unit: Unit, by: Act, number: str) -> Report:
        """Nothing is wrong, and nothing is erased. Raises Rejected("report.frozen") where somebody is frozen for it:
        they are released; and what `under_way` raises."""
        row = self.under_way(number)
        if row.state == Report.FROZEN:
            raise Rejected("report.frozen")
        self.decide(unit, row, to=Report.UNFOUNDED)
        self._audit.record(unit, by, "report.unfounded", subject=row.id)
        return row

    def decide(self, unit: Unit, row: Report, *, to: str, accused: str | None = None) -> None:
        """Along `Report.MOVES`. Raises Rejected("report.ended") where somebody else did in the same moment."""
        accused = accused or row.accused
        changes = {"decided_at": row.decided_at or unit.now, "words_until": None, "accused": accused}
        if to not in Report.UNDER_WAY:
            changes["ended_at"] = unit.now
        if not move(Report, row.id, come_from=(row.state,), to=to, **changes):
            raise Rejected("report.ended")
        row.state, row.accused = to, accused
        if to not in Report.UNDER_WAY and row.reporter is not None:
            self._desk.add(unit, REPORT_NEWS, subject=row.id, account=row.reporter)

    def alarm(self) -> None:
        """An error in the log while a case is late, or will be within the hours of the register."""
        found = counted(under_way(self._database), self._database.clock.now())
        if found.late:
            log.error("reports.late", count=found.late)
        if found.soon:
            log.error("reports.soon", count=found.soon)

    def _demand_moderation(self, account: str, now: datetime) -> None:
        lately = (Report.reporter == account) & (Report.received_at > now - DAY)
        if Report.select().where(lately).count() >= REPORTS_A_DAY:
            raise Rejected("report.too_many")

    def _seal(self, unit: Unit, column: object, case: str, said: str | None, longest: int) -> bytes | None:
        said = (said or "").strip()
        if not said:
            return None
        if len(said) > longest:
            raise Rejected("report.too_long")
        self._keys.ensure(unit, case, KeyRow.CASE)
        return self._fields.seal(column, row=case, account=case, value=said)


def new_number() -> str:
    """Says nothing about who, when or how many, and opens nothing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read(number: str) -> str:
    """A number as people type it: in capitals, with dashes or spaces."""
    return re.sub(r"[\s-]", "", number).lower()


def under_way(database: Database) -> list[Report]:
    """Every case that has not ended, the most urgent first."""
    with database.connection():
        open_ = Report.ended_at.is_null()
        return list(Report.select().where(open_).order_by(Report.due_at, Report.id))


def standing(due_at: datetime, now: datetime) -> str:
    """As `privacy.deadlines` calls it, by the hours of reports."""
    return deadlines.standing(due_at, now, before=REPORT_ALARM)


def counted(rows: list[Report], now: datetime) -> Owed:
    places = [standing(row.due_at, now) for row in rows]
    return Owed(len(places), places.count(SOON), places.count(LATE))
