"""Whole deletions done again in a restored database: all photos, all generated content, an account.

What the records say of an account is where its deletion stood last: in its time of grace, taken back, or ended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from consent.accounts import Accounts, lock
from custody.fields import Fields
from custody.keys import Keys
from database import Unit
from generation.kinds import DESTROY
from jobs.desk import Desk
from models import Account, Erasure, Media, Order, Photo
from policy.categories import ACCOUNT_UNDO
from privacy.asked_in_bot import carried_out, taken_back
from privacy.close import drop_rows, end_everything, forget_account
from privacy.erasure_end import ENDED, FILES, UNDONE
from privacy.erasure_gather import CATEGORIES, KEY_OF, PHOTOS, RESULTS, files_of, gather
from privacy.erasures import ERASE
from privacy.recorded import Recorded
from states import move

AGAIN = "replay"  # where such a row comes from
TOLD = json.dumps({"messages": 0, "messages_left": 0})  # the chat was seen to by whoever did it first
ALL_OPEN = (Erasure.ASKED, Erasure.SEALED, Erasure.WAITING)

Counts = Counter[str]


class Again:
    """Called inside a unit, and may be called twice: then there is nothing left to do."""

    def __init__(self, *, desk: Desk, keys: Keys, fields: Fields) -> None:
        self._desk = desk
        self._keys = keys
        self._fields = fields

    def whole(self, unit: Unit, group: Sequence[Recorded]) -> Counts:
        """The records of one deletion, oldest first; nothing for those of single objects."""
        first = group[0]
        person = lock(first.account) if first.scope else None
        if person is None:
            return Counts()
        stages = {record.stage: record for record in group}
        row = Erasure.get_or_none(Erasure.id == first.erasure)
        if ENDED in stages:
            return self._end(unit, person, row, asked_at=_asked_at(row, group), at=stages[ENDED].at)
        if row is not None:
            return self._take_back(unit, row, at=stages[UNDONE].at) if UNDONE in stages else Counts()
        if FILES not in stages:  # taken back before it began, while a copy was being made: nothing was destroyed
            self._write(first, state=Erasure.UNDONE, done_at=first.at, begun_at=None, keys_gone_at=None, rounds=0)
            return Counts(taken_back=1)
        self._destroy_files(unit, first)
        if first.scope != Erasure.ACCOUNT:
            self._write(first, state=Erasure.DONE, done_at=group[-1].at)
            return Counts()
        if UNDONE in stages:
            self._write(first, state=Erasure.UNDONE, done_at=stages[UNDONE].at)
            return Counts(taken_back=1)
        return self._wait(unit, person, first)

    def _destroy_files(self, unit: Unit, record: Recorded) -> None:
        """All that is here was here before: it was written before anybody could know of this deletion."""
        account, scope = record.account, str(record.scope)
        gather(unit, desk=self._desk, keys=self._keys, account=account, scope=scope)
        self._keys.destroy_aside(unit, account, [KEY_OF[category] for category in CATEGORIES[scope]])
        self._doom(unit, files_of(account, scope), account)
        if PHOTOS in CATEGORIES[scope]:
            Photo.delete().where((Photo.account == account) & (Photo.state == Photo.DELETED)).execute()
        if RESULTS in CATEGORIES[scope]:
            deleted = (Order.account == account) & (Order.state == Order.DELETED)
            Order.update(message_id=None).where(deleted).execute()

    def _doom(self, unit: Unit, files: Any, account: str) -> None:
        """The keys go: the record is there. A row of work for each, should nobody come to remove the object."""
        doomed = files & (Media.state == Media.DESTROYING)
        for media in list(Media.select(Media.id).where(doomed & Media.wrapped_key.is_null(False))):
            self._desk.add(unit, DESTROY, subject=media.id, account=account)
        Media.update(wrapped_key=None).where(doomed).execute()

    def _wait(self, unit: Unit, person: Account, record: Recorded) -> Counts:
        """Its person may still take it back until the day that was promised; then it ends like any other."""
        ends_at = record.ends_at or record.at + ACCOUNT_UNDO
        before = (Erasure.account == person.id) & (Erasure.scope == Erasure.ACCOUNT)
        for row in list(Erasure.select().where(before & Erasure.state.in_(ALL_OPEN))):
            self._take_back(unit, row, at=record.at)  # or it could not have been asked for once more
        was = {} if person.state == Account.CLOSING else {"was": person.state}
        self._write(record, state=Erasure.WAITING, ends_at=ends_at, **was)
        move(Account, person.id, come_from=(Account.ACTIVE, Account.BANNED), to=Account.CLOSING)
        wait = max(0.1, (ends_at - unit.now).total_seconds())
        self._desk.add(unit, ERASE, subject=record.erasure, account=record.account, wait=wait)
        return Counts(waiting=1)

    def _take_back(self, unit: Unit, row: Erasure, *, at: datetime) -> Counts:
        """The dump is from the time of grace; files that are left go by the row of work, which is there, too."""
        if not move(Erasure, row.id, come_from=ALL_OPEN, to=Erasure.UNDONE, done_at=at):
            return Counts()
        move(Account, str(row.account), come_from=(Account.CLOSING,), to=row.was or Account.ACTIVE)
        taken_back(unit, row.request)
        if row.state == Erasure.WAITING:
            self._desk.withdraw(unit, subject=row.id, kinds=(ERASE,))
        return Counts(taken_back=1)

    def _end(self, unit: Unit, person: Account, row: Erasure | None, *, asked_at: datetime, at: datetime) -> Counts:
        """As closing leaves it, but nothing is given back: a pack that nobody had touched when the dump was made may
        have been used up since."""
        found = Counts(ended=1)
        if not Accounts(self._fields, self._keys).mark(unit, person, at=at):
            found["unmarked"] = 1
        end_everything(unit, desk=self._desk, account=person.id)
        drop_rows(unit, keys=self._keys, account=person.id)
        Media.update(wrapped_key=None).where((Media.account == person.id) & (Media.state == Media.DESTROYING)).execute()
        for open_ in list(Erasure.select().where((Erasure.account == person.id) & Erasure.state.in_(Erasure.OPEN))):
            self._close(unit, open_, at)
        forget_account(unit, keys=self._keys, account=person.id, asked_at=asked_at, ended_at=at)
        return found

    def _close(self, unit: Unit, row: Erasure, at: datetime) -> None:
        """A deletion under way when the dump was made, of an account that has ended since. Its row of work will find
        nobody."""
        carried_out(unit, row.request)
        for before, after in ((ALL_OPEN[:1], Erasure.SEALED), (ALL_OPEN[1:2], Erasure.WAITING)):
            move(Erasure, row.id, come_from=before, to=after)
        move(Erasure, row.id, come_from=(Erasure.WAITING,), to=Erasure.ENDING)
        move(Erasure, row.id, come_from=(Erasure.ENDING,), to=Erasure.DONE, done_at=at)

    def _write(self, record: Recorded, **more: Any) -> None:
        """The row that a database which was not restored has of it."""
        times = dict.fromkeys(("asked_at", "begun_at", "keys_gone_at"), record.at)
        known = {"id": record.erasure, "account": record.account, "scope": record.scope, "source": AGAIN}
        Erasure.insert(**{**known, **times, "counts": TOLD, "rounds": 1, **more}).on_conflict_ignore().execute()


def _asked_at(row: Erasure | None, group: Sequence[Recorded]) -> datetime:
    return row.asked_at if row is not None else min(record.at for record in group)
