"""A TCP proxy for one line between two parts: it passes bytes on, and spoils a line when it was told to. A fault waits
for the next bytes of whoever asks; only then has it hit."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

# drop_request: what is asked never arrives; drop_reply: it arrives, and the answer is lost; stall: both sides wait;
# reset: the line is cut at once, in the middle of what was being said.
DROP_REQUEST, DROP_REPLY, STALL, RESET = "drop_request", "drop_reply", "stall", "reset"
KINDS = (DROP_REQUEST, DROP_REPLY, STALL, RESET)
BY_RESET = struct.pack("ii", 1, 0)


@dataclass
class Trouble:
    """`seconds`: how long a stall lasts, or until a line whose request was dropped is cut."""

    kind: str
    seconds: float = 0.0
    met: bool = False  # somebody


@dataclass
class Link:
    """Who speaks first reaches `upstream` on this machine through `port`. `watched` are words that may not pass."""

    name: str
    upstream: int
    port: int = 0
    watched: tuple[bytes, ...] = ()
    on_hit: Callable[[str, str], None] = lambda _link, _kind: None
    waits: float = 4.0  # seconds: or what met nobody on an idle line would all meet whoever comes next
    waiting: deque[tuple[float, Trouble]] = field(default_factory=deque)  # until when, and what
    unmet: int = 0  # troubles that met nobody
    passed: int = 0  # bytes towards upstream
    seen: int = 0  # how often a watched word passed
    _lines: set[Line] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listens from here on; `port` is known then."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Front(self), "127.0.0.1", self.port, backlog=256)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for line in list(self._lines):
                line.cut()
            await self._server.wait_closed()

    def spoil(self, trouble: Trouble) -> None:
        """The next bytes of whoever asks meet this."""
        self.waiting.append((time.monotonic() + self.waits, trouble))

    def calm(self) -> None:
        """Nothing more goes wrong."""
        self.unmet += len(self.waiting)
        self.waiting.clear()

    def next_trouble(self) -> Trouble | None:
        while self.waiting:
            until, trouble = self.waiting.popleft()
            if time.monotonic() <= until:
                return trouble
            self.unmet += 1
        return None


class Line:
    """One connection and its other half."""

    def __init__(self, link: Link, front: asyncio.Transport) -> None:
        self.link = link
        self.front = front
        self.back: asyncio.Transport | None = None
        self.deaf = False  # what comes is thrown away
        self.loses_reply = False
        self._held: list[tuple[asyncio.Transport | None, bytes]] | None = None  # no bytes: that side is closed
        link._lines.add(self)

    def asked(self, data: bytes) -> None:
        """Bytes from whoever asks."""
        link = self.link
        link.seen += sum(word in data for word in link.watched)
        if self.deaf:
            return
        trouble = link.next_trouble()
        if trouble is not None:
            trouble.met = True
            link.on_hit(link.name, trouble.kind)
            if trouble.kind == RESET:
                self.cut()
                return
            if trouble.kind == DROP_REQUEST:
                self.deaf = True
                asyncio.get_running_loop().call_later(trouble.seconds, self.cut)
                return
            if trouble.kind == STALL:
                self._hold(trouble.seconds)
            self.loses_reply = self.loses_reply or trouble.kind == DROP_REPLY
        link.passed += len(data)
        self._pass(self.back, data)

    def answered(self, data: bytes) -> None:
        """Bytes from upstream."""
        if self.deaf:
            return
        if self.loses_reply:
            self.cut()
            return
        self._pass(self.front, data)

    def _hold(self, seconds: float) -> None:
        if self._held is None:
            self._held = []
            asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        held, self._held = self._held or [], None
        for to, data in held:
            self._pass(to, data)

    def _pass(self, to: asyncio.Transport | None, data: bytes) -> None:
        """In order, also of what is held: everything behind it waits as long."""
        if self._held is not None:
            self._held.append((to, data))
        elif to is not None and not to.is_closing():
            to.write(data) if data else to.close()

    def cut(self) -> None:
        """By a reset on both sides, so that nobody mistakes it for an end."""
        self.deaf = True
        for side in (self.front, self.back):
            if side is not None and not side.is_closing():
                plug = side.get_extra_info("socket")
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, BY_RESET)
                side.abort()
        self.link._lines.discard(self)

    def ended(self, other: asyncio.Transport | None) -> None:
        """One side has closed: so does the other, once it has been sent all."""
        self._pass(other, b"")
        self.link._lines.discard(self)


class _Front(asyncio.Protocol):
    """The side of whoever asks."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._line: Line | None = None
        self._dialling: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = Line(self._link, transport)
        transport.pause_reading()
        self._dialling = asyncio.get_running_loop().create_task(self._dial(self._line))

    async def _dial(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _Back(line), "127.0.0.1", self._link.upstream)
        except OSError:
            line.cut()
        else:
            if not line.front.is_closing():
                line.front.resume_reading()

    def data_received(self, data: bytes) -> None:
        assert self._line is not None
        self._line.asked(data)

    def pause_writing(self) -> None:
        if self._line is not None and self._line.back is not None:
            self._line.back.pause_reading()

    def resume_writing(self) -> None:
        if self._line is not None and self._line.back is not None and not self._line.back.is_closing():
            self._line.back.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._line is not None:
            self._line.ended(self._line.back)


class _Back(asyncio.Protocol):
    """The side of whoever answers."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line.back = transport
        if self._line.front.is_closing():
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self._line.answered(data)

    def pause_writing(self) -> None:
        self._line.front.pause_reading()

    def resume_writing(self) -> None:
        if not self._line.front.is_closing():
            self._line.front.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._line.ended(self._line.front)
