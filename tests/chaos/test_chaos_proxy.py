"""Each fault of the proxy does what it says, once, to one line; without a fault bytes pass as they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from chaos.proxy import DROP_REPLY, DROP_REQUEST, RESET, STALL, Link, Trouble

SOON = 0.2
LONG = 60.0


class Upstream:
    """Answers each line with the same in capitals, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.heard.append(line)
                writer.write(line.upper())
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[Upstream, Link, list[tuple[str, str]]]]:
    upstream, hits = Upstream(), list[tuple[str, str]]()
    server = await asyncio.start_server(upstream, "127.0.0.1", 0)
    link = Link("here-there", server.sockets[0].getsockname()[1], on_hit=lambda name, kind: hits.append((name, kind)))
    link.waits = LONG
    await link.open()
    try:
        yield upstream, link, hits
    finally:
        await link.close()
        server.close()


async def asked(link: Link, words: bytes) -> bytes:
    """The answer; empty when the line was cut, as it is by an end or a reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    try:
        writer.write(words)
        return await asyncio.wait_for(reader.readline(), LONG)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def run(story: Callable[[Upstream, Link, list[tuple[str, str]]], Awaitable[None]]) -> None:
    async def told() -> None:
        async with linked() as parts:
            await story(*parts)

    asyncio.run(told())


def test_without_a_fault_everything_passes() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        assert await asked(link, b"hello\n") == b"HELLO\n"
        assert link.passed == len(b"hello\n")
        assert hits == []

    run(story)


def test_a_large_answer_passes_whole_to_a_slow_reader() -> None:
    async def says_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(bytes(8 << 20))
        await writer.drain()
        writer.close()

    async def told() -> None:
        server = await asyncio.start_server(says_much, "127.0.0.1", 0)
        link = Link("here-there", server.sockets[0].getsockname()[1])
        await link.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        size = 0
        while piece := await reader.read(1 << 16):
            size += len(piece)
        assert size == 8 << 20
        writer.close()
        await link.close()
        server.close()

    asyncio.run(told())


def test_a_dropped_request_never_arrives_and_its_line_is_cut() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(DROP_REQUEST, SOON))
        began = time.monotonic()
        assert await asked(link, b"lost\n") == b""
        assert time.monotonic() - began >= SOON
        assert upstream.heard == []
        assert await asked(link, b"next\n") == b"NEXT\n"
        assert hits == [("here-there", DROP_REQUEST)]

    run(story)


def test_what_follows_a_dropped_request_on_its_line_is_dropped_too() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(DROP_REQUEST, LONG))
        _, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"first\n")
        while not hits:
            await asyncio.sleep(0.01)
        writer.write(b"second\n")
        await writer.drain()
        assert await asked(link, b"another line\n") == b"ANOTHER LINE\n"
        assert upstream.heard == [b"another line\n"]
        writer.close()

    run(story)


def test_a_dropped_reply_is_lost_although_the_request_arrived() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        trouble = Trouble(DROP_REPLY)
        link.spoil(trouble)
        assert not trouble.met
        assert await asked(link, b"done\n") == b""
        assert trouble.met
        assert upstream.heard == [b"done\n"]
        assert await asked(link, b"next\n") == b"NEXT\n"

    run(story)


def test_a_stall_holds_a_line_and_loses_and_reorders_nothing() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(STALL, SOON))
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        began = time.monotonic()
        for number in range(20):
            writer.write(f"line {number}\n".encode())
            await asyncio.sleep(0.001)
        answers = [await asyncio.wait_for(reader.readline(), LONG) for _ in range(20)]
        assert time.monotonic() - began >= SOON
        assert answers == [f"LINE {number}\n".encode() for number in range(20)]
        writer.close()

    run(story)


def test_who_hangs_up_in_a_stall_is_still_heard() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(STALL, SOON))
        _, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"late\n")
        await writer.drain()
        writer.close()
        until = time.monotonic() + LONG
        while upstream.heard != [b"late\n"] and time.monotonic() < until:
            await asyncio.sleep(0.01)
        assert upstream.heard == [b"late\n"]

    run(story)


def test_a_reset_cuts_the_line_at_once() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(RESET))
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write(b"never\n")
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.readline(), LONG)
        assert upstream.heard == []
        writer.close()

    run(story)


def test_a_fault_that_met_nobody_in_time_hits_nobody_later() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.waits = 0.0
        link.spoil(Trouble(RESET))
        await asyncio.sleep(0.01)
        assert await asked(link, b"hello\n") == b"HELLO\n"
        assert (hits, link.unmet) == ([], 1)

    run(story)


def test_after_calm_nothing_is_spoiled_and_what_met_nobody_is_counted() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.spoil(Trouble(RESET))
        link.calm()
        assert await asked(link, b"hello\n") == b"HELLO\n"
        assert (hits, link.unmet) == ([], 1)

    run(story)


def test_a_line_to_nobody_is_cut() -> None:
    async def told() -> None:
        server = await asyncio.start_server(Upstream(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        link = Link("here-nowhere", port)
        await link.open()
        assert await asked(link, b"hello\n") == b""
        await link.close()

    asyncio.run(told())


def test_words_that_may_not_pass_are_counted() -> None:
    async def story(upstream: Upstream, link: Link, hits: list[tuple[str, str]]) -> None:
        link.watched = (b"kanarie",)
        await asked(link, b"nothing of hers\n")
        assert link.seen == 0
        await asked(link, b"a kanarie in plain\n")
        assert link.seen == 1

    run(story)
