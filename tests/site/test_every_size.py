"""Every page at every size: a small phone, twice as large letters, paper; and light enough for a slow line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.emulators.page_windows import PATIENCE
from tests.site.faulty import faulty_site
from tests.site.measuring import cut_in_print, sticks_out
from tests.site.pages import PREFIXES, Shown
from tests.site.serving import Site

pytestmark = pytest.mark.timeout(600)  # each draws every page, the first one of them at all sizes

LIGHT = 60_000  # bytes on the line, headers included, without the pictures that come when they are scrolled to
SMALL = 1000  # bytes: they travel in one packet, packed or not
PAPER = 680  # CSS pixels that A4 has between its margins
SCREEN_ONLY = ("nav", ".skip")
LAZY = "() => [...document.querySelectorAll('img[loading=lazy]')].map(one => one.currentSrc || one.src)"
TEXT = ("text/", "image/svg+xml", "application/xml", "application/json")
DARK_PAPER = """() => {
  const { backgroundColor, color } = getComputedStyle(document.body);
  const light = text => {
    const [red, green, blue, opacity = 1] = text.match(/[\\d.]+/g).map(Number);
    return opacity === 0 || red + green + blue > 600;
  };
  return !light(backgroundColor) || light(color);
}"""
# Window, pixels of the device for each of CSS, what is done to the letters.
SIZES: dict[str, tuple[int, int, float, str]] = {
    "a small phone": (320, 568, 2, ""),
    "a window at 200 % zoom": (640, 400, 2, ""),
    "letters twice as large": (1280, 800, 1, "200%"),
    "letters twice as large on a phone": (390, 844, 2, "200%"),
    "a tablet": (768, 1024, 1, ""),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def drawn(browser: Browser, site: Site, pages: list[Shown]) -> dict[str, dict[str, list[str]]]:
    """Size -> address -> what sticks out. Each page is loaded once and drawn anew for each size."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page, wrong = context.new_page(), {size: dict[str, list[str]]() for size in SIZES}
    glass = context.new_cdp_session(page)
    for address in [*(site.url + shown.path for shown in pages), site.download()]:
        page.goto(address)
        for size, (width, height, scale, letters) in SIZES.items():
            window = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
            glass.send("Emulation.setDeviceMetricsOverride", window)
            page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
            assert page.evaluate("() => [innerWidth, devicePixelRatio]") == [width, scale]
            wrong[size][address.removeprefix(site.url)] = sticks_out(page)
    context.close()
    return wrong


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out(drawn: dict[str, dict[str, list[str]]], pages: list[Shown], size: str) -> None:
    assert len(drawn[size]) == len(pages) + 1
    assert {path: names for path, names in drawn[size].items() if names} == {}


def test_what_sticks_out_is_found(page: Page) -> None:
    with faulty_site() as url:
        page.set_viewport_size({"width": 320, "height": 568})
        page.goto(f"{url}/wide")
        assert any(name.startswith("the page") for name in sticks_out(page))
        page.goto(f"{url}/hidden")
        assert "cut: div.hides" in sticks_out(page)
        page.goto(f"{url}/clean")
        assert sticks_out(page) == []


def test_paper_gets_the_text_without_what_is_only_for_the_screen(page: Page, site: Site, pages: list[Shown]) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    wrong = {}
    for path in [shown.path for shown in pages if shown.status == 200]:
        page.goto(site.url + path)
        shown = [one for one in SCREEN_ONLY if page.locator(one).locator("visible=true").count()]
        dark = ["dark paper"] if page.evaluate(DARK_PAPER) else []
        wrong[path] = [*cut_in_print(page), *shown, *dark]
        assert page.locator("h1").is_visible()
    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize("language", PREFIXES)
def test_every_page_is_light_and_compressed(page: Page, site: Site, pages: list[Shown], language: str) -> None:
    _never_here(page)
    weights, plain, lazy = {}, set(), set()
    for path in [shown.path for shown in pages if shown.language == language]:
        responses = _loaded(page, site.url + path)
        lazy |= set(page.evaluate(LAZY))  # one of the page before may still be coming
        at_once = [one for one in responses if one.url not in lazy]
        weights[path] = sum(_bytes(one.request.sizes()) for one in at_once)
        plain |= {one.url for one in responses if _is_text(one) and one.header_value("content-encoding") is None}
    assert min(weights.values()) > 1000, "a page and its style weigh something"
    assert {path: weight for path, weight in weights.items() if weight >= LIGHT} == {}
    assert plain == set(), "these came uncompressed"


def _never_here(page: Page) -> None:
    """Everything comes over the line, as to somebody who was never here."""
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})


def _loaded(page: Page, address: str) -> list[Response]:
    """What came without scrolling."""
    responses: list[Response] = []

    def keep(response: Response) -> None:
        responses.append(response)

    page.on("response", keep)
    page.goto(address)
    page.remove_listener("response", keep)
    return responses


def _bytes(sizes: Any) -> int:
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])


def _is_text(response: Response) -> bool:
    """Text that is worth packing."""
    kind, size = response.header_value("content-type") or "", response.request.sizes()["responseBodySize"]
    return kind.startswith(TEXT) and size > SMALL
