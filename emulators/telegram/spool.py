"""A file on its way in: in memory while it is small, in a file beyond that, hashed as it comes."""

from __future__ import annotations

import hashlib
import io
import secrets
from pathlib import Path
from typing import BinaryIO

IN_MEMORY = 1024 * 1024


class Spool:
    """Written piece by piece; read once it is whole. Whoever does not keep it discards it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Without a folder everything stays in memory."""
        self._folder = folder
        self._small = bytearray()
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()
        self.path: Path | None = None
        self.size = 0

    @classmethod
    def of(cls, data: bytes) -> Spool:
        spool = cls()
        spool.write(data)
        return spool

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        self._hash.update(piece)
        self.size += len(piece)
        if self._file is None and self._folder is not None and self.size > IN_MEMORY:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.path = self._folder / secrets.token_hex(16)
            self._file = self.path.open("wb")
            self._file.write(self._small)
            self._small = bytearray()
        if self._file is None:
            self._small += piece
        else:
            self._file.write(piece)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def data(self) -> bytes:
        """The whole in memory: for what has to be looked at."""
        return bytes(self._small) if self.path is None else self.path.read_bytes()

    def open(self) -> BinaryIO:
        return io.BytesIO(self._small) if self.path is None else self.path.open("rb")

    def text(self) -> str:
        return self.data().decode("utf-8", "replace")

    def move(self, target: Path) -> None:
        """Only for one that has a path."""
        assert self.path is not None
        self.path.rename(target)
        self.path = target
        self._folder = None

    def discard(self) -> None:
        """Safe to call again, and after the file was moved to where it stays."""
        self.close()
        if self.path is not None and self._folder is not None:
            self.path.unlink(missing_ok=True)
