"""A file over HTTP: in ranges when asked for, as video players do."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from .files import File, Files


async def served(files: Files, file: File, headers: Mapping[str, str]) -> web.StreamResponse:
    """Raises NotAPicture or OSError for one that cannot be read."""
    if file.side:
        return web.Response(body=await files.read(file), headers=headers)
    return web.FileResponse(await files.blobs.path(file.source), headers=headers)
