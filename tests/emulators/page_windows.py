"""Fixtures for the chat page in a real browser: windows, and a real bot behind the emulator.

After each test no window may have asked another origin for anything, or logged an error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.emulators.page_hands import add_person, end, serve, watch
from tests.emulators.talking_bot import TalkingBot

PATIENCE = 60_000  # milliseconds; the machine may be busy with other tests
QUIET = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, address = serve(0, tmp_path_factory.mktemp("chat_page"))
    yield address
    end(process)


@pytest.fixture(scope="module")
def talking_bot(url: str) -> Iterator[TalkingBot]:
    bot = TalkingBot(url)
    yield bot
    bot.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sentence = "these tests need a Chromium on PATH, for example: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sentence)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in QUIET)]
        started = playwright.chromium.launch(executable_path=path, args=flags)
        expect.set_options(timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@dataclass
class Window:
    """A page of the browser, and what went wrong in it."""

    page: Page
    url: str
    troubles: list[str]

    def enter(self, name: str) -> Page:
        """A new person, in a page loaded anew: the address differs by its query, so nothing of before is left."""
        person = add_person(self.url, name)
        self.page.goto(f"{self.url}/?as={person}#person={person}")
        expect(self.page.get_by_test_id("composer")).to_be_visible()
        return self.page


@pytest.fixture(scope="module")
def window(url: str, browser: Browser) -> Iterator[Callable[..., Window]]:
    """Windows by number, made once: a browser takes seconds of computing for each process behind a window."""
    contexts: list[BrowserContext] = []
    made: dict[int, Window] = {}

    def get(number: int, *, width: int = 1280, height: int = 720) -> Window:
        if number not in made:
            size: Any = {"width": width, "height": height}
            contexts.append(browser.new_context(viewport=size, reduced_motion="reduce", has_touch=width < 500))
            page = contexts[-1].new_page()
            page.set_default_timeout(PATIENCE)
            made[number] = Window(page, url, watch(page, url))
        return made[number]

    yield get
    for context in contexts:
        context.close()


@pytest.fixture
def opened(window: Callable[..., Window], talking_bot: TalkingBot) -> Iterator[Open]:
    """Opens the page as a new person; at the end its windows must have been clean."""
    talking_bot.told.clear()
    talking_bot.may_answer.set()
    talking_bot.refusal = ""
    used: list[Window] = []

    def begin(name: str = "Ann", number: int = 0, **size: int) -> Page:
        used.append(window(number, **size))
        return used[-1].enter(name)

    yield begin
    for one in used:
        one.page.evaluate("localStorage.clear()")
        troubles, one.troubles[:] = one.troubles[:], []
        assert troubles == []
