"""Somebody who asks for a copy of their data, and the part of the house that makes it, on the test's database."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from consent.language import choose
from custody.media import RESULT, VIDEO, MediaVault
from custody.purpose import PurposeCheck
from generation.chat import Chats
from models import Account, Export, Link, Media, Order, Photo, new_id
from privacy.contents import Contents
from privacy.export import LARGEST_IN_CHAT, Exports
from privacy.manifest import PURPOSE
from providers.telegram import Telegram
from tests.generation.studio import PICTURE, Studio, Who
from vault.folder import FolderStore
from vault.pieces import ByteSource
from wording.policy import Facts
from workers.work_kinds import export_kinds

FACTS = Facts(
    controller="Miomio Ltd", address="1 Harbour Road", email="help@miomio.invalid", location="Hong Kong", recipients=()
)
CLIP = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 100


class Shelf(FolderStore):
    """A folder; `meanwhile` happens once, when the next object begins to be put."""

    meanwhile: Callable[[], None] | None = None

    def put(self, name: str, source: ByteSource, length: int) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        super().put(name, source, length)


class Packer(Studio):
    """A studio with a desk for copies."""

    def __init__(
        self, database: Any, folder: Path, clock: Any, *, largest: int = LARGEST_IN_CHAT, store: Any = None
    ) -> None:
        super().__init__(database, folder, clock, intake=cast(Any, None), rules=cast(Any, None))
        self.store: Any = store or Shelf(folder)
        self.media = MediaVault(database, self.keys, self.store, PurposeCheck(database))
        self.of(slots=5)
        self.contents = Contents(
            database=database,
            fields=self.fields,
            media=self.media,
            titles={style.id: style.name for style in self.motions},
            facts=FACTS,
        )
        self.exports = Exports(
            database=database,
            fields=self.fields,
            media=self.media,
            desk=self.desk,
            chats=Chats(database, self.fields, cast(Telegram, self.telegram), purpose=PURPOSE),
            links=self.links,
            contents=self.contents,
            largest=largest,
        )
        self.table.update({kind.name: kind for kind in export_kinds(self.exports)})

    def asks(self, who: Who) -> str:
        with self.database.unit() as unit:
            return self.exports.ask(unit, account=who.id, telegram_id=self.telegram_id(who))

    def telegram_id(self, who: Who) -> int:
        with self.database.connection():
            return int(self.fields.open(Account.telegram_id, Account.get_by_id(who.id), purpose="generation") or 0)

    def speaks(self, who: Who, tag: str) -> None:
        with self.database.unit():
            choose(self.fields, Account.get_by_id(who.id), tag)

    def has(self, who: Who, kind: str, data: bytes, *, prompt: str = "a lighthouse") -> str:
        """A delivered picture or video; its order."""
        assert kind in (RESULT, VIDEO)
        mime = "video/mp4" if kind == VIDEO else "image/jpeg"
        media = self.media.keep(account=who.id, kind=kind, data=data, mime=mime, width=64, height=48)
        order = new_id()
        with self.database.unit() as unit:
            self.media.stored(unit, media)
            Order.insert(
                id=order,
                account=who.id,
                state=Order.DELIVERED,
                kind="picture" if kind == RESULT else "video_5",
                price=1,
                provider="gemini",
                photo=who.photo,
                media=media.id,
                prompt=self.fields.seal(Order.prompt, row=order, account=who.id, value=prompt),
                created_at=unit.now,
            ).execute()
        return order

    def export(self, id: str) -> Any:
        with self.database.connection():
            return Export.get_or_none(Export.id == id)

    def copies(self) -> list[bytes]:
        """The ZIPs that reached the chat."""
        return [film for film in self.telegram.films if film.startswith(b"PK")]

    def left(self) -> tuple[int, int, int]:
        """Sealed copies, addresses and asks that are still there."""
        with self.database.connection():
            copies = Media.select().where(Media.kind == "export").count()
            return copies, Link.select().count(), Export.select().count()

    def objects(self) -> list[str]:
        return [name for name in self.store.names() if name.startswith("export/")]

    def photo_media(self, who: Who) -> str:
        with self.database.connection():
            return str(Photo.get_by_id(who.photo).media)


def opened(data: bytes) -> zipfile.ZipFile:
    found = zipfile.ZipFile(io.BytesIO(data))
    assert found.testzip() is None
    return found


def files(data: bytes) -> dict[str, bytes]:
    archive = opened(data)
    return {name: archive.read(name) for name in archive.namelist()}


def records(data: bytes, category: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(files(data)[f"data/{category}.json"])["records"]
    return found


__all__ = ["CLIP", "PICTURE", "Packer", "files", "opened", "records"]
