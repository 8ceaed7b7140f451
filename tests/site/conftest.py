"""One website and one browser for all files, and the list of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.emulators.page_windows import chromium
from tests.site.pages import Shown, everything
from tests.site.serving import Site, serve


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="package")
def answers(site: Site) -> dict[str, Shown]:
    return everything(site)


@pytest.fixture(scope="package")
def pages(answers: dict[str, Shown]) -> list[Shown]:
    return [answer for answer in answers.values() if answer.html]
