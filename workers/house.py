"""Everything a process may need, and the small regular work of each process group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import logs
from billing.payments import Payments
from billing.reconcile import Reconciliation
from billing.refunds import Refunds
from config import Settings
from consent.accounts import Accounts
from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from database import Database
from errors import Failure
from generation import kinds
from generation.chat import Chats
from generation.deliver import Deliver
from generation.greet import Boards
from generation.links import Links
from generation.notes import Notes
from generation.orders import Orders
from generation.photos import Photos
from generation.slots import VideoSlots
from generation.status import Status
from generation.styles import Catalogue
from generation.upkeep import Upkeep
from generation.watch import Watch
from imaging.intake import Intake
from jobs.desk import Desk
from jobs.duties import Duty
from jobs.kinds import RIGHTS
from privacy.account_news import AccountNews
from privacy.audit import Audit
from privacy.backups import LOOKED_AT_EVERY
from privacy.backups import alarm as backups_alarm
from privacy.bans import Bans
from privacy.canary import EVERY as CANARY_EVERY
from privacy.canary import Canary
from privacy.corrections import Corrections
from privacy.deletion_cases import DeletionCases
from privacy.erase import Eraser
from privacy.erasure_mark import EVERY as MARKED_EVERY
from privacy.erasure_mark import ErasureMarks
from privacy.erasures import EVERY as ERASURES_EVERY
from privacy.erasures import Erasures
from privacy.export import Exports
from privacy.freezing import Freezing
from privacy.incidents import Incidents
from privacy.letters import Letters
from privacy.receipts import EVERY as RECEIPTS_EVERY
from privacy.receipts import Receipts
from privacy.replay import Replay
from privacy.report_news import ReportNews
from privacy.reports import ALARM_EVERY as REPORTS_ALARM_EVERY
from privacy.reports import Reports
from privacy.requests import ALARM_EVERY, Requests
from privacy.retention import COMPARED_EVERY, Retention
from privacy.retention import EVERY as SWEPT_EVERY
from providers.http import Outbound
from providers.telegram import Telegram
from support.announcements import EVERY, Announcements
from support.answers import Answers
from support.attachments import Attachments
from support.office import Office
from support.tickets import Tickets
from traffic.control import Traffic
from watch.checks import AUDIT, OBJECTS, RECONCILE, RETENTION, Checks
from watch.checks import EVERY as CHECKED_EVERY
from watch.meters import Meters

log = logs.get()


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything a process may need, assembled once. `close()` ends what runs beside it."""

    settings: Settings
    database: Database
    keys: Keys
    fields: Fields
    media: MediaVault
    desk: Desk
    accounts: Accounts
    payments: Payments
    refunds: Refunds
    reconciliation: Reconciliation
    telegram: Telegram
    chats: Chats
    photos: Photos
    orders: Orders
    traffic: Traffic
    slots: VideoSlots | None  # None: there are no videos here
    watch: Watch
    links: Links
    status: Status
    deliver: Deliver
    notes: Notes
    announcements: Announcements
    tickets: Tickets
    office: Office
    answers: Answers
    attachments: Attachments
    boards: Boards
    catalogue: Catalogue
    motions: Catalogue
    upkeep: Upkeep
    retention: Retention
    erasure_marks: ErasureMarks
    replay: Replay
    exports: Exports
    erasures: Erasures
    eraser: Eraser
    receipts: Receipts
    audit: Audit
    requests: Requests
    corrections: Corrections
    deletion_cases: DeletionCases
    letters: Letters
    reports: Reports
    incidents: Incidents
    freezing: Freezing
    account_news: AccountNews
    report_news: ReportNews
    bans: Bans
    canary: Canary
    intake: Intake
    outbound: Outbound = field(repr=False)
    meters: Meters = field(repr=False)
    checks: Checks

    def duties(self, queue: str) -> tuple[Duty, ...]:
        """The small regular work of a process group."""
        if queue == RIGHTS:
            return (
                Duty("leftovers", 600.0, self.upkeep.leftovers),
                Duty("outages", 15.0, self.upkeep.outages),
                Duty("retention", SWEPT_EVERY, self._sweep),
                Duty("objects", COMPARED_EVERY, self._compare),
                Duty("erasure_mark", MARKED_EVERY, self.erasure_marks.watch),
                Duty("reconcile", 86_400.0, self.reconcile),
                Duty("announce", EVERY, self._announce),
                Duty("erasures", ERASURES_EVERY, self.erasures.look_after),
                Duty("requests", ALARM_EVERY, self.requests.alarm),
                Duty("reports", REPORTS_ALARM_EVERY, self.reports.alarm),
                Duty("incidents", ALARM_EVERY, self.incidents.alarm),
                Duty("audit", 86_400.0, self._audit),
                Duty("checks", CHECKED_EVERY, self.checks.run),
                Duty("receipts", RECEIPTS_EVERY, self._last_receipts),
                Duty("canary", CANARY_EVERY, self.canary.daily),
                Duty("backups", LOOKED_AT_EVERY, self._backups),
            )
        regular = (Duty("positions", 5.0, self.upkeep.positions, self.upkeep.somebody_waits),)
        if self.slots is None:
            return regular
        return (
            *regular,
            Duty("admit", 1.0, self._admit, self.slots.somebody_waits),
            Duty("look", 1.0, self._look, self.watch.something_is_due),
        )

    def rounds(self) -> dict[str, Callable[[], None]]:
        """What the bell may ask for besides rows."""

        def quietly(act: Callable[[], None]) -> Callable[[], None]:
            def round_() -> None:
                try:
                    act()
                except Failure as error:  # the clock comes back to it
                    log.warning("round.failed", exc_info=error)

            return round_

        return {kinds.ADMIT: quietly(self._admit), kinds.LOOK: quietly(self._look)}

    def _admit(self) -> None:
        if self.slots is not None:
            self.slots.admit()

    def _look(self) -> None:
        """Whatever ended freed a slot."""
        if self.watch.round():
            self._admit()

    def reconcile(self) -> None:
        """Every night: differences are an alarm for ops, who run `python -m ops reconcile` to read them."""
        report = self.reconciliation.run()
        self.checks.found(RECONCILE, len(report.differences))
        for payment in (*report.booked, *report.refunds):
            log.warning("payment.put_right", payment=payment.id, state=payment.state)
        if report.differences:
            log.error("payments.differ", count=len(report.differences))

    def _sweep(self) -> None:
        """A rule that fails is hidden by the others, which have run."""
        try:
            self.retention.run()
        except Failure as error:
            if error.code == "retention.failed":
                self.checks.found(RETENTION, int(error.facts["rules"] or 0))
            raise
        self.checks.found(RETENTION, 0)

    def _compare(self) -> None:
        self.checks.found(OBJECTS, self.retention.compare().missing)

    def _audit(self) -> None:
        self.checks.found(AUDIT, self.audit.alarm())

    def _last_receipts(self) -> None:
        self.receipts.last_copies()

    def _backups(self) -> None:
        if self.settings.production:  # elsewhere nobody makes any
            backups_alarm(self.database)

    def _announce(self) -> None:
        self.announcements.plan()

    def close(self) -> None:
        self.intake.close()
        self.outbound.close()
        self.database.close()
