"""The chat page: a folder of files, served as they are."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .client_answers import Refused

FOLDER = Path(__file__).parent / "page"
routes = web.RouteTableDef()
_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


@routes.get("/")
async def index(request: web.Request) -> web.StreamResponse:
    return _file("index.html")


@routes.get("/page/{path:.+}")
async def page(request: web.Request) -> web.StreamResponse:
    return _file(request.match_info["path"])


def _file(name: str) -> web.StreamResponse:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER.resolve()) or not path.is_file():
        raise Refused(404, "there is no such page")
    return web.FileResponse(path, headers=_HEADERS)
