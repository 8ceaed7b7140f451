"""Stands between the service and one other party: passes every byte on unchanged, and remembers both directions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PIECE = 1 << 18


@dataclass
class Line:
    """One connection: what was asked over it and what came back."""

    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Said:
    """One HTTP request. `whole` is false for one that ended in the middle, as a killed process leaves it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    whole: bool = True

    @property
    def raw(self) -> bytes:
        lines = [f"{self.method} {self.path}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\n".join(lines).encode("latin-1") + b"\n\n" + self.body


class Recorder:
    """Listens on a port of this machine and forwards to another one. A line that breaks on one side breaks on both."""

    def __init__(self, name: str, target: int) -> None:
        self.name = name
        self.lines: list[Line] = []
        self._target = target
        self._away = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"recorder-{name}", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(60)
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[bytes]:
        """What went to the other party, by connection."""
        return [bytes(line.asked) for line in list(self.lines)]

    @property
    def answered(self) -> list[bytes]:
        return [bytes(line.answered) for line in list(self.lines)]

    def requests(self) -> list[Said]:
        return [said for stream in self.asked for said in requests_in(stream)]

    @contextmanager
    def away(self) -> Iterator[None]:
        """The other party cannot be reached meanwhile; open lines break."""
        self._away = True
        asyncio.run_coroutine_threadsafe(self._break_lines(), self._loop).result(60)
        try:
            yield
        finally:
            self._away = False

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            await self._break_lines()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=PIECE)

    async def _break_lines(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _connected(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if self._away:
            near_out.transport.abort()
            return
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._target, limit=PIECE)
        except OSError:
            near_out.transport.abort()
            return
        line = Line()
        self.lines.append(line)
        pair = {near_out, far_out}
        self._open |= pair
        try:
            await asyncio.gather(self._pass(near_in, far_out, line.asked), self._pass(far_in, near_out, line.answered))
        except OSError:
            for writer in pair:
                writer.transport.abort()
        finally:
            self._open -= pair
            for writer in pair:
                with suppress(OSError):
                    writer.close()

    @staticmethod
    async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter, kept: bytearray) -> None:
        while piece := await source.read(PIECE):
            kept += piece
            target.write(piece)
            await target.drain()
        with suppress(OSError):
            target.write_eof()


def requests_in(stream: bytes) -> Iterator[Said]:
    """The requests of one connection, in their order. Raises ValueError for what is not HTTP."""
    while stream:
        head, end, rest = stream.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, version = first.split(" ") if first.count(" ") == 2 else ("", "", "")
        if not version.startswith("HTTP/1."):
            if not end:
                return  # it broke off before the end of the first line
            raise ValueError(f"not a request: {first[:40]!r}")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body, stream, whole = _body(headers, rest)
        yield Said(method, path, headers, body, whole and bool(end))


def _body(headers: dict[str, str], rest: bytes) -> tuple[bytes, bytes, bool]:
    """The body, what follows it, and whether it is whole."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        length = int(headers.get("content-length", 0))
        return rest[:length], rest[length:], len(rest) >= length
    body = b""
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return body, b"", False
        length = int(size.split(b";")[0], 16)
        if length == 0:
            return body, rest.partition(b"\r\n")[2], True
        body, rest = body + rest[:length], rest[length + 2 :]
