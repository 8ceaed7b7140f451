"""A person is told how their account stands: frozen, banned, or open again. What is said is what is so at that time."""

from __future__ import annotations

import crash
from database import Database, Unit
from errors import Failure, Permanent
from generation.chat import Chats
from jobs.claim import Claim
from jobs.desk import Desk
from models import Account
from wording import standing as says
from wording.language import Translate
from wording.message import Message

ACCOUNT_NEWS = "account_news"  # the kind of work; its subject is the account
GONE = ("account.gone", "telegram.blocked")


def tell_soon(unit: Unit, desk: Desk, account: str) -> None:
    """Once for all that was not told yet."""
    desk.withdraw(unit, subject=account, kinds=(ACCOUNT_NEWS,))
    desk.add(unit, ACCOUNT_NEWS, subject=account, account=account)


class AccountNews:
    """`chats` are opened for service announcements. A kill between the sending and its note may tell twice."""

    def __init__(self, database: Database, chats: Chats, *, support_email: str) -> None:
        self._database = database
        self._chats = chats
        self._support = support_email

    def tell(self, claim: Claim) -> None:
        """Who cannot be reached reads it at the next thing they do."""
        with self._database.connection():
            row: Account | None = Account.get_or_none(Account.id == claim.subject)
        if row is not None and row.state != Account.CLOSING:
            standing = row
            try:
                self._chats.write(row.id, lambda _: self._words(_, standing))
            except Permanent as error:
                if error.code not in GONE:
                    raise
            crash.at("account_news.sent")
        with claim.finish():
            pass

    def not_told(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """They are told by whatever they try next."""

    def _words(self, _: Translate, row: Account) -> Message:
        if row.state == Account.BANNED:
            return says.banned(_, reason=row.banned_for or "abuse", support_email=self._support)
        if row.frozen_at is not None:
            return says.frozen(_, support_email=self._support)
        return says.open_again(_)
