"""The chat page and the sample photos it offers: two folders of files, served as they are."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from .client_answers import Refused

FOLDER = Path(__file__).parent / "page"
SAMPLES = Path(__file__).parents[2] / "samples"
routes = web.RouteTableDef()
_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


@routes.get("/")
async def index(request: web.Request) -> web.StreamResponse:
    return _file(FOLDER, "index.html")


@routes.get("/page/{path:.+}")
async def page(request: web.Request) -> web.StreamResponse:
    return _file(FOLDER, request.match_info["path"])


@routes.get("/samples/{name}.jpg")
async def sample(request: web.Request) -> web.StreamResponse:
    return _file(SAMPLES, request.match_info["name"] + ".jpg")


def _file(folder: Path, name: str) -> web.StreamResponse:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise Refused(404, "there is no such page")
    return web.FileResponse(path, headers=_HEADERS)
