"""One website for the session, a browser for each file, and the list of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.page_windows import browser as browser  # the fixture
from tests.site.pages import Shown, everything
from tests.site.serving import Site, serve


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="session")
def answers(site: Site) -> dict[str, Shown]:
    return everything(site)


@pytest.fixture(scope="session")
def pages(answers: dict[str, Shown]) -> list[Shown]:
    return [answer for answer in answers.values() if answer.html]
