"""One-time downloads: a page that asks, and a button that gives. A preview or a virus scanner that only looks uses
nothing up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from flask import Blueprint, Response, abort

import crash
from custody.media import EXPORT
from errors import Failure, Rejected
from generation.chat import PURPOSE
from generation.links import PATH
from models import Media
from privacy.manifest import PURPOSE as RIGHTS
from web.headers import WITH_OWN_FORMS
from web.site_languages import PREFIXES, address
from web.site_layout import Layout
from workers.house import House

PIECE = 256 * 1024


def blueprint(house: House, layout: Layout) -> Blueprint:
    routes = Blueprint("links", __name__)

    def ask(token: str, tag: str) -> Response:
        with house.database.unit() as unit:
            media = house.links.find(unit, token)
        if media is None:
            abort(404)
        megabytes = max(1, round(media.size / 1_000_000))
        page = Response(
            layout.render(
                "download.html",
                tag=tag,
                path=f"{PATH}{token}",
                listed=False,
                megabytes=megabytes,
                kind=media.kind,
            )
        )
        page.headers["Cache-Control"] = "no-store"
        page.headers["Content-Security-Policy"] = WITH_OWN_FORMS
        return page

    def give(token: str, tag: str) -> Response:
        del tag
        with house.database.unit() as unit:
            media = house.links.find(unit, token)
        if media is None:
            abort(404)
        purpose = RIGHTS if media.kind == EXPORT else PURPOSE
        try:
            opened = house.media.open(media, purpose=purpose)  # before the address is used up: the store may be away
        except Rejected:  # nobody may open it for now, and nobody is told that it is there
            abort(404)
        with house.database.unit() as unit:
            taken = house.links.take(unit, token)
        crash.at("link.taken")
        if taken is None:
            opened.close()
            abort(404)
        whole = partial(house.exports.fetched, media.id) if media.kind == EXPORT else None
        response = Response(_pieces(opened, whole), mimetype=media.mime)
        response.content_length = media.size
        response.headers["Content-Disposition"] = f'attachment; filename="{_name(media)}"'
        response.headers["Cache-Control"] = "no-store"
        return response

    for tag in PREFIXES:
        rule, language = address(tag, f"{PATH}<token>"), {"tag": tag}
        routes.add_url_rule(rule, f"ask {tag}", ask, defaults=language, methods=["GET"])
        routes.add_url_rule(rule, f"give {tag}", give, defaults=language, methods=["POST"])
    return routes


def _name(media: Media) -> str:
    return "miomio." + media.mime.partition("/")[2].replace("jpeg", "jpg")


def _pieces(opened: BinaryIO, whole: Callable[[], None] | None) -> Iterator[bytes]:
    """`whole` is called once the last piece was taken, never for a visitor who went away before."""
    with opened:
        while piece := opened.read(PIECE):
            yield piece
    crash.at("link.given")
    if whole is not None:
        with suppress(Failure):  # the visitor has it; its time ends what stays
            whole()
