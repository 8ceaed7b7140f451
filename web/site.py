"""The website: every page in every language from memory, and the files that search engines and researchers ask for."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from web.pages import PAGES, Page
from web.site_languages import PREFIXES, address
from web.site_layout import STYLE, STYLESHEET, Layout
from web.site_memory import FOR_EVER, Kept, Memory
from wording.language import translate
from workers.assembly import House


def blueprint(house: House, layout: Layout) -> Blueprint:
    routes = Blueprint("site", __name__)
    memory = Memory()

    def page(page: Page, tag: str) -> Response:
        return memory.get((page.path, tag), lambda: _rendered(page, tag)).answer()

    def _rendered(page: Page, tag: str) -> Kept:
        shown = page.shows(translate(tag), house)
        return Kept.of(layout.render(page.template, tag=tag, path=page.path, **shown))

    for one in PAGES:
        for tag in PREFIXES:
            view = partial(page, one, tag)
            routes.add_url_rule(address(tag, one.path), f"{one.path} {tag}", view)

    @routes.get(STYLE)
    def style() -> Response:
        text = STYLESHEET.read_text(encoding="utf-8")
        return memory.get(STYLE, lambda: Kept.of(text, mimetype="text/css", cache=FOR_EVER)).answer()

    return routes
