"""Whoever reported in the bot is told how it was decided; who reported elsewhere is written to by the staff."""

from __future__ import annotations

import crash
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import Chats
from jobs.claim import Claim
from models import Report
from privacy.account_news import GONE
from wording.reports import decided

REPORT_NEWS = "report_news"  # the kind of work; its subject is the case


class ReportNews:
    """`chats` are opened for support. A kill between the sending and its note may tell twice."""

    def __init__(self, database: Database, chats: Chats, *, support_email: str) -> None:
        self._database = database
        self._chats = chats
        self._support = support_email

    def tell(self, claim: Claim) -> None:
        """Nobody is told where nobody can be reached any more."""
        with self._database.connection():
            row: Report | None = Report.get_or_none((Report.id == claim.subject) & Report.ended_at.is_null(False))
        if row is not None and row.reporter is not None:
            number, erased = row.id, row.state == Report.ERASED
            try:
                self._chats.write(
                    row.reporter, lambda _: decided(_, number=number, erased=erased, support_email=self._support)
                )
            except Permanent as error:
                if error.code not in GONE:
                    raise
            crash.at("report_news.sent")
        with claim.finish():
            pass

    def not_told(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """The case has ended all the same."""
