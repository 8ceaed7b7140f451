"""Deletions that are asked for, in the bot or through support: of photos, generated content or the whole account.

`ask` takes effect in its own transaction: from its commit on nothing of it can be opened. What then has to be destroyed
goes by a row of work (`privacy.erase`); an account waits for its person, who can take the deletion back until the day
that the register names. One deletion of each scope at a time, whoever asks.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

import logs
from consent.accounts import lock
from custody.keys import Keys
from database import Unit
from errors import Permanent
from jobs.desk import Desk
from models import Account, Erasure, Media, RightsRequest, Work, new_id
from policy.categories import ACCOUNT_UNDO
from policy.rights import DELETION
from privacy.asked_in_bot import asked, taken_back
from privacy.erasure_gather import gather, work_on
from privacy.erasure_preview import Copies, Preview, Previews, undo_until
from privacy.requests import BOT
from states import move

ERASE = "erase"  # the kind of work
EVERY = 600.0  # seconds between two rounds
LATE = timedelta(days=1)  # after its time was over; a copy that is being made may take as long
PHOTOS, GENERATED, ACCOUNT = Erasure.PHOTOS, Erasure.GENERATED, Erasure.ACCOUNT
MAY_BE_UNDONE = (Erasure.ASKED, Erasure.SEALED, Erasure.WAITING)

log = logs.get()


class Erasures:
    """Methods with a unit are called inside it, the others with a connection."""

    def __init__(self, *, desk: Desk, keys: Keys, copies: Copies, previews: Previews) -> None:
        self._desk = desk
        self._keys = keys
        self._copies = copies
        self._previews = previews

    def preview(self, account: str, scope: str, *, ends_at: datetime | None = None) -> Preview:
        """What `ask` would do. Raises DoesNotExist where there is no account."""
        return self._previews.of(account, scope, ends_at=ends_at)

    def open_of(self, account: str) -> Erasure | None:
        """The deletion under way; that of the whole account before others."""
        rows = list(Erasure.select().where((Erasure.account == account) & Erasure.state.in_(Erasure.OPEN)))
        return min(rows, key=lambda row: (row.scope != ACCOUNT, row.asked_at), default=None)

    def ask(
        self,
        unit: Unit,
        *,
        account: str,
        scope: str,
        source: str = BOT,
        request: str | None = None,
        at_once: bool = False,
    ) -> Erasure:
        """Begin; the row. Asked again while it is under way, it takes in what came since. An account's contains the
        others. While a copy of the data is being made it only waits: the copy was asked for first.

        `request`: the row of the right that was asked for, from whose day on an account's time of grace counts; in the
        bot it is written here. `at_once`: without that time. Raises Permanent("account.gone").
        """
        if scope not in (PHOTOS, GENERATED, ACCOUNT):
            raise ValueError(scope)
        waits = self._copies.under_way(account)
        if not waits:  # before the account is locked: who works for it takes the two in this order
            self._desk.withdraw_all(unit, account=account, kinds=work_on(scope))
        person = lock(account)
        if person is None:
            raise Permanent("account.gone")
        whole = self._open(account, ACCOUNT)
        if whole is not None and scope != ACCOUNT:
            return whole
        row = whole or self._open(account, scope) or self._new(unit, account, scope, source, request)
        if scope == ACCOUNT and person.state != Account.CLOSING:
            move(Account, account, come_from=(Account.ACTIVE, Account.BANNED), to=Account.CLOSING)
            ends_at = undo_until(unit.now, received(row))
            Erasure.update(was=person.state, ends_at=ends_at).where(Erasure.id == row.id).execute()
        if not waits:
            self.begin(unit, row)
        self._set_about(unit, row)
        if at_once and scope == ACCOUNT:
            self.at_once(unit, account=account)
        return self.locked(row.id)

    def begin(self, unit: Unit, row: Erasure) -> None:
        """Gather what there is. Called again, it adds what came since."""
        found = gather(unit, desk=self._desk, keys=self._keys, account=str(row.account), scope=row.scope)
        if row.state == Erasure.SEALED:
            move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.ASKED)
        counts = Counter(json.loads(row.counts)) + found
        for counted_anew in ("messages", "messages_left"):
            counts.pop(counted_anew, None)
        begun = {"begun_at": unit.now, "counts": json.dumps(counts, sort_keys=True)}
        Erasure.update(**begun, rounds=Erasure.rounds + 1).where(Erasure.id == row.id).execute()

    def undo(self, unit: Unit, *, account: str) -> bool:
        """The account and its credits are back; pictures cannot come back. False where it is too late for it."""
        lock(account)
        row = self._open(account, ACCOUNT)
        if row is None or row.ends_at is None or row.ends_at <= unit.now:
            return False
        if not move(Erasure, row.id, come_from=MAY_BE_UNDONE, to=Erasure.UNDONE, done_at=unit.now):
            return False
        move(Account, account, come_from=(Account.CLOSING,), to=row.was or Account.ACTIVE)
        taken_back(unit, row.request)
        self._set_about(unit, row)  # files that are still there go all the same
        return True

    def at_once(self, unit: Unit, *, account: str) -> bool:
        """The time of grace ends now. False where there is none."""
        lock(account)
        row = self._open(account, ACCOUNT)
        if row is None or row.state not in MAY_BE_UNDONE:
            return False
        Erasure.update(ends_at=unit.now).where(Erasure.id == row.id).execute()
        self._desk.withdraw(unit, subject=row.id, kinds=(ERASE,))  # one that is under way may have looked before
        self._set_about(unit, row)
        return True

    def look_after(self) -> None:
        """A round: what nobody works on any more is begun anew, and what should be over by now is an alarm."""
        with self._desk.database.unit() as unit:
            for row in list(Erasure.select().where(_unfinished(unit.now) & ~fn.EXISTS(_work_on(Erasure.id)))):
                log.error("erasure.begun_anew", erasure=row.id, state=row.state)
                self._desk.add(unit, ERASE, subject=row.id, account=str(row.account))
            limit = fn.COALESCE(Erasure.ends_at, Erasure.asked_at)
            late = Erasure.select().where(Erasure.state.in_(Erasure.OPEN) & (limit < unit.now - LATE)).count()
        if late:
            log.error("erasures.late", count=late)

    def _new(self, unit: Unit, account: str, scope: str, source: str, request: str | None) -> Erasure:
        """The account is locked: nobody else writes one."""
        if source == BOT and request is None:
            request = asked(unit, kind=DELETION, account=account)
        row = Erasure(id=new_id(), account=account, scope=scope, source=source, request=request, asked_at=unit.now)
        row.save(force_insert=True)
        return row

    def _set_about(self, unit: Unit, row: Erasure) -> None:
        """A row of work, unless one is due or under way already."""
        soon = (Work.state == Work.HELD) | (Work.due_at <= unit.now)
        if not _work_on(row.id).where(soon).exists():
            self._desk.withdraw(unit, subject=row.id, kinds=(ERASE,))
            self._desk.add(unit, ERASE, subject=row.id, account=str(row.account))

    @staticmethod
    def _open(account: str, scope: str) -> Erasure | None:
        """The row, which nobody else changes until the unit ends."""
        mine = (Erasure.account == account) & (Erasure.scope == scope) & Erasure.state.in_(Erasure.OPEN)
        held = list(Erasure.update(state=Erasure.state).where(mine).returning(Erasure).execute())
        return held[0] if held else None

    @staticmethod
    def locked(erasure: str) -> Erasure:
        """The row as it is now; nobody else changes it until the unit ends."""
        [row] = Erasure.update(state=Erasure.state).where(Erasure.id == erasure).returning(Erasure).execute()
        found: Erasure = row
        return found


def received(row: Erasure) -> datetime | None:
    """When its request reached us; none without one."""
    request: RightsRequest | None = RightsRequest.get_or_none(RightsRequest.id == row.request)
    return request.received_at if request is not None else None


def _work_on(erasure: Any) -> Any:
    """The open work of a deletion."""
    open_ = (Work.kind == ERASE) & Work.state.in_((Work.DUE, Work.HELD))
    return Work.select(Work.id).where((Work.subject == erasure) & open_)


def _unfinished(now: datetime) -> Any:
    """Under way, or taken back while there were files to destroy, which are destroyed all the same."""
    left = Media.select(Media.id).where((Media.account == Erasure.account) & (Media.state == Media.DESTROYING))
    files = Erasure.begun_at.is_null(False) & (Erasure.keys_gone_at.is_null() | fn.EXISTS(left))
    undone = (Erasure.state == Erasure.UNDONE) & (Erasure.done_at > now - ACCOUNT_UNDO)
    return Erasure.state.in_(Erasure.OPEN) | (undone & files)
