"""Keys, fields and a media vault over both databases and a folder, with a monotonic clock to turn."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from custody.fields import Fields
from custody.keys import Keys
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from database import Database
from errors import Temporary
from models import Media
from vault.folder import FolderStore
from vault.index import BlindIndex
from vault.master import MasterKeys
from vault.pieces import ByteSource
from vault.store import Listed, Store


def ring(*ids: str) -> str:
    """Master keys by these ids, newest first; the same id is always the same key."""
    return ",".join(f"{id}:{base64.b64encode((id * 32).encode()[:32]).decode()}" for id in ids)


class Watched:
    """A store that writes down what was asked of it, and fails to delete as often as it is told."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.fails = 0
        self.away = 0
        self.done: list[str] = []

    def put(self, name: str, source: ByteSource, length: int) -> None:
        if self.away:
            self.away -= 1
            raise Temporary("store.unavailable")
        self.done.append(f"put {name.partition('/')[0]}")
        self.inner.put(name, source, length)

    def get(self, name: str) -> BinaryIO:
        return self.inner.get(name)

    def exists(self, name: str) -> bool:
        return self.inner.exists(name)

    def delete(self, names: Iterable[str]) -> list[str]:
        names = list(names)
        self.done.append(f"delete {names[0].partition('/')[0]}")
        if self.fails:
            self.fails -= 1
            return names
        return self.inner.delete(names)

    def names(self, prefix: str = "", *, after: str = "") -> Iterator[str]:
        return self.inner.names(prefix, after=after)

    def listed(self, prefix: str = "", *, after: str = "") -> Iterator[Listed]:
        return self.inner.listed(prefix, after=after)

    def check(self) -> None:
        self.inner.check()


class Custody:
    """What one process has in its hands."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.time = 0.0
        self.store = Watched(FolderStore(folder))
        self.purposes = PurposeCheck(database)
        self.keys = self.keys_with("m1")
        self.fields = self.fields_with(self.keys)
        self.media = MediaVault(database, self.keys, self.store, self.purposes)
        with database.unit() as unit:
            for account in ("ann", "bob"):
                self.keys.create(unit, account)

    def keys_with(self, *ids: str) -> Keys:
        return Keys(self.database, MasterKeys.parse(ring(*ids)), monotonic=lambda: self.time)

    def fields_with(self, keys: Keys) -> Fields:
        return Fields(keys, BlindIndex.parse(f"1:{base64.b64encode(bytes(32)).decode()}"), self.purposes)

    def keep(self, data: bytes, *, account: str = "ann", kind: str = "photo") -> Media:
        media = self.media.keep(account=account, kind=kind, data=data, mime="image/jpeg", width=1, height=1)
        with self.database.unit() as unit:
            self.media.stored(unit, media)
        with self.database.connection():
            return Media.get_by_id(media.id)


@pytest.fixture
def custody(database: Database, tmp_path: Path) -> Custody:
    return Custody(database, tmp_path / "objects")
