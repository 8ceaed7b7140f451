"""How a deletion ends: that of files with its rows, an account's after its time of grace, one that was taken back.

Each end is written down beside the objects before the rows go, so that a restored database knows of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import crash
import logs
from billing.refunds import Refunds
from consent.accounts import lock
from custody.destroy import write_down
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Permanent, Temporary
from jobs.claim import Claim
from jobs.desk import Desk
from models import Account, Erasure, Order, Photo
from privacy.asked_in_bot import carried_out
from privacy.close import empty_account, forget_account
from privacy.erasure_gather import CATEGORIES, PHOTOS, RESULTS
from privacy.erasure_preview import Copies
from privacy.erasures import ACCOUNT, ERASE, Erasures, received
from states import move
from vault.store import Store

AFTER_THE_COPY = 10.0  # seconds until it is looked again whether a copy that was asked for first has been sent
LAST_WORD = timedelta(days=1)  # so long Telegram may be away, then an account goes untold
# What a record says of a deletion beyond its objects, so that a restored database knows how it went on.
FILES, UNDONE, ENDED = "files", "undone", "ended"

log = logs.get()


class Receipts(Protocol):
    """The papers that a person gets of it."""

    def sealed(self, unit: Unit, erasure: Erasure) -> None:
        """Keys are destroyed. May be called again until `gone` is."""

    def gone(self, unit: Unit, erasure: Erasure) -> None:
        """In the transaction that makes it true: objects and rows are gone; of an account only the way to its chat is
        left. In the state UNDONE the account is back, and what is gone are its pictures."""

    def tell(self, erasure: Erasure) -> None:
        """Send what is still owed of an account's deletion, as the last act before its Telegram id goes; called again
        after a kill. Temporary: try again."""


class Ending:
    """`go_on` once files, keys and messages are gone; it may be repeated."""

    def __init__(
        self,
        *,
        database: Database,
        store: Store,
        keys: Keys,
        fields: Fields,
        desk: Desk,
        refunds: Refunds,
        erasures: Erasures,
        copies: Copies,
        receipts: Receipts,
    ) -> None:
        self._database = database
        self._store = store
        self._keys = keys
        self._fields = fields
        self._desk = desk
        self._refunds = refunds
        self._erasures = erasures
        self._copies = copies
        self._receipts = receipts

    def go_on(self, claim: Claim) -> None:
        """To the end, or to what it has to wait for."""
        row = self.find(claim.subject)
        if row is None:
            with claim.finish():
                return
        with self._database.connection():
            here = is_here(row)
        if not here:
            self._end_without_account(claim, row)
        elif row.state == Erasure.UNDONE:
            self._end_undone(claim, row)
        elif row.scope != ACCOUNT:
            self._end_of_files(claim, row)
        elif row.state == Erasure.ENDING:
            self._end_account(claim, row)
        else:
            self._wait(claim, row)

    def _end_without_account(self, claim: Claim, row: Erasure) -> None:
        """It was closed meanwhile for another reason, and nobody is left to be told."""
        if row.scope == ACCOUNT:
            self.write_down(row, ENDED)
        with claim.finish() as unit:
            carried_out(unit, row.request)
            come_from = (Erasure.SEALED, Erasure.WAITING, Erasure.ENDING)
            move(Erasure, row.id, come_from=come_from, to=Erasure.DONE, done_at=unit.now)
            self._receipts.gone(unit, row)
            Erasure.update(account=None, request=None).where(Erasure.id == row.id).execute()

    def _end_undone(self, claim: Claim, row: Erasure) -> None:
        """What was destroyed by then stays so."""
        self.write_down(row, UNDONE)
        crash.at("erasure.undone_written_down")
        with claim.finish() as unit:
            self._forget_rows(row)
            self._receipts.gone(unit, row)

    def _end_of_files(self, claim: Claim, row: Erasure) -> None:
        """Asked for again in this moment, it begins anew."""
        with claim.finish() as unit:
            if not move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.DONE, done_at=unit.now):
                self._desk.add(unit, ERASE, subject=row.id, account=owner(row))
                return
            self._forget_rows(row)
            self._receipts.gone(unit, Erasure.get_by_id(row.id))
            carried_out(unit, row.request)

    def _forget_rows(self, row: Erasure) -> None:
        """What the messages were found by goes last."""
        if PHOTOS in CATEGORIES[row.scope]:
            Photo.delete().where((Photo.account == owner(row)) & (Photo.state == Photo.DELETED)).execute()
        if RESULTS in CATEGORIES[row.scope]:
            deleted = (Order.account == owner(row)) & (Order.state == Order.DELETED)
            Order.update(message_id=None).where(deleted).execute()

    def _wait(self, claim: Claim, row: Erasure) -> None:
        """Until the time of grace is over, and a copy that was asked for in it has been sent."""
        if row.ends_at is not None and row.ends_at > self._database.clock.now():
            with claim.finish() as unit:
                waits = self._erasures.locked(row.id).state in (Erasure.SEALED, Erasure.WAITING)
                move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.WAITING)
                # Taken back in this moment, or asked for again, it goes on at once.
                rest = max(0.1, (row.ends_at - unit.now).total_seconds()) if waits else 0.0
                self._desk.add(unit, ERASE, subject=row.id, account=owner(row), wait=rest)
            return
        if self.copy_is_being_made(claim, row):
            return
        self.write_down(row, ENDED)
        crash.at("erasure.end_written_down")
        with claim.checkpoint() as unit:
            lock(owner(row))
            move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.WAITING)
            if not move(Erasure, row.id, come_from=(Erasure.WAITING,), to=Erasure.ENDING):
                raise Temporary("erasure.changed", retry_after=0.0)
            empty_account(
                unit,
                desk=self._desk,
                keys=self._keys,
                fields=self._fields,
                refunds=self._refunds,
                account=owner(row),
                asked_at=row.asked_at,
            )
            self._receipts.gone(unit, Erasure.get_by_id(row.id))
        crash.at("erasure.emptied")
        self._end_account(claim, row)

    def _end_account(self, claim: Claim, row: Erasure) -> None:
        """The last word, and then there is nobody any more whom it could be said to."""
        try:
            self._receipts.tell(row)
        except (Temporary, Permanent):
            if self._database.clock.now() < (row.ends_at or row.asked_at) + LAST_WORD:
                raise
            log.error("erasure.untold", erasure=row.id)
        crash.at("erasure.told")
        with claim.finish() as unit:
            asked_at = received(row) or row.asked_at
            carried_out(unit, row.request)
            over = {"done_at": unit.now, "account": None, "request": None}
            move(Erasure, row.id, come_from=(Erasure.ENDING,), to=Erasure.DONE, **over)
            forget_account(unit, keys=self._keys, account=owner(row), asked_at=asked_at)

    def copy_is_being_made(self, claim: Claim, row: Erasure) -> bool:
        """Then the work is put back: the copy was asked for first."""
        with self._database.connection():
            if not self._copies.under_way(owner(row)):
                return False
        with claim.put_back(wait=AFTER_THE_COPY, reason="erasure.after_the_copy", count=False):
            return True

    def write_down(self, row: Erasure, stage: str, names: list[str] | None = None) -> None:
        """The record of a stage."""
        told = {"scope": row.scope, "account": owner(row), "erasure": row.id, "stage": stage}
        if row.ends_at is not None:
            told["ends_at"] = row.ends_at.isoformat()
        write_down(self._store, self._database.clock.now(), names or [], **told)

    def find(self, erasure: str) -> Erasure | None:
        """The row as it is now."""
        with self._database.connection():
            found: Erasure | None = Erasure.get_or_none(Erasure.id == erasure)
        return found


def owner(row: Erasure) -> str:
    """Of one that is under way."""
    return str(row.account)


def is_here(row: Erasure) -> bool:
    """Whether the account is still there."""
    return bool(Account.select().where(Account.id == row.account).exists())
