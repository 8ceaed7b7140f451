"""/report as somebody on a phone uses it: three languages, without a script, for everybody, and nothing is left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from config import load
from privacy.audit import Act
from tests.site.axe import violations_here
from tests.site.looking import Eyes
from tests.site.measuring import sticks_out
from tests.site.pages import PREFIXES
from tests.site.serving import Site
from tests.site.test_for_everybody import window
from workers.assembly import assemble

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}
NUMBER = re.compile(r"[2-9a-z]{5}-[2-9a-z]{5}")
WORDS = "My daughter is nine. She is on the left."


def fill(page: Page) -> None:
    page.locator("input[name=kind]").first.check()
    page.locator("[name=words]").fill(WORDS)
    page.locator("[name=place]").fill("https://example.invalid/1")


def troubles(page: Page) -> list[str]:
    """Of this page as it stands, and on the smallest phone."""
    found = violations_here(page)
    page.set_viewport_size(SMALL)  # type: ignore[arg-type]  # width and height
    found += sticks_out(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # width and height
    return found


def shown(site: Site, number: str) -> str | None:
    house = assemble(load(site.environ), ring=lambda *_: None)
    try:
        with house.database.unit() as unit:
            return house.reports.show(unit, Act("may.chan", "a test"), number).words
    finally:
        house.close()


@pytest.mark.proves("P10.2", "P11.1")
def test_without_a_script_a_report_becomes_a_case_and_nothing_stays_in_the_browser(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]  # its two sides
    page = context.new_page()
    page.goto(f"{site.url}/safety")
    page.locator("#report a.action").click()
    assert page.url == f"{site.url}/report"
    assert not page.locator("[name=website]").is_visible()
    fill(page)
    page.locator("main button").click()
    found = NUMBER.search(page.locator("main code").inner_text())
    assert found is not None
    assert page.url == f"{site.url}/report", "no number and no word in an address"
    assert context.cookies() == []
    context.close()
    assert shown(site, found[0]) == WORDS


@pytest.mark.proves("P11.1")
def test_the_answer_leaves_nothing_behind_either(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]  # width and height
    eyes = Eyes.on(context, site.url)
    assert eyes.visit("/report") == []
    fill(eyes.page)
    eyes.page.locator("main button").click()
    assert NUMBER.search(eyes.page.locator("main code").inner_text())
    assert eyes.left_behind() == []
    assert eyes.troubles == []
    context.close()


@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_form_mistake_and_answer_are_for_everybody(browser: Browser, site: Site, prefix: str, tmp_path: Path) -> None:
    with window(browser, **PHONE) as page:
        page.goto(f"{site.url}{prefix}/report")
        assert troubles(page) == []
        page.locator("input[name=kind]").first.check()
        page.locator("main button").click()  # nothing was written
        assert page.locator("[role=alert]").is_visible()
        assert page.locator("input[name=kind]").first.is_checked(), "what was chosen is still there"
        assert troubles(page) == []
        page.screenshot(path=tmp_path / "mistake.png", full_page=True)
        fill(page)
        page.locator("main button").click()
        assert NUMBER.search(page.locator("main code").inner_text())
        assert troubles(page) == []
        page.screenshot(path=tmp_path / "answer.png", full_page=True)


def test_it_can_be_filled_in_by_keyboard_alone(browser: Browser, site: Site) -> None:
    with window(browser) as page:
        page.goto(f"{site.url}/report")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "kind":
                break
        page.keyboard.press("Space")
        names = []
        for _ in range(4):
            page.keyboard.press("Tab")
            names.append(page.evaluate("document.activeElement.name || document.activeElement.type"))
        assert names == ["words", "place", "contact", "submit"], "and never into the field that nobody sees"
