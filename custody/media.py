"""Sealed objects: a row, a key of its own, and ciphertext in the store. Opened only for a granted purpose."""

from __future__ import annotations

import io
from typing import IO, Any, BinaryIO

import crash
from custody.keys import Keys
from custody.purpose import PurposeCheck
from database import Database, Unit
from errors import Permanent
from models import KeyRow, Media, new_id
from policy.categories import CATEGORIES
from rows import insert
from states import move
from vault.fields import DataKey, binding
from vault.pieces import ByteSource
from vault.store import Store, new_object_name
from vault.stream import DEFAULT_CHUNK, open_stream, seal, sealed_length

PHOTO, RESULT, VIDEO, EXPORT = "photo", "result", "video", "export"
ATTACHMENT = "attachment"  # its owner is a ticket
# Kind -> (category of the register, kind of the owner's key that wraps the object's key)
KINDS = {
    PHOTO: ("photos", KeyRow.PHOTOS),
    RESULT: ("results", KeyRow.RESULTS),
    VIDEO: ("results", KeyRow.RESULTS),
    EXPORT: ("exports", KeyRow.ACCOUNT),
    ATTACHMENT: ("support", KeyRow.TICKET),
}
ERASURES = "erasures"
ROOM = 2 << 20  # bytes: about what a result takes
# Object prefix -> category. The gate compares what the store holds with this.
PREFIXES = {**{kind: category for kind, (category, _) in KINDS.items()}, ERASURES: "erasures"}
assert set(PREFIXES.values()) <= CATEGORIES.keys()


class MediaVault:
    """Keeps and opens a person's pictures and videos."""

    def __init__(self, database: Database, keys: Keys, store: Store, purposes: PurposeCheck) -> None:
        self._database = database
        self._keys = keys
        self.store = store
        self._purposes = purposes

    def keep(self, *, account: str, kind: str, data: bytes, mime: str, width: int, height: int) -> Media:
        """`keep_stream` for bytes that are at hand."""
        source = io.BytesIO(data)
        return self.keep_stream(
            account=account, kind=kind, source=source, length=len(data), mime=mime, width=width, height=height
        )

    def keep_stream(
        self, *, account: str, kind: str, source: ByteSource, length: int, mime: str, width: int = 0, height: int = 0
    ) -> Media:
        """Seal and store, in constant memory. The row comes first, so that no object is ever without one; it counts
        once `stored`, which also says what only the passing bytes could tell.

        What the source raises comes out as it is, and nothing is in the store then. Permanent("store.wrong_length")
        where it has not exactly `length` bytes.
        """
        key, media = DataKey.new(), new_id()
        with self._database.unit() as unit:  # whoever destroys the outer key at this moment destroys this row, too
            outer = self._keys.for_locking(unit, account, KINDS[kind][1])
            row: dict[str, Any] = {
                "id": media,
                "account": account,
                "kind": kind,
                "state": Media.STORING,
                "object_name": new_object_name(kind),
                "wrapped_key": outer.wrap(key, binding=_place(media, kind, "key")),
                "mime": mime,
                "width": width,
                "height": height,
                "size": length,
                "created_at": unit.now,
            }
            insert(Media, **row)
        crash.at(f"{kind}.recorded")
        sealed = seal(source, key, binding=_place(media, kind, "object"))
        self.store.put(row["object_name"], sealed, sealed_length(length, DEFAULT_CHUNK))
        crash.at(f"{kind}.stored")
        return Media(**row)

    def demand_room(self) -> None:
        """Try whether the store takes an object, without keeping it. Raises Temporary("store.full" | …)."""
        name = new_object_name(RESULT)
        self.store.put(name, io.BytesIO(bytes(ROOM)), ROOM)
        self.store.delete([name])

    def stored(
        self,
        unit: Unit,
        media: Media,
        *,
        width: int | None = None,
        height: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """The object counts from now on. Raises Permanent("custody.media_gone") when it was destroyed meanwhile."""
        del unit
        facts = {"width": width, "height": height, "seconds": seconds}
        known = {name: value for name, value in facts.items() if value is not None}
        if not move(Media, media.id, come_from=(Media.STORING,), to=Media.STORED, **known):
            raise Permanent("custody.media_gone", media=media.id)

    def held_back(self, account: str) -> bool:
        """Whether this person's pictures can be opened by nobody for now. Called with a connection."""
        return self._keys.held_back(account)

    def open(self, media: Media, *, purpose: str, person: str | None = None) -> BinaryIO:
        """The plain bytes as a stream. `person`: whom the record of the opening names, where the owner is a ticket.

        Raises Permanent("custody.purpose_not_granted" | "custody.media_gone").
        """
        category, key_kind = KINDS[media.kind]
        self._purposes.demand(purpose, category, account=person or media.account, subject=media.id)
        if media.state != Media.STORED or media.wrapped_key is None:
            raise Permanent("custody.media_gone", media=media.id)
        key = self._unwrap(media, key_kind)
        source: IO[bytes] = self.store.get(media.object_name)
        return open_stream(source, key, binding=_place(media.id, media.kind, "object"))

    def _unwrap(self, media: Media, key_kind: str) -> DataKey:
        """With the key in memory; where that one was replaced meanwhile, with the one in the database."""
        wrapped, place = bytes(media.wrapped_key or b""), _place(media.id, media.kind, "key")
        try:
            return self._keys.get(media.account, key_kind).unwrap(wrapped, binding=place)
        except Permanent as error:
            if error.code != "vault.wrong_key":
                raise
        self._keys.forget(media.account)
        return self._keys.get(media.account, key_kind).unwrap(wrapped, binding=place)


def _place(media: str, kind: str, what: str) -> bytes:
    return binding("media", what, media, kind)
