"""A receipt in a real browser, on a phone: sent as a file or as text, looked up, and nothing of it is left there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.site.axe import violations_here
from tests.site.looking import Eyes
from tests.site.pages import PREFIXES
from tests.site.serving import Site
from tests.site.test_for_everybody import window
from wording.language import translate

pytestmark = pytest.mark.proves("P9.3")
PHONE = {"width": 320, "height": 640}
TAGS = {prefix: prefix.removeprefix("/") or "en" for prefix in PREFIXES.values()}


@pytest.fixture(scope="module")
def receipt(site: Site) -> str:
    return site.receipt()


@pytest.fixture
def eyes(browser: Browser, site: Site) -> Iterator[Eyes]:
    context = browser.new_context(viewport=PHONE, accept_downloads=True)  # type: ignore[arg-type]  # width and height
    yield Eyes.on(context, site.url)
    context.close()


def headline(page: Page) -> str:
    return page.locator(".verdict h2").inner_text()


@pytest.mark.proves("P11.1")
@pytest.mark.parametrize("prefix", PREFIXES.values())
def test_a_file_is_checked_on_a_phone_and_nothing_is_left_of_it(
    eyes: Eyes, receipt: str, tmp_path: Path, prefix: str
) -> None:
    (tmp_path / "receipt.json").write_text(receipt)
    _ = translate(TAGS[prefix])
    assert eyes.visit(f"{prefix}/receipts") == []
    eyes.page.set_input_files("#file", tmp_path / "receipt.json")
    eyes.page.get_by_role("button", name=_("Check"), exact=True).click()
    assert headline(eyes.page) == _("Genuine")
    assert eyes.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [*eyes.troubles, *eyes.left_behind()] == []
    assert eyes.page.url == f"{eyes.url}{prefix}/receipts/check"


def test_a_text_that_was_changed_is_told_apart(eyes: Eyes, receipt: str) -> None:
    assert eyes.visit("/receipts") == []
    eyes.page.get_by_label("or its text").fill(receipt.replace('"stage":1', '"stage":3'))
    eyes.page.get_by_role("button", name="Check", exact=True).click()
    assert headline(eyes.page) == "Altered"
    assert eyes.page.get_by_text(json.loads(receipt)["number"]).count() == 0


@pytest.mark.proves("P11.1")
def test_a_number_is_looked_up_and_its_receipt_downloaded_with_the_keyboard_alone(eyes: Eyes, receipt: str) -> None:
    assert eyes.visit("/receipts") == []
    eyes.page.get_by_label("Number of the receipt").focus()
    eyes.page.keyboard.type(json.loads(receipt)["number"])
    eyes.page.keyboard.press("Enter")
    eyes.page.wait_for_url("**/receipts/find")
    assert headline(eyes.page) == "Genuine"
    with eyes.page.expect_download() as coming:
        eyes.page.get_by_role("button", name="Download this receipt").press("Enter")
    assert coming.value.path().read_text() == receipt
    assert eyes.left_behind() == []
    assert [line for line in eyes.troubles if not line.startswith("failed:")] == []  # a download ends its navigation


@pytest.mark.parametrize("width", [320, 1280])
def test_what_a_receipt_says_can_be_read_by_everybody(browser: Browser, site: Site, receipt: str, width: int) -> None:
    changed = receipt.replace('"stage":1', '"stage":3')
    with window(browser, width=width) as page:
        for text in (receipt, changed):
            page.goto(f"{site.url}/receipts")
            page.get_by_label("or its text").fill(text)
            page.get_by_role("button", name="Check", exact=True).click()
            page.wait_for_url("**/receipts/check")
            assert violations_here(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
