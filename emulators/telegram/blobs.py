"""The bytes of files, by their hash: in memory until written, then in a folder with a small cache."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections import OrderedDict
from pathlib import Path

from .spool import Spool

CACHE_BYTES = 64 * 1024 * 1024


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the folder, so that a file on its way in is moved by its name alone.
        self.incoming = folder.with_name("incoming")
        shutil.rmtree(self.incoming, ignore_errors=True)
        self._unwritten: dict[str, bytes] = {}
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0
        self._known = {path.name for path in folder.iterdir()}
        self._flushing = asyncio.Lock()

    def add(self, data: bytes, digest: str = "") -> str:
        digest = digest or hashlib.sha256(data).hexdigest()
        if digest not in self._known:
            self._known.add(digest)
            self._unwritten[digest] = data
        return digest

    def take(self, spool: Spool) -> str:
        """Keeps what came in; one that waits in a file is moved, never copied."""
        digest = spool.digest
        if spool.path is None:
            return self.add(spool.data(), digest)
        if digest not in self._known:
            self._folder.mkdir(parents=True, exist_ok=True)
            spool.move(self._folder / digest)
            self._known.add(digest)
        return digest

    async def path(self, digest: str) -> Path:
        """Where it stands as a file; written now if it was not yet."""
        if digest in self._unwritten:
            await self.flush()
        return self._folder / digest

    async def get(self, digest: str) -> bytes:
        for kept in (self._unwritten, self._cache):
            if digest in kept:
                return kept[digest]
        data = await asyncio.to_thread((self._folder / digest).read_bytes)
        self._remember(digest, data)
        return data

    async def flush(self) -> None:
        async with self._flushing:
            for digest, data in list(self._unwritten.items()):
                await asyncio.to_thread(self._write, digest, data)
                if self._unwritten.pop(digest, None) is not None:
                    self._remember(digest, data)

    def empty(self) -> None:
        self._known.clear()
        self._unwritten.clear()
        self._cache.clear()
        self._cached = 0
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, digest: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{digest}.part"
        part.write_bytes(data)
        part.rename(self._folder / digest)

    def _remember(self, digest: str, data: bytes) -> None:
        if digest in self._cache:
            return
        self._cache[digest] = data
        self._cached += len(data)
        while self._cached > CACHE_BYTES and self._cache:
            _, old = self._cache.popitem(last=False)
            self._cached -= len(old)
