"""The demo in a real browser: a pack is bought in the payment sheet, a photo is animated, and the video plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.emulators.page_hands import add_person, say, watch
from tests.emulators.page_windows import browser as browser  # the fixture

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

PHOTO = Path(__file__).parents[2] / "samples" / "portrait.jpg"
PATIENCE = 60_000  # ms; the machine may be busy with other tests
PLAYS = """async () => {
  const video = document.querySelector("[data-testid=message] video");
  video.muted = true;
  await video.play();
  for (let n = 0; n < 600 && !video.currentTime; n++) await new Promise(resolve => setTimeout(resolve, 100));
  return [video.videoWidth > 0, video.currentTime > 0, Math.round(video.duration)];
}"""


def tap(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).last.click()


def test_a_pack_is_bought_and_a_photo_becomes_a_video_that_plays(quick: Spine, browser: Browser) -> None:
    url = quick.stack.chat
    person = add_person(url, "Mei")
    page = browser.new_page(viewport={"width": 420, "height": 860})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    troubles = watch(page, url)
    page.goto(f"{url}/?as={person}#person={person}")
    say(page, "/start")
    tap(page, "I am 18 or older and agree")
    expect(page.get_by_text("free credits")).to_be_visible()  # a photo that overtakes the yes is not kept
    page.get_by_test_id("attach").click()
    with page.expect_file_chooser() as chosen:
        page.get_by_test_id("attach-menu").get_by_role("button", name="Photo").click()
    chosen.value.set_files(PHOTO)
    page.get_by_test_id("send").click()
    tap(page, "Yes, they agree")
    tap(page, "Make it move instead")
    tap(page, "Smile")
    expect(page.get_by_text("Kuaishou Technology")).to_be_visible()
    tap(page, "Get credits first")
    tap(page, "20 credits")
    page.get_by_test_id("pay").last.click()
    page.get_by_test_id("payment-confirm").click()
    expect(page.get_by_text("you have 23 now")).to_be_visible()
    page.keyboard.press("Escape")
    tap(page, "Make it · 8 credits")
    page.locator("[data-testid=message] video").wait_for(state="attached")
    assert page.evaluate(PLAYS) == [True, True, 5]
    say(page, "/balance")
    expect(page.get_by_text("You have 15 credits")).to_be_visible()
    assert troubles == []
    page.close()
