"""Does again in a restored database what was erased since its dump was made, from the records beside the objects.

Nobody is told anything again, and no Stars move: what Telegram has given back since is found by the reconciliation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import crash
import logs
from billing import ledger
from custody import destroy
from custody.keys import Keys
from database import Database, Unit
from errors import Permanent, Temporary
from generation.kinds import DESTROY
from generation.slots import abandon
from jobs.desk import Desk
from models import Link, Media, Order, Photo
from privacy.erasure_mark import THERE, ErasureMarks, batches
from privacy.recorded import Recorded
from privacy.replayed import Again
from states import move
from vault.store import Store

BATCH = 1000  # objects; what one request of S3 deletes
RESTORED = "orders.restored"  # why an order ended that was under way when the dump was made

Counts = Counter[str]
log = logs.get()


class Photos(Protocol):
    def delete(self, unit: Unit, *, account: str, photo: str) -> bool: ...


class Orders(Protocol):
    def delete_result(self, unit: Unit, *, account: str, order: str) -> bool: ...


class Replay:
    """`run` may be stopped anywhere and run again, and by several at once: what is left is read from the rows."""

    def __init__(
        self,
        *,
        database: Database,
        store: Store,
        marks: ErasureMarks,
        desk: Desk,
        keys: Keys,
        photos: Photos,
        orders: Orders,
        again: Again,
    ) -> None:
        self._database = database
        self._store = store
        self._marks = marks
        self._desk = desk
        self._keys = keys
        self._photos = photos
        self._orders = orders
        self._again = again

    def look(self) -> Counts:
        """What `run` would do, by kind of record. Raises what `ErasureMarks.undone` raises."""
        return _kinds(self._demand())

    def run(self, begin: Callable[[Unit], None], *, progress: Callable[[int], None] = lambda _: None) -> Counts:
        """What was done. `begin` writes down who does it, in a transaction of its own before anything else; where there
        is nothing to do it is not called.

        Raises what `ErasureMarks.undone` raises, Permanent("keys.missing"), and Temporary("store.unavailable") when an
        object stays: everything is unreadable by then, and the next run, or the rights worker, removes it.
        """
        done = Counts()
        undone = self._demand()
        if undone:
            with self._database.unit() as unit:
                begin(unit)
            done = _kinds(undone) + self._end_what_was_under_way(min(record.at for record in undone))
        for number, group in enumerate(_grouped(undone)):
            with self._database.unit() as unit:
                done += self._again.whole(unit, group)
                for record in group:
                    done += self._objects(unit, record.objects)
                crash.at("replay.saving")
            crash.at("replay.saved")
            progress(number + 1)
        done["removed"] = self._remove()
        self._marks.watch()
        if left := self._marks.known_undone():
            raise Permanent("erasures.undone", count=left)
        return +done

    def _demand(self) -> list[Recorded]:
        self._keys.demand()
        return self._marks.undone()

    def _end_what_was_under_way(self, before: datetime) -> Counts:
        """Orders and photos that were on their way when the dump was made have ended long ago, and what became of them
        may be among what was deleted: made once more it would come back, under a name that no record has."""
        found = Counts()
        with self._database.connection():
            orders = list(Order.select().where(Order.state.in_(Order.OPEN) & (Order.created_at <= before)))
            on_their_way = Photo.state.in_((Photo.WAITING, Photo.INCOMING))
            photos = list(Photo.select().where(on_their_way & (Photo.created_at <= before)))
        for order in orders:
            with self._database.unit() as unit:
                abandon(unit, self._desk, order.id)
                ended = {"reason": RESTORED, "ended_at": unit.now}
                if move(Order, order.id, come_from=Order.OPEN, to=Order.FAILED, **ended):
                    ledger.give_back(unit, owner=order.account, order=order.id)
                    found["orders"] += 1
        for photo in photos:
            with self._database.unit() as unit:
                found["uploads"] += self._photos.delete(unit, account=photo.account, photo=photo.id)
        crash.at("replay.under_way_ended")
        return found

    def _objects(self, unit: Unit, names: Sequence[str]) -> Counts:
        """Single photos, results and copies, as their deletion left them; the record is there, so their keys go at
        once."""
        found = Counts()
        for batch in batches(names):
            for media in list(Media.select().where(Media.object_name.in_(batch) & Media.state.in_(THERE))):
                found["files"] += 1
                self._forget(unit, media)
                Media.update(wrapped_key=None).where(Media.id == media.id).execute()
        return found

    def _forget(self, unit: Unit, media: Media) -> None:
        for photo in list(Photo.select().where((Photo.account == media.account) & (Photo.media == media.id))):
            self._photos.delete(unit, account=media.account, photo=photo.id)
        for order in list(Order.select().where((Order.account == media.account) & (Order.media == media.id))):
            self._orders.delete_result(unit, account=media.account, order=order.id)
        Link.delete().where(Link.media == media.id).execute()
        if destroy.intend(unit, media.id):  # a copy of the data, or something that nothing refers to
            self._desk.add(unit, DESTROY, subject=media.id, account=media.account)

    def _remove(self) -> int:
        """Objects whose keys are gone, and then their rows. The rows of work that were written for them find nothing
        more to do."""
        gone, kept, last = 0, 0, ""
        while True:
            with self._database.connection():
                doomed = (Media.state == Media.DESTROYING) & Media.wrapped_key.is_null() & (Media.id > last)
                found = list(Media.select(Media.id, Media.object_name).where(doomed).order_by(Media.id).limit(BATCH))
            if not found:
                break
            left = set(self._store.delete([media.object_name for media in found]))
            crash.at("replay.objects_gone")
            with self._database.connection():
                ids = [media.id for media in found if media.object_name not in left]
                gone += int(Media.delete().where(Media.id.in_(ids)).execute())
            crash.at("replay.files_forgotten")
            kept, last = kept + len(left), found[-1].id
        if kept:
            raise Temporary("store.unavailable", objects=kept)
        return gone


def _grouped(records: Iterable[Recorded]) -> list[list[Recorded]]:
    """All of one deletion together, in the order in which they began."""
    groups: dict[str, list[Recorded]] = {}
    for record in records:
        groups.setdefault(record.erasure or record.name, []).append(record)
    return list(groups.values())


def _kinds(undone: Iterable[Recorded]) -> Counts:
    """Deletions by their scope; of one object at a time: "single"."""
    return Counts(group[0].scope or "single" for group in _grouped(undone))
