"""The pages of a copy of one's data, opened from the disk as its person does: readable by everybody, asking nobody."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Request

from custody.media import RESULT, VIDEO
from database import Database
from tests.emulators.moving_pictures import film
from tests.generation.studio import PICTURE
from tests.privacy.packing import Packer
from tests.site.axe import violations
from tests.site.test_for_everybody import window

PAGES = ("index.html", "information.html")


@pytest.fixture
def unpacked(migrated_sqlite: Path, tmp_path: Path, clock: Any) -> Path:
    """A copy of somebody who has everything, in Traditional Chinese, as files."""
    shutil.copyfile(migrated_sqlite, tmp_path / "test.db")
    database = Database(f"sqlite:///{tmp_path}/test.db", clock=clock)
    packer = Packer(database, tmp_path / "objects", clock)
    ann = packer.person(credits=20)
    packer.speaks(ann, "zh-hant")
    for number in range(3):
        packer.has(ann, RESULT, PICTURE, prompt=f"idea {number} " + "long" * 60)
    packer.has(ann, VIDEO, film(64, 48, seconds=1))
    packer.asks(ann)
    packer.work()
    zipfile.ZipFile(io.BytesIO(packer.copies()[-1])).extractall(tmp_path / "copy")
    database.close()
    return tmp_path / "copy"


@pytest.mark.proves("P9.1")
def test_the_pages_of_a_copy_ask_nobody_fit_a_phone_and_are_for_everybody(browser: Browser, unpacked: Path) -> None:
    asked: list[str] = []
    complaints: list[str] = []

    def follow(request: Request) -> None:
        asked.append(request.url)

    def read(line: ConsoleMessage) -> None:
        complaints.append(line.text)

    with window(browser, width=320) as page:
        page.on("request", follow)
        page.on("console", read)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for name in PAGES:
            assert violations(page, f"file://{unpacked}/{name}") == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            shown = page.evaluate(
                "Promise.all([...document.images].map(one => (one.scrollIntoView(), one.decode().then(() => 1))))"
            )
            assert len(shown) == (4 if name == "index.html" else 0)
    assert [url for url in asked if not url.startswith(f"file://{unpacked}/")] == []
    assert complaints == []
