"""Reads a request's body: a form part by part as it comes, all else into one buffer of its announced length."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .multipart import Part, Reader, boundary_of

# The largest file Telegram takes, and room for the form around it.
LARGEST_BODY = 52 * 1024 * 1024


async def read(request: web.Request) -> bytes | bytearray:
    """Raises HTTPRequestEntityTooLarge beyond LARGEST_BODY."""
    length = request.content_length
    if length is None or length > LARGEST_BODY:
        return await request.read()
    # Growing a buffer costs more than all the rest.
    body = bytearray(length)
    view = memoryview(body)
    position = 0
    async for chunk in request.content.iter_any():
        end = position + len(chunk)
        view[position:end] = chunk
        position = end
    return body


def is_form(request: web.Request) -> bool:
    return request.content_type == "multipart/form-data"


async def read_form(request: web.Request, folder: Path) -> list[Part]:
    """Large parts wait in files of the folder until kept or discarded.

    Raises Malformed, and HTTPRequestEntityTooLarge beyond LARGEST_BODY.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, request.content_length or 0)
    reader = Reader(boundary_of(request.headers.get("Content-Type", "")), folder)
    size = 0
    try:
        async for chunk in request.content.iter_any():
            size += len(chunk)
            if size > LARGEST_BODY:
                raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, size)
            reader.feed(chunk)
        return reader.finish()
    except BaseException:
        reader.discard()
        raise
