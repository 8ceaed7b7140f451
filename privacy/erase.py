"""Carries out a deletion: erasure record beside the objects, keys, objects, messages in the chat, rows, in this order.

Each step is committed before the next one begins and may be repeated; what is to be done is read from the rows, so that
whoever goes on after a kill does what is left, and doing it ten times does it once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from peewee import fn

import crash
import logs
from billing.refunds import Refunds
from consent.accounts import lock
from custody.fields import Fields
from custody.keys import Keys
from database import Database, Unit
from errors import Failure, Permanent, Temporary
from jobs.claim import Claim
from jobs.desk import Desk
from models import Erasure, Media
from privacy.erasure_chat import Chat, messages_of
from privacy.erasure_end import FILES, Ending, Receipts, is_here, owner
from privacy.erasure_gather import CATEGORIES, KEY_OF, files_of
from privacy.erasure_preview import Copies
from privacy.erasures import Erasures
from states import move
from vault.store import Store

BATCH = 1000  # objects; what one request of S3 deletes

log = logs.get()


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
        self._erasures = erasures
        self._chat = chat
        self._receipts = receipts
        self._ending = Ending(
            database=database,
            store=store,
            keys=keys,
            fields=fields,
            desk=desk,
            refunds=refunds,
            erasures=erasures,
            copies=copies,
            receipts=receipts,
        )

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
        row = self._ending.find(claim.subject)
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
        self._ending.go_on(claim)

    def ended_badly(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        """It took its worker down again and again. `Erasures.look_after` begins it anew; ops are called."""
        del unit
        log.error("erasure.stuck", erasure=claim.subject, code=failure.code)

    def _begin(self, claim: Claim, row: Erasure) -> bool:
        """What was asked for while a copy was being made. False where it cannot go on now, or need not."""
        if self._ending.copy_is_being_made(claim, row):
            return False
        with claim.checkpoint() as unit:
            lock(owner(row))  # first, as whoever asks does
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
            self._ending.write_down(row, FILES, names)
            crash.at("erasure.written_down")
            with claim.checkpoint() as unit:
                done = self._keys_gone(unit, row, names)
            crash.at("erasure.keys_gone")
            if done:
                return

    def _keys_gone(self, unit: Unit, row: Erasure, names: list[str]) -> bool:
        """Of what is written down; what was deleted alone meanwhile has work, and a record, of its own."""
        same = (Erasure.id == row.id) & (Erasure.rounds == row.rounds)
        at = fn.COALESCE(Erasure.keys_gone_at, unit.now)
        if not Erasure.update(keys_gone_at=at).where(same).execute():
            return False
        self._keys.destroy_aside(unit, owner(row), [KEY_OF[category] for category in CATEGORIES[row.scope]])
        for start in range(0, len(names), BATCH):
            written = Media.object_name.in_(names[start : start + BATCH])
            Media.update(wrapped_key=None).where(_doomed(row) & written).execute()
        move(Erasure, row.id, come_from=(Erasure.ASKED,), to=Erasure.SEALED)
        return True

    def _sign(self, claim: Claim) -> None:
        """The first receipt has its time after the objects: it counts what there is, which takes as long as they do."""
        row = self._ending.find(claim.subject)
        if row is None or row.keys_gone_at is None or row.state not in (Erasure.SEALED, Erasure.UNDONE):
            return
        with claim.checkpoint() as unit:
            if is_here(row):
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
            messages = messages_of(owner(row), row.scope, now, until=row.begun_at)
        if "messages" in counts:
            return
        deleted = self._chat.delete(owner(row), messages.young)
        crash.at("erasure.chat_cleared")
        left = messages.old + len(messages.young) - deleted
        with claim.checkpoint() as unit:
            _count(unit, row.id, "messages", deleted)
            _count(unit, row.id, "messages_left", left)
        crash.at("erasure.chat_counted")


def _doomed(row: Erasure) -> Any:
    return files_of(owner(row), row.scope) & (Media.state == Media.DESTROYING)


def _count(unit: Unit, erasure: str, what: str, number: int) -> None:
    """Add to the numbers of a deletion. Its row is locked by the update that comes first."""
    del unit
    [row] = Erasure.update(state=Erasure.state).where(Erasure.id == erasure).returning(Erasure).execute()
    counts = json.loads(row.counts)
    counts[what] = counts.get(what, 0) + number
    Erasure.update(counts=json.dumps(counts, sort_keys=True)).where(Erasure.id == erasure).execute()
