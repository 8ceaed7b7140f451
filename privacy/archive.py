"""A ZIP that is written while it is read: memory constant, no file, and its length known before the first byte.

Nothing is packed smaller: pictures and videos are already, and only so the length can be told, which a store and
Telegram ask for.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import crash
from errors import Permanent, Temporary
from providers.telegram_calls import Readable
from vault.pieces import PieceReader

PIECE = 256 * 1024
LARGEST_ENTRY = 2_000_000_000  # bytes; above it a ZIP has other headers, and nothing here is a tenth of it
# What stands around the data, in bytes: before and behind each entry, in the list at the end, and the list's own end.
HEAD, TAIL, LISTED, FAR, END, END_OF_MANY = 30, 16, 46, 12, 22, 76


@dataclass(frozen=True)
class Entry:
    """A file of the ZIP: its path in ASCII, its length in bytes, and how its bytes are opened."""

    name: str
    size: int
    opens: Callable[[], AbstractContextManager[Readable]]

    @classmethod
    def of_text(cls, name: str, text: str) -> Entry:
        data = text.encode()
        return cls(name, len(data), lambda: io.BytesIO(data))


def length(entries: Iterable[Entry]) -> int:
    """How long the ZIP of these will be. Raises Permanent("export.entry_too_large")."""
    offset = listed = count = 0
    for entry in entries:
        if entry.size > LARGEST_ENTRY:
            raise Permanent("export.entry_too_large")
        name = len(entry.name.encode("ascii"))
        listed += LISTED + name + (FAR if offset > zipfile.ZIP64_LIMIT else 0)
        offset += HEAD + name + entry.size + TAIL
        count += 1
    many = count > zipfile.ZIP_FILECOUNT_LIMIT or max(offset, listed) > zipfile.ZIP64_LIMIT
    return offset + listed + END + (END_OF_MANY if many else 0)


class Archive(PieceReader):
    """The bytes of the ZIP. `go_on` is asked at every piece and raises when nobody waits for them any more.

    Raises Temporary("export.changed") where an entry has another length than was said.
    """

    def __init__(self, entries: Sequence[Entry], *, at: datetime, go_on: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._pieces = _written(entries, at, go_on)

    def _piece(self) -> memoryview:
        return memoryview(next(self._pieces, b""))

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self._pieces.close()
        super().close()


class _Sink:
    """Where zipfile writes to. It cannot go back, so lengths and sums stand behind the data."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def drain(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _written(entries: Sequence[Entry], at: datetime, go_on: Callable[[], None]) -> Generator[bytes, None, None]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as made:  # type: ignore[call-overload]  # write and flush do
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, date_time=at.timetuple()[:6])
            info.external_attr = 0o600 << 16
            info.file_size = entry.size
            written = 0
            with entry.opens() as source, made.open(info, "w") as target:
                while data := source.read(PIECE):
                    go_on()
                    written += target.write(data)
                    yield sink.drain()
            if written != entry.size:
                raise Temporary("export.changed")
            crash.at("export.packed")
    yield sink.drain()
