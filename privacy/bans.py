"""Bans: who broke the Terms makes nothing more. Their rights stay, and they are told why and how to object."""

from __future__ import annotations

from consent.accounts import lock
from database import Unit
from errors import Rejected
from generation.deliver import Deliver
from jobs.desk import Desk
from models import Account
from policy.reports import BANS
from privacy.account_news import tell_soon
from privacy.audit import Act, Audit
from privacy.halt import halt, stop_work
from states import move
from support.announcements import Announcements

BANNED = "account.banned"


class Bans:
    """Called inside a unit; each act is written to the staff's log in it."""

    def __init__(self, *, desk: Desk, deliver: Deliver, announcements: Announcements, audit: Audit) -> None:
        self._desk = desk
        self._deliver = deliver
        self._announcements = announcements
        self._audit = audit

    def ban(self, unit: Unit, by: Act, account: str, *, reason: str) -> int:
        """How many orders ended and were given back. `reason`: a class of `policy.reports.BANS`.

        Raises Rejected("ban.reason" | "person.gone" | "ban.closing" | "ban.already").
        """
        if reason not in BANS:
            raise Rejected("ban.reason")
        stop_work(unit, self._desk, account)
        self._move(account, come_from=Account.ACTIVE, to=Account.BANNED, otherwise="ban.already", banned_for=reason)
        ended = halt(unit, self._desk, account, reason=BANNED)
        tell_soon(unit, self._desk, account)
        self._audit.record(unit, by, "account.ban", subject=account)
        return ended

    def unban(self, unit: Unit, by: Act, account: str) -> None:
        """What waited for the end of the ban comes now. Raises Rejected("person.gone" | "ban.closing" | "ban.none")."""
        self._move(account, come_from=Account.BANNED, to=Account.ACTIVE, otherwise="ban.none", banned_for=None)
        self._deliver.bring_back(unit, account)
        self._announcements.bring_back(unit, account)
        tell_soon(unit, self._desk, account)
        self._audit.record(unit, by, "account.unban", subject=account)

    @staticmethod
    def _move(account: str, *, come_from: str, to: str, otherwise: str, **changes: object) -> None:
        row = lock(account)
        if row is None:
            raise Rejected("person.gone")
        if row.state == Account.CLOSING:
            raise Rejected("ban.closing")
        if not move(Account, account, come_from=(come_from,), to=to, **changes):
            raise Rejected(otherwise)
