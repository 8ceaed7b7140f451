"""Every kind of work: what does it, what its bad end means, how often it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing.payments import NOTE, REFUND
from custody import destroy
from database import Unit
from errors import Failure
from generation import kinds
from generation.collect import Collect
from generation.greet import Greet
from generation.keeping import shorten
from generation.produce import Produce
from generation.submit import Submit
from jobs.claim import Claim
from jobs.kinds import ANEW, GENERATION, RIGHTS, Kind
from privacy.account_news import ACCOUNT_NEWS, AccountNews
from privacy.erase import Eraser
from privacy.erasures import ERASE
from privacy.export import EXPORT, EXPORT_FAILED, EXPORT_OVER, Exports
from privacy.receipts import RECEIPT, Receipts
from privacy.report_news import REPORT_NEWS, ReportNews
from support import tickets
from support.announcements import INFORM

if TYPE_CHECKING:
    from workers.house import House


def picture_kinds(house: House, produce: Produce, greet: Greet) -> tuple[Kind, ...]:
    def nothing(claim: Claim, failure: Failure, unit: Unit) -> None:
        """A courtesy that did not reach the person; nothing of theirs depends on it."""

    def destroyed(claim: Claim) -> None:
        destroy.destroy(house.database, house.media.store, claim.subject)
        with claim.finish():
            pass

    def anew(claim: Claim, failure: Failure, unit: Unit) -> None:
        """It took its worker down again and again: whatever that was may be over by then."""
        house.desk.add(unit, claim.kind, subject=claim.subject, account=claim.account, wait=ANEW)

    def shortened(claim: Claim) -> None:
        shorten(house.desk, claim)

    return (
        Kind(
            name=kinds.INTAKE,
            about="photo",
            queue=GENERATION,
            do=house.photos.take_in,
            ended_badly=house.photos.not_taken_in,
        ),
        Kind(name=kinds.GREET, about="photo", queue=GENERATION, do=greet.do, ended_badly=nothing, tries=8),
        Kind(
            name=kinds.PRODUCE,
            about="order",
            queue=GENERATION,
            do=produce.do,
            ended_badly=produce.ended_badly,
            again=produce.again,
            tries=6,
        ),
        Kind(
            name=kinds.DELIVER,
            about="order",
            queue=GENERATION,
            do=house.deliver.result,
            ended_badly=house.deliver.not_delivered,
            tries=20,
        ),
        Kind(name=kinds.TELL, about="order", queue=GENERATION, do=house.deliver.reason, ended_badly=nothing, tries=10),
        Kind(name=kinds.ORIGINAL, about="order", queue=GENERATION, do=house.deliver.original, ended_badly=nothing),
        Kind(
            name=REFUND,
            about="payment",
            queue=RIGHTS,
            do=house.refunds.do,
            ended_badly=house.refunds.not_sent,
            tries=200,
        ),
        Kind(name=NOTE, about="payment", queue=RIGHTS, do=house.notes.payment, ended_badly=nothing, tries=10),
        # The law's notices are tried for days; Telegram may be away for as long.
        Kind(
            name=INFORM,
            queue=RIGHTS,
            do=house.announcements.tell,
            ended_badly=house.announcements.not_told,
            again=house.announcements.again,
            tries=2000,
        ),
        Kind(name=kinds.SHORTEN, queue=RIGHTS, do=shortened, ended_badly=nothing, tries=1_000_000),
        # What was promised to be destroyed is tried until it is.
        Kind(name=kinds.DESTROY, queue=RIGHTS, do=destroyed, ended_badly=anew, tries=1_000_000),
    )


def export_kinds(exports: Exports) -> tuple[Kind, ...]:
    return (
        Kind(name=EXPORT, queue=RIGHTS, do=exports.do, ended_badly=exports.ended_badly, tries=30),
        Kind(name=EXPORT_FAILED, queue=RIGHTS, do=exports.tell, ended_badly=exports.not_told, tries=30),
        # That a copy goes after its time was promised: tried until it is done.
        Kind(name=EXPORT_OVER, queue=RIGHTS, do=exports.over, ended_badly=exports.not_over, tries=1_000_000),
    )


def ticket_kinds(house: House) -> tuple[Kind, ...]:
    files, answers = house.attachments, house.answers

    def nothing(claim: Claim, failure: Failure, unit: Unit) -> None:
        """The ticket stands as it is; that it was said did not reach the person."""

    return (
        Kind(name=tickets.FETCH, queue=GENERATION, do=files.fetch, ended_badly=files.not_fetched),
        Kind(name=tickets.NOT_TAKEN, queue=RIGHTS, do=files.tell, ended_badly=nothing, tries=10),
        # Somebody waits for it: tried for days, as Telegram may be away for as long.
        Kind(name=tickets.ANSWER, queue=RIGHTS, do=answers.bring, ended_badly=answers.not_brought, tries=1000),
        Kind(name=tickets.RESOLVED, queue=RIGHTS, do=answers.tell_resolved, ended_badly=nothing, tries=1000),
    )


def standing_kinds(account: AccountNews, report: ReportNews) -> tuple[Kind, ...]:
    """How an account stands, and how a report was decided, is said for days; Telegram may be away for as long."""
    return (
        Kind(name=ACCOUNT_NEWS, queue=RIGHTS, do=account.tell, ended_badly=account.not_told, tries=1000),
        Kind(name=REPORT_NEWS, queue=RIGHTS, do=report.tell, ended_badly=report.not_told, tries=1000),
    )


def erasure_kinds(eraser: Eraser, receipts: Receipts) -> tuple[Kind, ...]:
    return (
        # What was promised to be destroyed is tried until it is.
        Kind(name=ERASE, about="erasure", queue=RIGHTS, do=eraser.do, ended_badly=eraser.ended_badly, tries=1_000_000),
        Kind(name=RECEIPT, about="erasure", queue=RIGHTS, do=receipts.do, ended_badly=receipts.not_sent, tries=1000),
    )


def video_kinds(submit: Submit, collect: Collect) -> tuple[Kind, ...]:
    return (
        Kind(
            name=kinds.SUBMIT,
            about="task",
            queue=GENERATION,
            do=submit.do,
            ended_badly=submit.ended_badly,
            again=submit.again,
            tries=8,
        ),
        Kind(
            name=kinds.COLLECT, about="task", queue=GENERATION, do=collect.do, ended_badly=collect.ended_badly, tries=8
        ),
    )
