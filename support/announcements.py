"""Each person is told by a row of their own: of a material change of the policy before it takes effect, and of what
staff announce.

Telegram cannot repeat a sending without a second message, and cannot be asked whether the first one arrived. Between
the two a legal notice comes rather twice than never: a row counts as told only with Telegram's own message number. What
was in the air when a worker was killed is sent again, and `sends` shows that it may have come twice.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import crash
import logs
from consent.renewal import news
from database import Database, Unit
from errors import Failure, Permanent, Temporary
from jobs.claim import Claim
from jobs.desk import Desk
from models import Announcement, Telling, Work, new_id
from policy.versions import Version
from states import move
from support import people
from support.campaigns import NO_CONSENT, Campaign, Chats, Notice, PolicyNews, under_way
from support.people import PROMOTIONAL

INFORM = "inform"  # the kind of work: one person is told
A_SECOND = 20  # messages; Telegram takes about 30 from a bot, and deliveries go first
EVERY = 5.0  # seconds between two rounds of planning
AT_ONCE = int(A_SECOND * EVERY)  # planned and not yet sent: after a standstill this many may be due in one moment
LOOKED_OVER = timedelta(hours=1)  # until everybody is looked over again: an old release may still open accounts
NOT_SENT = ("pacing.wait", "telegram.wait", "http.unreachable")
CLOSED_CHAT = "telegram.blocked"
REPLACED = "policy.replaced"  # they are told of the newer version instead
DATED = re.compile(r"[0-9]{4}-")  # ids of versions, not of announcements
NEWER_RELEASE = 60.0  # seconds until one may have taken over

log = logs.get()


class Announcements:
    """`plan` finds who is to be told and writes rows; `tell` tells one of them. `promotional`: the way that asks the
    consent record."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        chats: Chats,
        promotional: Chats,
        site: str,
        support_email: str,
        version: Version | None = None,
    ) -> None:
        self.version = version or news()
        self._database = database
        self._desk = desk
        self._chats = chats
        self._promotional = promotional
        self._policy = PolicyNews(self.version, chats, site=site, support_email=support_email) if self.version else None
        self._look_again_at = datetime.min

    def plan(self) -> int:
        """One round: rows and work for the next people, spread over the time until the next round. How many.

        People are taken in the order of their ids, from the last one who has a row on: nobody is looked at twice, and
        whoever goes on after a kill begins where the rows end. What is under way together shares the pace.
        """
        with self._database.connection():
            campaigns = self._under_way()
        planned = 0
        for campaign in campaigns:
            planned += self._plan(campaign, [one.id for one in campaigns], already=planned)
        return planned

    def tell(self, claim: Claim) -> None:
        """WAITING to TOLD, with the message's number and time; to UNREACHABLE where the chat is closed to us."""
        with self._database.connection():
            waits = (Telling.id == claim.subject) & (Telling.state == Telling.WAITING)
            row = Telling.get_or_none(waits)
            campaign = self._of(row.version) if row is not None else None
            reason = campaign.needless(row) if campaign is not None and row is not None else REPLACED
            today = self._database.clock.now().date()
            words = campaign.words(row.account, today) if campaign is not None and row is not None else None
        if row is None or campaign is None or words is None or reason is not None:
            self._spare(claim, reason)
            return
        self._count(claim, row)
        try:
            sent = campaign.chats.write(row.account, words)
        except Permanent as error:
            if error.code == NO_CONSENT:  # taken back since we looked
                self._spare(claim, error.code)
                return
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

    def _under_way(self) -> list[Campaign]:
        """The law's first."""
        now = self._database.clock.now()
        policy = [self._policy] if self._policy is not None and now >= self._look_again_at else []
        return [*policy, *(self._notice(row) for row in under_way())]

    def _of(self, version: str) -> Campaign | None:
        """What a row is about; None for news that newer ones have replaced. Raises Temporary("policy.newer") for news
        that only a newer release knows, as while it is being rolled out: its row must not be taken for an old one."""
        newest = self._policy.id if self._policy is not None else ""
        if self._policy is not None and version == newest:
            return self._policy
        row = Announcement.get_or_none(Announcement.id == version)
        if row is None and DATED.match(version) and version > newest:
            raise Temporary("policy.newer", retry_after=NEWER_RELEASE)
        return self._notice(row) if row is not None else None

    def _notice(self, row: Announcement) -> Notice:
        return Notice(row, self._promotional if row.kind == PROMOTIONAL else self._chats)

    def _plan(self, campaign: Campaign, together: list[str], *, already: int) -> int:
        with self._database.unit() as unit:
            room = AT_ONCE - people.waiting(*together)
            if room <= 0:
                return 0
            last = people.last_planned(campaign.id)
            found = campaign.untold(room, after=last) or campaign.untold(room)
            if not found:
                self._nobody_left(unit, campaign)
                return 0
            planned = self._add(unit, campaign, found, already)
            unit.after(lambda: crash.at("announce.planned"))
        if planned:
            log.info("announcement.telling", version=campaign.id, count=planned)
        return planned

    def _nobody_left(self, unit: Unit, campaign: Campaign) -> None:
        if campaign is self._policy:
            self._look_again_at = unit.now + LOOKED_OVER
        elif not people.waiting(campaign.id):
            sending = (Announcement.SENDING,)
            move(Announcement, campaign.id, come_from=sending, to=Announcement.DONE, ended_at=unit.now)

    def _spare(self, claim: Claim, reason: str | None) -> None:
        with claim.finish():
            move(Telling, claim.subject, come_from=(Telling.WAITING,), to=Telling.SPARED, reason=reason)

    def _count(self, claim: Claim, row: Telling) -> None:
        """Written before the call, so that a kill in between is seen."""
        with claim.checkpoint():
            Telling.update(sends=Telling.sends + 1).where(Telling.id == row.id).execute()

    def _add(self, unit: Unit, campaign: Campaign, found: list[str], already: int) -> int:
        """A row for each, and work for those that are new: another process may plan the same people meanwhile."""
        rows = [{"id": new_id(), "account": one, "version": campaign.id, "created_at": unit.now} for one in found]
        added = Telling.insert_many(rows).on_conflict_ignore().returning(Telling.id, Telling.account).execute()
        work = [
            self._desk.row(INFORM, subject=row.id, account=row.account, now=unit.now, wait=place / A_SECOND).values
            for place, row in enumerate(added, start=1 + already)
        ]
        if work:
            Work.insert_many([dict(values) for values in work]).execute()
        return len(work)
