"""Every page for everybody: no violation that axe-core knows of, in the light and in the dark, and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.site.axe import violations
from tests.site.faulty import faulty_site
from tests.site.measuring import Stop, reachable, tab_through
from tests.site.pages import PREFIXES, Shown
from tests.site.serving import Site

SITE = Path(__file__).parents[2] / "web" / "static" / "site.css"


@contextmanager
def window(browser: Browser, *, width: int = 1280, height: int = 800, **wishes: Any) -> Iterator[Page]:
    """Our policy forbids scripts, the checker's among them: in this window it is set aside."""
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True, **wishes)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", PREFIXES)
def test_axe_finds_no_violation(browser: Browser, site: Site, pages: list[Shown], language: str) -> None:
    ours = [page.path for page in pages if page.language == language]
    with window(browser) as page:
        found = {path: violations(page, site.url + path) for path in ours}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_neither_on_the_page_of_a_download(browser: Browser, site: Site) -> None:
    with window(browser, width=320) as page:
        assert violations(page, site.download()) == []


def test_axe_was_able_to_find_them(browser: Browser) -> None:
    with faulty_site() as url, window(browser) as page:
        pale, nameless = violations(page, f"{url}/pale"), violations(page, f"{url}/nameless")
    assert any(wrong.startswith("dark color-contrast") for wrong in pale)
    assert not any(wrong.startswith("light color-contrast") for wrong in pale)
    assert any(wrong.startswith("light link-name") for wrong in nameless)


def test_the_dark_changes_nothing_but_colours() -> None:
    """Which is why not every rule is asked in both."""
    style = SITE.read_text()
    dark = re.findall(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", style, re.DOTALL)
    assert len(dark) == style.count("prefers-color-scheme") == 1
    assert re.fullmatch(r"\s*:root \{(\s*--[a-z-]+: [^;{}]+;)+\s*\}\s*", dark[0])


Tabbed = Callable[[str], tuple[list[Stop], int]]


@pytest.fixture
def tabbed(browser: Browser) -> Iterator[Tabbed]:
    with window(browser, reduced_motion="reduce") as page:

        def through(address: str) -> tuple[list[Stop], int]:
            page.goto(address)
            return tab_through(page), reachable(page)

        yield through


@pytest.mark.parametrize("path", ["/", "/privacy", "/zh-hant/packs"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(tabbed: Tabbed, site: Site, path: str) -> None:
    stops, expected = tabbed(site.url + path)
    assert stops[0].href == "#main", "the first stop skips to the text"
    assert [stop for stop in stops if not stop.visible] == []
    assert len(stops) == expected
    prefix = next(prefix for prefix in reversed(PREFIXES.values()) if path.startswith(f"{prefix}/"))
    early = [stop.href for stop in stops[:30]]
    assert f"{prefix}/privacy" in early, "the navigation comes early"
    rest = path.removeprefix(prefix)
    others = {(other + rest).rstrip("/") or "/" for other in PREFIXES.values() if other != prefix}
    assert others <= {stop.href.rstrip("/") or "/" for stop in stops}, "the other languages can be reached"


def test_the_skip_link_goes_to_the_text(browser: Browser, site: Site) -> None:
    with window(browser) as page:
        page.goto(f"{site.url}/privacy")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.url.endswith("#main")
        assert not page.evaluate("document.querySelector('header').contains(document.activeElement)")


def test_a_focus_that_nobody_sees_is_found(tabbed: Tabbed) -> None:
    with faulty_site() as url:
        assert [stop.visible for stop in tabbed(f"{url}/unseen")[0]] == [False]
        assert [stop.visible for stop in tabbed(f"{url}/nameless")[0]] == [True]
        stops, expected = tabbed(f"{url}/skipped")
        assert (len(stops), expected) == (1, 2)
