"""A real browser visits every page in three languages: nothing stays on the device and nobody else hears of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser

from tests.site.looking import Eyes
from tests.site.pages import PREFIXES, Shown, site_map
from tests.site.serving import FILM, Site

PASSING = ("Date", "Connection", "Keep-Alive")


@pytest.fixture
def eyes(browser: Browser, site: Site) -> Iterator[Eyes]:
    context = browser.new_context(accept_downloads=True)
    yield Eyes.on(context, site.url)
    context.close()


def troubles(eyes: Eyes, pages: list[Shown]) -> dict[str, list[str]]:
    seen = {page.path: eyes.visit(page.path, status=page.status) for page in pages}
    return {path: found for path, found in seen.items() if found}


@pytest.mark.proves("P11.1")
@pytest.mark.parametrize("language", PREFIXES)
def test_no_page_leaves_anything_behind_or_asks_anybody_else(eyes: Eyes, pages: list[Shown], language: str) -> None:
    ours = [page for page in pages if page.language == language]
    assert len(ours) > 10
    assert troubles(eyes, ours) == {}


@pytest.mark.proves("P11.1")
def test_neither_does_a_download(eyes: Eyes, site: Site) -> None:
    path = site.download().removeprefix(site.url)
    assert eyes.visit(path) == []
    with eyes.page.expect_download() as coming:
        eyes.page.get_by_role("button").click()
    assert coming.value.path().read_bytes() == FILM
    assert eyes.left_behind() == []
    assert [line for line in eyes.troubles if not line.startswith("failed:")] == []  # a download ends its navigation


@pytest.mark.proves("P11.1")
def test_two_strangers_get_the_same_bytes_and_the_same_headers(site: Site, pages: list[Shown]) -> None:
    """A mark of its own for each visitor, in an ETag or in a link, would be a cookie by another name."""
    first, second = requests.Session(), requests.Session()
    first.headers.update({"User-Agent": "Mozilla/5.0 (iPhone)", "Accept-Language": "zh-HK"})
    for page in pages:
        mine, theirs = (one.get(site.url + page.path, timeout=30) for one in (first, second))
        for answer in (mine, theirs):
            for name in PASSING:
                answer.headers.pop(name, None)
        assert (mine.headers, mine.content) == (theirs.headers, theirs.content), page.path


def test_every_page_is_there_in_three_languages(site: Site, pages: list[Shown]) -> None:
    found = {page.path.rstrip("/") for page in pages if page.status == 200}
    english = {page.path.rstrip("/") for page in pages if page.status == 200 and page.language == "en"}
    assert {path.rstrip("/") for path in site_map(site)} <= found
    assert {prefix + path for path in english for prefix in PREFIXES.values()} <= found


def test_every_link_leads_somewhere(site: Site, answers: dict[str, Shown]) -> None:
    links = {(page.path, link) for page in answers.values() for link in page.links(site.url)}
    assert len(links) > 100
    assert sorted(f"{path} -> {link}" for path, link in links if dead(answers[path], link, answers)) == []


def dead(page: Shown, link: tuple[str, str], answers: dict[str, Shown]) -> bool:
    """Whether it leads to nothing, or to no such place in a page. What is not found may offer its translations."""
    path, fragment = link
    if answers[path].status != 200:
        return page.status == 200
    return bool(fragment) and f'id="{fragment}"' not in answers[path].html


def test_the_language_of_a_page_is_that_of_its_address(pages: list[Shown]) -> None:
    assert [page.path for page in pages if f'<html lang="{page.language}"' not in page.html] == []
