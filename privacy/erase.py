"""Carries out a deletion: erasure record beside the objects, keys, objects, messages in the chat, rows, in this order.

Each step is committed before the next one begins and may be repeated; what is to be done is read from the rows, so that
whoever goes on after a kill does what is left, and doing it ten times does it once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

from peewee import fn

import crash
import logs
from billing.refunds import Refunds
from consent.accounts import lock
from custody.destroy import write_down
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Failure, Permanent, Temporary
from jobs.claim import Claim
from jobs.desk import Desk
from models import Account, Erasure, Media, Order, Photo
from privacy.asked_in_bot import carried_out
from privacy.close import empty_account, forget_account
from privacy.erasure_chat import Chat, messages_of
from privacy.erasure_gather import CATEGORIES, KEY_OF, PHOTOS, RESULTS, files_of
from privacy.erasure_preview import Copies
from privacy.erasures import ACCOUNT, ERASE, Erasures
from states import move
from vault.store import Store

AFTER_THE_COPY = 10.0  # seconds until it is looked again whether a copy that was asked for first has been sent
BATCH = 1000  # objects; what one request of S3 deletes
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


class Eraser:
    """`do` is the work."""

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
        chat: Chat,
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
        self._chat = chat
        self._receipts = receipts

    def do(self, claim: Claim) -> None:
        """As far as it can go now: to its end, to the end of the time of grace, or to that of a copy being made.

        Nothing ends it badly: what looks final, as a key to the store that is not accepted, is mended by ops.
        """
        try:
            self._do(claim)
        except Permanent as error:
            log.error("erasure.refused", erasure=claim.subject, code=error.code)
            raise Temporary(error.code) from None

    def _do(self, claim: Claim) -> None:
        row = self._find(claim.subject)
        if row is None or row.account is None:
            with claim.finish():
                return
        if row.begun_at is None and not self._begin(claim, row):
            return
        self._destroy_keys(claim)
        try:
            self._destroy_objects(claim, row)
        finally:  # also while the store keeps them: the keys are gone
            self._sign(claim)
        self._delete_messages(claim, row)
        self._go_on(claim)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """It took its worker down again and again. `Erasures.look_after` begins it anew; ops are called."""
        del unit
        log.error("erasure.stuck", erasure=claim.subject, code=failure.code)

    def _begin(self, claim: Claim, row: Erasure) -> bool:
        """What was asked for while a copy was being made. False where it cannot go on now, or need not."""
        if self._copy_is_being_made(claim, row):
            return False
        with claim.checkpoint() as unit:
            lock(_owner(row))  # first, as whoever asks does
            locked = self._erasures.locked(row.id)
            begun = locked.state in Erasure.OPEN
            if begun:
                self._erasures.begin(unit, locked)
        crash.at("erasure.begun")
        if not begun:  # taken back before anything was touched
            with claim.finish():
                return False
        return True

    def _destroy_keys(self, claim: Claim) -> None:
        """The record first. What was added while it was being written goes into one more."""
        while True:
            with self._database.connection():
                row = Erasure.get_by_id(claim.subject)
                found: Any = Media.select(Media.object_name).where(_doomed(row))
                names = [name for (name,) in found.tuples()]
            if row.begun_at is None or (row.keys_gone_at is not None and row.state != Erasure.ASKED):
                return
            self._write_down(row, FILES, names)
            crash.at("erasure.written_down")
            with claim.checkpoint() as unit:
                done = self._keys_gone(unit, row)
            crash.at("erasure.keys_gone")
            if done:
                return

    def _keys_gone(self, unit: Unit, row: Erasure) -> bool:
        same = (Erasure.id == row.id) & (Erasure.rounds == row.rounds)
        at = fn.COALESCE(Erasure.keys_gone_at, unit.now)
        if not Erasure.update(keys_gone_at=at).where(same).execute():
            return False
        self._keys.destroy_aside(unit, _owner(row), [KEY_OF[category] for category in CATEGORIES[row.scope]])
        Media.update(wrapped_key=None).where(_doomed(row)).execute()
        move(Erasure, row.id, come_from=(Erasure.ASKED,), to=Erasure.SEALED)
        return True

    def _sign(self, claim: Claim) -> None:
        """The first receipt has its time after the objects: it counts what there is, which takes as long as they do."""
        row = self._find(claim.subject)
        if row is None or row.keys_gone_at is None or row.state not in (Erasure.SEALED, Erasure.UNDONE):
            return
        with claim.checkpoint() as unit:
            if _is_here(row):
                self._receipts.sealed(unit, row)
        crash.at("erasure.signed")

    def _destroy_objects(self, claim: Claim, row: Erasure) -> None:
        """In batches; what the store keeps is tried again alone. Raises Temporary("store.unavailable")."""
        kept = 0
        for batch in self._batches(row):
            left = set(self._store.delete(batch.values()))
            crash.at("erasure.objects_gone")
            gone = [media for media, name in batch.items() if name not in left]
            with claim.checkpoint() as unit:
                Media.delete().where(Media.id.in_(gone)).execute()
                _count(unit, row.id, "objects", len(gone))
            crash.at("erasure.files_forgotten")
            kept += len(left)
        if kept:
            raise Temporary("store.unavailable")

    def _batches(self, row: Erasure) -> Iterator[dict[str, str]]:
        """Names of objects by their rows' ids."""
        last = ""
        while True:
            with self._database.connection():
                locked_no_more = _doomed(row) & Media.wrapped_key.is_null() & (Media.id > last)
                found: Any = Media.select(Media.id, Media.object_name).where(locked_no_more)
                batch = dict(found.order_by(Media.id).limit(BATCH).tuples())
            if not batch:
                return
            yield batch
            *_, last = batch

    def _delete_messages(self, claim: Claim, row: Erasure) -> None:
        now = self._database.clock.now()
        with self._database.connection():
            row = Erasure.get_by_id(row.id)
            counts = json.loads(row.counts)
            messages = messages_of(_owner(row), row.scope, now, until=row.begun_at)
        if "messages" in counts:
            return
        deleted = self._chat.delete(_owner(row), messages.young)
        crash.at("erasure.chat_cleared")
        left = messages.old + len(messages.young) - deleted
        with claim.checkpoint() as unit:
            _count(unit, row.id, "messages", deleted)
            _count(unit, row.id, "messages_left", left)
        crash.at("erasure.chat_counted")

    def _go_on(self, claim: Claim) -> None:
        row = self._find(claim.subject)
        if row is None:
            with claim.finish():
                return
        with self._database.connection():
            here = _is_here(row)
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
            self._write_down(row, ENDED)
        with claim.finish() as unit:
            carried_out(unit, row.request)
            come_from = (Erasure.SEALED, Erasure.WAITING, Erasure.ENDING)
            move(Erasure, row.id, come_from=come_from, to=Erasure.DONE, done_at=unit.now)
            self._receipts.gone(unit, row)
            Erasure.update(account=None, request=None).where(Erasure.id == row.id).execute()

    def _end_undone(self, claim: Claim, row: Erasure) -> None:
        """What was destroyed by then stays so."""
        self._write_down(row, UNDONE)
        crash.at("erasure.undone_written_down")
        with claim.finish() as unit:
            self._forget_rows(row)
            self._receipts.gone(unit, row)

    def _end_of_files(self, claim: Claim, row: Erasure) -> None:
        """Asked for again in this moment, it begins anew."""
        with claim.finish() as unit:
            if not move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.DONE, done_at=unit.now):
                self._desk.add(unit, ERASE, subject=row.id, account=_owner(row))
                return
            self._forget_rows(row)
            self._receipts.gone(unit, Erasure.get_by_id(row.id))
            carried_out(unit, row.request)

    def _forget_rows(self, row: Erasure) -> None:
        """What the messages were found by goes last."""
        if PHOTOS in CATEGORIES[row.scope]:
            Photo.delete().where((Photo.account == _owner(row)) & (Photo.state == Photo.DELETED)).execute()
        if RESULTS in CATEGORIES[row.scope]:
            deleted = (Order.account == _owner(row)) & (Order.state == Order.DELETED)
            Order.update(message_id=None).where(deleted).execute()

    def _wait(self, claim: Claim, row: Erasure) -> None:
        """Until the time of grace is over, and a copy that was asked for in it has been sent."""
        if row.ends_at is not None and row.ends_at > self._database.clock.now():
            with claim.finish() as unit:
                waits = self._erasures.locked(row.id).state in (Erasure.SEALED, Erasure.WAITING)
                move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.WAITING)
                # Taken back in this moment, or asked for again, it goes on at once.
                rest = max(0.1, (row.ends_at - unit.now).total_seconds()) if waits else 0.0
                self._desk.add(unit, ERASE, subject=row.id, account=_owner(row), wait=rest)
            return
        if self._copy_is_being_made(claim, row):
            return
        self._write_down(row, ENDED)
        crash.at("erasure.end_written_down")
        with claim.checkpoint() as unit:
            lock(_owner(row))
            move(Erasure, row.id, come_from=(Erasure.SEALED,), to=Erasure.WAITING)
            if not move(Erasure, row.id, come_from=(Erasure.WAITING,), to=Erasure.ENDING):
                raise Temporary("erasure.changed", retry_after=0.0)
            empty_account(
                unit,
                desk=self._desk,
                keys=self._keys,
                fields=self._fields,
                refunds=self._refunds,
                account=_owner(row),
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
            carried_out(unit, row.request)
            over = {"done_at": unit.now, "account": None, "request": None}
            move(Erasure, row.id, come_from=(Erasure.ENDING,), to=Erasure.DONE, **over)
            forget_account(unit, keys=self._keys, account=_owner(row), asked_at=row.asked_at)

    def _copy_is_being_made(self, claim: Claim, row: Erasure) -> bool:
        with self._database.connection():
            if not self._copies.under_way(_owner(row)):
                return False
        with claim.put_back(wait=AFTER_THE_COPY, reason="erasure.after_the_copy", count=False):
            return True

    def _write_down(self, row: Erasure, stage: str, names: list[str] | None = None) -> None:
        told = {"scope": row.scope, "account": _owner(row), "erasure": row.id, "stage": stage}
        write_down(self._store, self._database.clock.now(), names or [], **told)

    def _find(self, erasure: str) -> Erasure | None:
        with self._database.connection():
            found: Erasure | None = Erasure.get_or_none(Erasure.id == erasure)
        return found


def _owner(row: Erasure) -> str:
    """Of one that is under way."""
    return str(row.account)


def _is_here(row: Erasure) -> bool:
    """Whether the account is still there."""
    return bool(Account.select().where(Account.id == row.account).exists())


def _doomed(row: Erasure) -> Any:
    return files_of(_owner(row), row.scope) & (Media.state == Media.DESTROYING)


def _count(unit: Unit, erasure: str, what: str, number: int) -> None:
    """Add to the numbers of a deletion. Its row is locked by the update that comes first."""
    del unit
    [row] = Erasure.update(state=Erasure.state).where(Erasure.id == erasure).returning(Erasure).execute()
    counts = json.loads(row.counts)
    counts[what] = counts.get(what, 0) + number
    Erasure.update(counts=json.dumps(counts, sort_keys=True)).where(Erasure.id == erasure).execute()
