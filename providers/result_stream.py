"""The bytes of a result as they come off the line: as many as were promised, by the deadline, and none are kept."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from errors import Permanent, Temporary

PIECE: Final = 1 << 20
LINGER: Final = 0.2  # seconds to see whether more comes; whoever closes the line as asked ends it at once


class Buffered(Protocol):
    """What is left on a line after an answer's head."""

    def read1(self, size: int = -1, /) -> bytes: ...


class ResultStream:
    """Readable once, without an end short of the promise or beyond it. Iterate over it, or `read`."""

    def __init__(
        self,
        line: socket.socket,
        rest: Buffered,
        length: int,
        *,
        patience: float,
        until: float,
        clock: Callable[[], float],
    ) -> None:
        self._line = line
        self._rest = rest
        self._left = length
        self._patience = patience
        self._until = until
        self._clock = clock

    def read(self, size: int = -1, /) -> bytes:
        """What has come, up to `size` bytes and 1 MiB; b"" at the end. Everything, when `size` is negative.

        The last bytes are given out only when nothing follows them, so that a result that is longer than it said is
        never whole. Raises Permanent("result.longer_than_promised"), Temporary("http.cut_off" | "http.timeout").
        """
        if size < 0:
            return b"".join(self)
        wanted = min(size, PIECE, self._left)
        if not wanted:
            return b""
        with words_removed("http.cut_off"):
            self._line.settimeout(min(self._patience, self._remaining()))
            piece = self._rest.read1(wanted)
        if not piece:
            raise Temporary("http.cut_off")
        if len(piece) == self._left and self._more_follows():
            raise Permanent("result.longer_than_promised")
        self._left -= len(piece)
        return piece

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(PIECE):
            yield piece

    def _remaining(self) -> float:
        """Each byte may come in time and the whole of them never."""
        remaining = self._until - self._clock()
        if remaining <= 0:
            raise Temporary("http.timeout")
        return remaining

    def _more_follows(self) -> bool:
        self._line.settimeout(LINGER)
        try:
            return bool(self._rest.read1(1))
        except OSError:
            return False  # silence, or a line that broke when everything had come


@contextmanager
def words_removed(broken: str) -> Iterator[None]:
    """The libraries' errors quote hosts and lines of the answer. Ours are a code, with the chain to theirs broken."""
    try:
        yield
    except TimeoutError:
        code = "http.timeout"
    except ssl.SSLCertVerificationError:
        code = "result.untrusted"
    except (OSError, http.client.HTTPException, ValueError):
        code = broken
    else:
        return
    raise Temporary(code) from None
