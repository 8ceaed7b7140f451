"""Streams of bytes: what sources must offer, and the reader that sealing and opening have in common."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class ByteSource(Protocol):
    """Anything with `read`: an open file, a response's body, one of the readers here."""

    def read(self, size: int = -1, /) -> bytes: ...


def fill(source: ByteSource, buffer: memoryview) -> int:
    """Bytes read into the buffer, fewer than it holds only when the source ends: sockets give less at a time."""
    readinto = getattr(source, "readinto", None)
    filled = 0
    while filled < len(buffer):
        room = buffer[filled:]
        got = readinto(room) if readinto is not None else _copy(source.read(len(room)), room)
        if not got:
            break
        filled += got
    return filled


def _copy(data: bytes, buffer: memoryview) -> int:
    buffer[: len(data)] = data
    return len(data)


def start_of(source: ByteSource) -> int | None:
    """Where the source stands now if it can come back to it, else None."""
    seekable = getattr(source, "seekable", None)
    if seekable is None or not seekable():
        return None
    return cast(BinaryIO, source).tell()


class ByteStream(io.BufferedIOBase, BinaryIO):
    """A stream of ours that counts as an open binary file."""

    def readable(self) -> bool:
        return True


class PieceReader(ByteStream):
    """A readable stream over `_piece()`, which gives a view of the next bytes, empty at the end.

    A view holds until the next one is asked for, so that buffers are used again: for streams of many chunks the memory
    that a fresh buffer makes the kernel clear costs more than AES.
    """

    def __init__(self) -> None:
        self._restart()

    def _restart(self, first: bytes = b"") -> None:
        self._ready = memoryview(first)
        self._at = 0
        self._before = 0
        self._failure: Exception | None = None

    def _piece(self) -> memoryview:
        raise NotImplementedError

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes, fewer only at the end; the whole rest for None or a negative size."""
        if size is None or size < 0:
            return b"".join(self)
        parts = [bytes(self._take(size))]
        missing = size - len(parts[0])
        while missing and (view := self._take(missing)):
            parts.append(bytes(view))
            missing -= len(view)
        return b"".join(parts) if len(parts) > 1 else parts[0]

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fills as much of the buffer as one piece allows; 0 at the end."""
        target = memoryview(buffer).cast("B")
        view = self._take(len(target))
        target[: len(view)] = view
        return len(view)

    def __iter__(self) -> Iterator[bytes]:  # io's own would go by lines
        while view := self._take(None):
            yield bytes(view)

    def tell(self) -> int:
        """How many bytes were read."""
        return self._before + self._at

    def _take(self, most: int | None) -> memoryview:
        if self.closed:
            raise ValueError("this stream is closed")
        if self._at == len(self._ready) and most != 0:
            self._before += self._at
            self._ready, self._at = memoryview(b""), 0
            self._ready = self._next()
        start = self._at
        self._at = len(self._ready) if most is None else min(start + most, len(self._ready))
        return self._ready[start : self._at]

    def _next(self) -> memoryview:
        # A stream that has failed stays failed: reading on would leave out what was lost and look complete.
        if self._failure is not None:
            raise self._failure
        try:
            return self._piece()
        except Exception as failure:
            self._failure = failure
            raise


class Ahead:
    """Reads a source piece by piece, one ahead, because only the end of the source tells which piece is the last."""

    def __init__(self, source: ByteSource, size: int) -> None:
        self._source = source
        self._size = size
        self._now, self._after = memoryview(bytearray(size)), memoryview(bytearray(size))
        self._filled = fill(source, self._after)
        self.ended = False

    def next(self) -> memoryview:
        """The next piece, which holds until the next call; `ended` tells from then on whether it is the last."""
        self._now, self._after = self._after, self._now
        filled = self._filled
        self._filled = fill(self._source, self._after) if filled == self._size else 0
        self.ended = self._filled == 0
        return self._now[:filled]
