"""Reads a request's body into one buffer of its announced length: growing one costs more than all the rest."""

from __future__ import annotations

from aiohttp import web

# The largest file Telegram takes, and room for the form around it.
LARGEST_BODY = 52 * 1024 * 1024


async def read(request: web.Request) -> bytes | bytearray:
    """Raises HTTPRequestEntityTooLarge beyond LARGEST_BODY."""
    length = request.content_length
    if length is None or length > LARGEST_BODY:
        return await request.read()
    body = bytearray(length)
    view = memoryview(body)
    position = 0
    async for chunk in request.content.iter_any():
        end = position + len(chunk)
        view[position:end] = chunk
        position = end
    return body
