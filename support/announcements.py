"""Everybody is told of a material change of the policy before it takes effect, each person by a row of their own.

Telegram cannot repeat a sending without a second message, and cannot be asked whether the first one arrived. Between
the two a legal notice comes rather twice than never: a row counts as told only with Telegram's own message number. What
was in the air when a worker was killed is sent again, and `sends` shows that it may have come twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

import crash
import logs
from consent.renewal import agreed, before, last_agreed, news
from database import Database, Unit
from errors import Failure, Permanent
from jobs.claim import Claim
from jobs.desk import Desk
from models import Telling, Work, new_id
from policy.versions import Version
from providers.telegram import Sent
from states import move
from support import people
from wording import privacy as says
from wording.language import Translate
from wording.message import Message

INFORM = "inform"  # the kind of work: one person is told
A_SECOND = 20  # messages; Telegram takes about 30 from a bot, and deliveries go first
EVERY = 5.0  # seconds between two rounds of planning
AT_ONCE = int(A_SECOND * EVERY)  # planned and not yet sent: after a standstill this many may be due in one moment
LOOKED_OVER = timedelta(hours=1)  # until everybody is looked over again: an old release may still open accounts
NOT_SENT = ("pacing.wait", "telegram.wait", "http.unreachable")
CLOSED_CHAT = "telegram.blocked"

log = logs.get()


class Chats(Protocol):
    """The way to a person, opened for announcements."""

    def write(self, account: str, words: Callable[[Translate], Message]) -> Sent | None: ...


class Announcements:
    """`plan` finds who is to be told and writes rows; `tell` tells one of them."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        chats: Chats,
        site: str,
        support_email: str,
        version: Version | None = None,
    ) -> None:
        self.version = version or news()
        self._database = database
        self._desk = desk
        self._chats = chats
        self._site = site
        self._support_email = support_email
        self._look_again_at = datetime.min

    def plan(self) -> int:
        """One round: rows and work for the next people, spread over the time until the next round. How many.

        People are taken in the order of their ids, from the last one who has a row on: nobody is looked at twice, and
        whoever goes on after a kill begins where the rows end.
        """
        if self.version is None or self._database.clock.now() < self._look_again_at:
            return 0
        with self._database.unit() as unit:
            room = AT_ONCE - people.waiting(self.version.id)
            if room <= 0:
                return 0
            last = people.last_planned(self.version.id)
            found = people.untold(self.version.id, room, after=last) or people.untold(self.version.id, room)
            if not found:
                self._look_again_at = unit.now + LOOKED_OVER
            planned = self._add(unit, found)
            unit.after(lambda: crash.at("announce.planned"))
        if planned:
            log.info("policy.telling", version=self.version.id, count=planned)
        return planned

    def tell(self, claim: Claim) -> None:
        """WAITING to TOLD, with the message's number and time; to UNREACHABLE where the chat is closed to us."""
        with self._database.connection():
            waits = (Telling.id == claim.subject) & (Telling.state == Telling.WAITING)
            row = Telling.get_or_none(waits)
            reason = self._needless(row) if row is not None else None
            old = (last_agreed(row.account) or before(row.version)) if row is not None else ""
        if row is None or reason is not None:
            with claim.finish():
                move(Telling, claim.subject, come_from=(Telling.WAITING,), to=Telling.SPARED, reason=reason)
            return
        self._count(claim, row)
        try:
            sent = self._chats.write(row.account, lambda _: self._words(_, old))
        except Permanent as error:
            if error.code != CLOSED_CHAT:
                raise
            with claim.finish():
                move(Telling, row.id, come_from=(Telling.WAITING,), to=Telling.UNREACHABLE, reason=error.code)
            return
        crash.at("inform.sent")
        number = sent.message_id if sent else None
        with claim.finish() as unit:
            told = {"message_id": number, "told_at": unit.now, "reason": None}
            move(Telling, row.id, come_from=(Telling.WAITING,), to=Telling.TOLD, **told)

    def again(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """What surely did not leave does not count as a sending."""
        del unit
        if failure.code in NOT_SENT:
            sent = (Telling.id == claim.subject) & (Telling.sends > 0)
            Telling.update(sends=Telling.sends - 1).where(sent).execute()

    def not_told(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """It did not work, and the reason stands in the row."""
        del unit
        move(Telling, claim.subject, come_from=(Telling.WAITING,), to=Telling.UNREACHABLE, reason=failure.code)
        log.error("policy.not_told", work=claim.id, code=failure.code)

    def bring_back(self, unit: Unit, account: str) -> bool:
        """Somebody who could not be reached is back in the chat: they are told now."""
        if self.version is None:
            return False
        theirs = (Telling.account == account) & (Telling.version == self.version.id)
        row = Telling.get_or_none(theirs & (Telling.state == Telling.UNREACHABLE))
        if row is None or not move(Telling, row.id, come_from=(Telling.UNREACHABLE,), to=Telling.WAITING, reason=None):
            return False
        self._desk.add(unit, INFORM, subject=row.id, account=account)
        return True

    def try_again(self) -> int:
        """Whoever could not be told because of a fault that is mended now. How many."""
        if self.version is None:
            return 0
        faults = (Telling.version == self.version.id) & (Telling.state == Telling.UNREACHABLE)
        with self._database.connection():
            rows = list(Telling.select().where(faults & (Telling.reason != CLOSED_CHAT)))
        for place, row in enumerate(rows):
            with self._database.unit() as unit:
                if move(Telling, row.id, come_from=(Telling.UNREACHABLE,), to=Telling.WAITING, reason=None):
                    self._desk.add(unit, INFORM, subject=row.id, account=row.account, wait=place / A_SECOND)
        return len(rows)

    def _needless(self, row: Telling) -> str | None:
        """Why this person need not be told any more."""
        if self.version is None or row.version != self.version.id:
            return "policy.replaced"  # they are told of the newer version instead
        return "consent.given" if agreed(row.account, row.version) else None

    def _count(self, claim: Claim, row: Telling) -> None:
        """Written before the call, so that a kill in between is seen."""
        with claim.checkpoint():
            Telling.update(sends=Telling.sends + 1).where(Telling.id == row.id).execute()

    def _words(self, _: Translate, old: str) -> Message:
        assert self.version is not None
        today: date = self._database.clock.now().date()
        return says.news(
            _, version=self.version, old=old, site=self._site, support_email=self._support_email, today=today
        )

    def _add(self, unit: Unit, found: list[str]) -> int:
        """A row for each, and work for those that are new: another process may plan the same people meanwhile."""
        if not found or self.version is None:
            return 0
        rows = [{"id": new_id(), "account": one, "version": self.version.id, "created_at": unit.now} for one in found]
        added = Telling.insert_many(rows).on_conflict_ignore().returning(Telling.id, Telling.account).execute()
        work = [
            self._desk.row(INFORM, subject=row.id, account=row.account, now=unit.now, wait=place / A_SECOND).values
            for place, row in enumerate(added, start=1)
        ]
        if work:
            Work.insert_many([dict(values) for values in work]).execute()
        return len(work)
