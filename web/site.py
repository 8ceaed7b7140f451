"""The website: every page in every language from memory, and the files that search engines and researchers ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Response

from web import proofs, site_files, site_versions
from web.headers import WITH_OWN_FORMS
from web.pages import PAGES, Page
from web.site_languages import PREFIXES, address
from web.site_layout import STYLE, STYLESHEET, Layout
from web.site_memory import FOR_EVER, Kept, Memory
from wording.language import translate
from workers.house import House

# Every page that there is to find, without a language.
PATHS = (*(page.path for page in PAGES), proofs.PATH, *site_versions.PATHS)


def utc() -> datetime:
    """This machine's time; the database is not asked for a date on a file."""
    return datetime.now(UTC).replace(tzinfo=None)


def blueprint(house: House, layout: Layout, *, now: Callable[[], datetime] = utc) -> Blueprint:
    """Every page of `PAGES`, the versions of the policy, the stylesheet and the files. `now` is naive UTC."""
    routes = Blueprint("site", __name__)
    memory = Memory()

    def page(page: Page, tag: str) -> Response:
        answer = memory.get((page.path, tag), lambda: _rendered(page, tag)).answer()
        if page.forms:
            answer.headers["Content-Security-Policy"] = WITH_OWN_FORMS
        return answer

    def _rendered(page: Page, tag: str) -> Kept:
        shown = page.shows(translate(tag), house)
        return Kept.of(layout.render(page.template, tag=tag, path=page.path, **shown))

    for one in PAGES:
        for tag in PREFIXES:
            view = partial(page, one, tag)
            routes.add_url_rule(address(tag, one.path), f"{one.path} {tag}", view)

    @routes.get(STYLE)
    def style() -> Response:
        return memory.get(STYLE, _style).answer()

    def _style() -> Kept:
        return Kept.of(STYLESHEET.read_text(encoding="utf-8"), mimetype="text/css", cache=FOR_EVER)

    site_versions.install(routes, house, layout, memory)
    site_files.install(routes, house.settings, PATHS, now=now)
    return routes
