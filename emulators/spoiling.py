"""Answers that go wrong on the wire, in the ways a client must survive whoever stands behind the address."""

from __future__ import annotations

import socket
import struct

from aiohttp import web

from emulators.pauses import Pauses
from emulators.records import Call
from emulators.words import words

JSON = "application/json"
SPOILT = words("drop drop_reply reset garbage html-502 truncate stall")


async def spoilt(
    request: web.Request, call: Call, kind: str, body: bytes, *, pauses: Pauses, seconds: float
) -> web.StreamResponse:
    """`kind` is one of SPOILT. Truncate and stall send half of `body`, which is JSON; stall then waits `seconds`."""
    if kind == "garbage":
        call["status"] = 200
        return web.Response(body=b"\x00\xffnot json{", content_type=JSON)
    if kind == "html-502":
        call["status"] = 502
        return web.Response(status=502, body=b"<html><body>Bad Gateway</body></html>", content_type="text/html")
    if kind in ("truncate", "stall"):
        call["status"] = 200
        response = await half(request, web.Response(body=body, content_type=JSON))
        if kind == "stall":
            await pauses.wait(seconds)
        close(request)
        return response
    call["status"] = 0
    return hang_up(request, rudely=kind == "reset")


async def half(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Promise the whole body and send half of it; what comes then is up to the caller."""
    body = whole.body
    assert isinstance(body, bytes)
    response = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return response


def close(request: web.Request) -> None:
    """End the connection after what was written."""
    if request.transport is not None:
        request.transport.close()


def hang_up(request: web.Request, *, rudely: bool = False) -> web.Response:
    """End the connection without an answer; rudely, by a reset."""
    if request.transport is not None:
        if rudely:
            plug = request.transport.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)
