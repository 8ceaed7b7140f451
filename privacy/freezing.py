"""What staff do about a report: freeze the account, and then erase it or let it go.

Frozen means that the keys of its pictures are held back: nobody opens one, in no process, half a minute after the
commit. Rights that need no picture stay.
"""

from __future__ import annotations

from typing import Any, Protocol

from consent.accounts import lock
from custody import destroy
from custody.keys import Keys
from custody.media import EXPORT as COPY
from database import Unit
from errors import Rejected
from generation.deliver import Deliver
from generation.kinds import DESTROY
from jobs.desk import Desk
from models import Account, Erasure, Export, Link, Media, Report
from privacy.account_news import tell_soon
from privacy.audit import Act, Audit
from privacy.export import EXPORT, EXPORT_FAILED
from privacy.halt import halt, stop_work
from privacy.reports import Reports
from states import move

FROZEN = "account.frozen"
SOURCE = "report"  # where an erasure came from


class Erases(Protocol):
    """The deletions that people, and here the staff, ask for."""

    def ask(self, unit: Unit, *, account: str, scope: str, source: str, at_once: bool = False) -> Any: ...


class Freezing:
    """Called inside a unit; each act is written to the staff's log in it, for the case and for the account."""

    def __init__(
        self, *, keys: Keys, desk: Desk, deliver: Deliver, audit: Audit, reports: Reports, erasures: Erases
    ) -> None:
        self._keys = keys
        self._desk = desk
        self._deliver = deliver
        self._audit = audit
        self._reports = reports
        self._erasures = erasures

    def freeze(self, unit: Unit, by: Act, number: str, *, account: str | None = None) -> Report:
        """`account`: whom it is about, where the case does not say so yet, or says it wrongly.

        Raises Rejected("report.unknown" | "report.ended" | "report.nobody" | "report.frozen").
        """
        row = self._reports.under_way(number)
        if row.state == Report.FROZEN:
            raise Rejected("report.frozen")
        person = self._accused(unit, account or row.accused)
        self._reports.decide(unit, row, to=Report.FROZEN, accused=person.id)
        if person.frozen_at is None:
            self._lock_up(unit, person.id)
            tell_soon(unit, self._desk, person.id)
        self._record(unit, by, "freeze", row)
        return row

    def release(self, unit: Unit, by: Act, number: str) -> Report:
        """The case ends, and with the last one the freeze. Raises Rejected("report.unknown" | "report.not_frozen")."""
        row = self._reports.get(number)
        if row.state != Report.FROZEN:
            raise Rejected("report.not_frozen", state=row.state)
        person = lock(str(row.accused))
        self._reports.decide(unit, row, to=Report.RELEASED)
        others = Report.select().where((Report.accused == row.accused) & (Report.state == Report.FROZEN))
        if person is not None and not others.exists():
            Account.update(frozen_at=None).where(Account.id == person.id).execute()
            self._keys.thaw(unit, person.id)
            self._deliver.bring_back(unit, person.id)
            tell_soon(unit, self._desk, person.id)
        self._record(unit, by, "release", row)
        return row

    def erase(self, unit: Unit, by: Act, number: str, *, account: str | None = None) -> Report:
        """The case ends with the account, at once and for good; who is gone already needs no second time.

        Raises Rejected("report.unknown" | "report.ended" | "report.nobody"), Rejected("report.other_person") where
        somebody else is frozen for it, whom nobody could release any more.
        """
        row = self._reports.under_way(number)
        accused = account or row.accused
        if row.state == Report.FROZEN and accused != row.accused:
            raise Rejected("report.other_person")
        if accused is None:
            raise Rejected("report.nobody")
        self._reports.decide(unit, row, to=Report.ERASED, accused=accused)
        stop_work(unit, self._desk, accused)
        person = lock(accused)
        if person is not None:
            if person.frozen_at is None:  # a copy on its way would be waited for, and hold the pictures
                self._lock_up(unit, accused)
            self._erasures.ask(unit, account=accused, scope=Erasure.ACCOUNT, source=SOURCE, at_once=True)
        self._record(unit, by, "erase", row)
        return row

    def _lock_up(self, unit: Unit, account: str) -> None:
        Account.update(frozen_at=unit.now).where(Account.id == account).execute()
        halt(unit, self._desk, account, reason=FROZEN)
        self._keys.freeze(unit, account)
        self._drop_copies(unit, account)

    def _accused(self, unit: Unit, account: str | None) -> Account:
        if account is None:
            raise Rejected("report.nobody")
        stop_work(unit, self._desk, account)
        found = lock(account)
        if found is None:
            raise Rejected("report.nobody")
        return found

    def _record(self, unit: Unit, by: Act, what: str, row: Report) -> None:
        self._audit.record(unit, by, f"report.{what}", subject=row.id)
        self._audit.record(unit, by, f"account.{what}", subject=row.accused)

    def _drop_copies(self, unit: Unit, account: str) -> None:
        """Copies of their data hold the pictures, and addresses lead to them. A new copy, without pictures, may be
        asked for at once; who waited for one is told that it did not come."""
        Link.delete().where(Link.account == account).execute()
        theirs = Export.account == account
        for export in list(Export.select().where(theirs & Export.state.in_(Export.UNDER_WAY))):
            self._desk.withdraw(unit, subject=export.id, kinds=(EXPORT,))
            failed = {"reason": FROZEN, "manifest": None}
            if move(Export, export.id, come_from=Export.UNDER_WAY, to=Export.FAILED, **failed):
                self._desk.add(unit, EXPORT_FAILED, subject=export.id, account=account)
        for export in list(Export.select().where(theirs & (Export.state == Export.OFFERED))):
            move(Export, export.id, come_from=(Export.OFFERED,), to=Export.SENT)
        for media in list(Media.select(Media.id).where((Media.account == account) & (Media.kind == COPY))):
            if destroy.intend(unit, media.id):
                self._desk.add(unit, DESTROY, subject=media.id, account=account)
