"""Serves results under /files/, and spoils them in the ways a download must survive."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from emulators.kling.calls import Calls
from emulators.kling.clips import FREE_HEADER, free_header
from emulators.kling.scenario import FILE, Rule, Scenario
from emulators.kling.tasks import Tasks
from emulators.pauses import Pauses

OK = Rule(kind="ok", stage=FILE)
PIECE = 256 * 1024
DRIPS = 20
MIB = 1024 * 1024
SURPLUS = 64 * 1024
NOT_A_VIDEO = b"<html><body>The link has expired.</body></html>"


class Files:
    def __init__(self, *, tasks: Tasks, scenario: Scenario, calls: Calls, pauses: Pauses) -> None:
        self.tasks = tasks
        self.scenario = scenario
        self.calls = calls
        self.pauses = pauses

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        call = self.calls.open(request, api="files")
        task = self.tasks.find(request.match_info["task"])
        if task is None or task.clip is None:
            call["status"] = 404
            return web.Response(status=404)
        task.fetched += 1
        # Where a redirect leads no rule waits again.
        rule = OK if "moved" in request.query else self.scenario.take(FILE, [task.asked]) or OK
        call.update(task_ids=[task.id], scenario=rule.kind, status=200)
        if rule.kind == "redirect":
            call["status"] = 302
            return web.Response(status=302, headers={"Location": rule.url or f"{request.path}?moved=1"})
        if rule.kind.isdecimal():
            call["status"] = int(rule.kind)
            return web.Response(status=int(rule.kind))
        if rule.kind == "not-video":
            return web.Response(body=NOT_A_VIDEO, content_type="video/mp4")
        if rule.kind == "ok":
            return web.Response(body=task.clip, content_type="video/mp4")
        return await self._spoilt(request, task.clip, rule)

    async def _spoilt(self, request: web.Request, clip: bytes, rule: Rule) -> web.StreamResponse:
        """Kinds whose bytes do not keep what the header promises, or take their time."""
        kind = rule.kind
        length = rule.mib * MIB if kind == "huge" else len(clip)
        promise = {} if kind == "no-length" else {"Content-Length": str(length)}
        response = web.StreamResponse(headers={"Content-Type": "video/mp4", **promise})
        if kind == "no-length":
            response.enable_chunked_encoding()
        with contextlib.suppress(ConnectionError):  # who has read enough hangs up
            await response.prepare(request)
            async for piece in self._pieces(clip, length, rule):
                await response.write(piece)
            if kind in ("shorter", "longer") and request.transport is not None:
                request.transport.write(bytes(SURPLUS) if kind == "longer" else b"")
                request.transport.close()
            else:
                await response.write_eof()
        return response

    async def _pieces(self, clip: bytes, length: int, rule: Rule) -> AsyncIterator[bytes]:
        size = max(1, len(clip) // DRIPS) if rule.kind == "drip" else PIECE
        end = len(clip) // 2 if rule.kind == "shorter" else len(clip)
        for start in range(0, end, size):
            if rule.kind == "drip":
                await self.pauses.wait(rule.lasting() / DRIPS)
            yield clip[start : min(start + size, end)]
        async for piece in _box(length - len(clip)):
            yield piece


async def _box(size: int) -> AsyncIterator[bytes]:
    """A box that players skip, so that a huge file is still a film."""
    if size < FREE_HEADER:
        return
    yield free_header(size)
    left = size - FREE_HEADER
    zeros = bytes(PIECE)
    while left > 0:
        yield zeros[:left]
        left -= PIECE
