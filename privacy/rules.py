"""The rules of retention: for every table what its period counts from, and what is meant by going. The periods are the
register's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from peewee import SQL, fn

from custody.keys import Keys
from models import (
    AbuseMark,
    Acceptance,
    Access,
    Account,
    Announcement,
    AuditEntry,
    Backup,
    Base,
    Breaker,
    CanaryRun,
    CorrectionNote,
    Cost,
    DailyCount,
    Disclosure,
    EndedAccount,
    Erasure,
    ErasureMark,
    Export,
    Finding,
    Heartbeat,
    Incident,
    IncidentNote,
    Invoice,
    KeyRow,
    Lease,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Link,
    Media,
    Order,
    Pacing,
    Pause,
    Payment,
    PrivacyChoice,
    PromotionChoice,
    Receipt,
    Refusal,
    Report,
    RetentionRun,
    RightsRequest,
    SeenUpdate,
    Slots,
    StrayObject,
    Telling,
    Ticket,
    TicketMessage,
    VideoTask,
    Work,
)
from policy.categories import (
    ANNOUNCEMENT,
    BACKUP_ROW,
    CANARY_RUN,
    DAILY_COUNT,
    ENDED_WORK,
    LOST_PROCESS,
    NOT_KEPT,
    RETENTION_RUN,
    SEEN_UPDATES,
    STRAY_OBJECT,
    UNTAKEN_OFFER,
)
from privacy.ended_accounts import NOTHING_UNDER_WAY, Clearing, Consents
from privacy.erasure_records import ErasureRecords
from privacy.objects import Strays
from privacy.old_books import SETTLED, Books
from privacy.old_cases import Cases
from privacy.old_incidents import Breaches
from privacy.old_payments import Payments
from privacy.old_tickets import Tickets
from privacy.sweep import NOBODY, Rows, Sweep, period_of
from vault.store import Store

USAGE = SQL("price IS NOT NULL")  # in words that the partial index has, too
OFFERED = SQL("state = 'offered'")
ENDED = fn.COALESCE(Order.ended_at, Order.created_at)

# Tables without a rule of their own, and what ends their rows instead.
# Photos have one for those whose person chose an end (`by_choice`); others end by their deletion or the account's.
BY_EVENT: Mapping[type[Base], str] = {
    Account: "closing the account",
    Media: "deletion, by a row of work that is tried until the object is gone",
    KeyRow: "closing the account; the transactions key with the last payment, a case's key with the case",
    VideoTask: "closing the account",
    Disclosure: "closing the account",
    Export: "a row of work, `COPY_OF_DATA` after the copy was made; closing the account",
    Acceptance: "`consents`, from the account's end on",
    Telling: "`consents`, from the account's end on",
    PromotionChoice: "`consents`, from the account's end on",
    PrivacyChoice: "`consents`, from the account's end on",
    CorrectionNote: "closing the account",
    LedgerAccount: "the entries that moved credits through it",
    LedgerLine: "its entry",
    TicketMessage: "its ticket",
    IncidentNote: "its incident",
    Slots: "nothing: one row a provider",
    Pause: "nothing: one row a switch",
    Breaker: "nothing: one row a provider",
    Finding: "nothing: one row a check",
    Lease: "nothing: one row a duty",
    Pacing: "nothing: one row a service",
    ErasureMark: "nothing: one row",
}


def rules(keys: Keys, store: Store) -> tuple[Sweep, ...]:
    """In an order in which what needs something else to be gone comes after it."""
    return (
        _forgotten("seen_update", SeenUpdate, SeenUpdate.at, SEEN_UPDATES),
        Rows(
            name="untaken_offer",
            category="prompts",
            model=Order,
            start=Order.created_at,
            period=UNTAKEN_OFFER,
            only=OFFERED,
        ),
        _kept("invoice", "invoices", Invoice, Invoice.created_at),
        # Its time is written into the row when it is made; the period is in it.
        Rows(name="link", category="links", model=Link, start=Link.expires_at, period=NOT_KEPT),
        _kept("abuse_mark", "abuse_marks", AbuseMark, AbuseMark.at),
        _kept("access_record", "access", Access, Access.at),
        _kept("audit_entry", "access", AuditEntry, AuditEntry.at),
        Rows(
            name="rights_request",
            category="requests",
            model=RightsRequest,
            start=RightsRequest.ended_at,
            period=period_of("requests"),
            only=RightsRequest.ended_at.is_null(False),
        ),
        _kept("refusal", "refusals", Refusal, Refusal.at),
        Tickets(
            name="ticket",
            category="support",
            model=Ticket,
            start=Ticket.resolved_at,
            period=period_of("support"),
            only=Ticket.resolved_at.is_null(False),
            keys=keys,
        ),
        Cases(
            name="report",
            category="support",
            model=Report,
            start=Report.ended_at,
            period=period_of("support"),
            only=Report.ended_at.is_null(False),
            keys=keys,
        ),
        Breaches(
            name="incident",
            category="breaches",
            model=Incident,
            start=Incident.closed_at,
            period=period_of("breaches"),
            only=Incident.closed_at.is_null(False),
        ),
        Rows(
            name="announcement",
            category=NOBODY,
            model=Announcement,
            start=Announcement.ended_at,
            period=ANNOUNCEMENT,
            only=Announcement.ended_at.is_null(False),
        ),
        Rows(
            name="ended_work",
            category="account",
            model=Work,
            start=Work.ended_at,
            period=ENDED_WORK,
            only=Work.ended_at.is_null(False),
        ),
        Clearing(
            name="cleared_account",
            category="account",
            model=EndedAccount,
            start=EndedAccount.asked_at,
            period=period_of("account"),
            only=SQL("cleared_at IS NULL"),
            may_go=NOTHING_UNDER_WAY,
        ),
        Consents(
            name="consents",
            category="consents",
            model=EndedAccount,
            start=EndedAccount.ended_at,
            period=period_of("consents"),
            may_go=EndedAccount.cleared_at.is_null(False) | NOTHING_UNDER_WAY,  # the rule before has cleared these
        ),
        *_transactions(keys),
        _kept("receipt", "erasures", Receipt, Receipt.made_at),
        Rows(
            name="erasure",
            category="erasures",
            model=Erasure,
            start=Erasure.done_at,
            period=period_of("erasures"),
            only=Erasure.done_at.is_null(False),
        ),
        ErasureRecords(store, category="erasures", period=period_of("erasures")),
        Strays(
            name="stray_object",
            category=NOBODY,
            model=StrayObject,
            start=StrayObject.found_at,
            period=STRAY_OBJECT,
            store=store,
        ),
        Rows(
            name="daily_count",
            category=NOBODY,
            model=DailyCount,
            start=DailyCount.day,
            period=DAILY_COUNT,
        ),
        _forgotten("heartbeat", Heartbeat, Heartbeat.seen_at, LOST_PROCESS),
        _forgotten("retention_run", RetentionRun, RetentionRun.started_at, RETENTION_RUN),
        Rows(
            name="backup",
            category=NOBODY,
            model=Backup,
            start=Backup.gone_at,
            period=BACKUP_ROW,
            only=Backup.gone_at.is_null(False),
        ),
        Rows(
            name="canary_run",
            category=NOBODY,
            model=CanaryRun,
            start=CanaryRun.begun_at,
            period=CANARY_RUN,
            may_go=CanaryRun.ended_at.is_null(False),
        ),
    )


def _transactions(keys: Keys) -> tuple[Sweep, ...]:
    category = "transactions"
    period = period_of(category)
    placed, ended = USAGE & (Order.state != Order.OFFERED), Order.state.not_in(Order.OPEN)
    return (
        Rows(
            name="order",
            category=category,
            model=Order,
            start=ENDED,
            period=period,
            only=placed & Order.media.is_null(),
            may_go=ended,
            among=USAGE,
        ),
        # A result that its person keeps needs its row, but not what it once cost.
        Rows(
            name="order_of_result",
            category=category,
            model=Order,
            start=ENDED,
            period=period,
            only=placed & Order.media.is_null(False),
            may_go=ended,
            among=USAGE,
            forget={"price": None, "trial": False, "queued_at": None},
        ),
        _kept("cost", category, Cost, Cost.at),
        Payments(
            name="payment",
            category=category,
            model=Payment,
            start=fn.COALESCE(Payment.ended_at, Payment.paid_at),
            period=period,
            keys=keys,
        ),
        Books(
            name="ledger_entry",
            category=category,
            model=LedgerEntry,
            start=LedgerEntry.at,
            period=period,
            may_go=SETTLED,
        ),
    )


def _kept(name: str, category: str, model: type[Base], start: Any) -> Rows:
    return Rows(name=name, category=category, model=model, start=start, period=period_of(category))


def _forgotten(name: str, model: type[Base], start: Any, period: timedelta) -> Rows:
    return Rows(name=name, category=NOBODY, model=model, start=start, period=period)
