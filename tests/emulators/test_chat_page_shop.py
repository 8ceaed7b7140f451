"""Paying and watching on the chat page, in a real browser, with a real bot behind the emulator."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.emulators.page_hands import message, say
from tests.emulators.page_windows import Open
from tests.emulators.talking_bot import TalkingBot

PLAYS = "video => !video.paused && video.currentTime > 0.2 && video.videoWidth"
PHONE = {"number": 2, "width": 360, "height": 640}


def person_of(page: Page) -> int:
    return int(page.url.rpartition("=")[2])


def shop(page: Page) -> Locator:
    """The sheet of an invoice, opened."""
    say(page, "shop")
    page.get_by_test_id("pay").last.click()
    return page.get_by_test_id("payment-sheet")


def bought(page: Page) -> Locator:
    """The service message of a payment that was made."""
    shop(page).get_by_test_id("payment-confirm").click()
    done = page.get_by_test_id("service").last
    expect(done).to_contain_text("150 Stars")
    return done


def inside(page: Page, part: Locator) -> None:
    """Nothing of it sticks out of the window."""
    box, size = part.bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]


def test_an_invoice_shows_what_it_is_about_and_what_it_costs(opened: Open) -> None:
    page = opened()
    say(page, "shop")
    card = page.get_by_test_id("invoice")
    expect(card).to_contain_text("10 generations")
    expect(card).to_contain_text("Ten pictures. /paysupport")
    expect(card.locator(".star-count")).to_have_text("150")
    expect(page.get_by_test_id("pay")).to_have_text(re.compile(r"^Pay\s*150$"))
    expect(page.get_by_test_id("stars")).to_have_text("50,000")


def test_a_payment_is_confirmed_asked_about_and_made(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    sheet = shop(page)
    expect(sheet).to_contain_text("Do you want to buy 10 generations from MIOMIO for 150 Stars?")
    talking_bot.may_answer.clear()
    confirm = sheet.get_by_test_id("payment-confirm")
    confirm.click()
    expect(confirm).to_be_disabled()
    expect(confirm).to_have_text("Asking the bot…")
    page.keyboard.press("Escape")
    expect(sheet).to_be_visible()
    talking_bot.may_answer.set()
    expect(page.get_by_test_id("service")).to_have_text("You paid MIOMIO 150 Stars for 10 generations")
    expect(sheet).to_have_count(0)
    expect(page.get_by_test_id("stars")).to_have_text("49,850")
    expect(message(page, "I know of it: paid")).to_be_visible()
    # The invoice stays what it was: whether it is sold again is for the bot to say.
    bought_again = page.get_by_test_id("pay")
    bought_again.click()
    sheet.get_by_test_id("payment-confirm").click()
    expect(page.get_by_test_id("service")).to_have_count(2)
    expect(page.get_by_test_id("stars")).to_have_text("49,700")


def test_a_refusal_is_read_in_the_sheet_and_costs_nothing(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    talking_bot.refusal = "This pack is <b>gone</b>."
    sheet = shop(page)
    sheet.get_by_test_id("payment-confirm").click()
    expect(sheet.get_by_test_id("payment-error")).to_have_text("This pack is <b>gone</b>.")
    expect(page.get_by_test_id("stars")).to_have_text("50,000")
    talking_bot.refusal = ""
    sheet.get_by_test_id("payment-confirm").get_by_text("Try again").click()
    expect(page.get_by_test_id("service")).to_be_visible()


def test_a_sheet_that_is_put_away_asks_nobody(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    shop(page).get_by_test_id("payment-cancel").click()
    expect(page.get_by_test_id("payment-sheet")).to_have_count(0)
    page.get_by_test_id("pay").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("payment-sheet")).to_have_count(0)
    expect(page.get_by_test_id("pay")).to_be_focused()
    assert [one for one in talking_bot.told if hasattr(one, "invoice_payload")] == []


def test_a_silent_bot_is_told_of_after_its_time(opened: Open, talking_bot: TalkingBot, url: str) -> None:
    page = opened()
    requests.post(f"{url}/client/settings", json={"checkout_answer": 0.3}, timeout=60)
    try:
        sheet = shop(page)
        talking_bot.may_answer.clear()
        sheet.get_by_test_id("payment-confirm").click()
        expect(sheet.get_by_test_id("payment-error")).to_have_text("the bot did not answer in time")
        sheet.get_by_test_id("payment-cancel").click()
    finally:
        requests.post(f"{url}/client/settings", json={"checkout_answer": 10}, timeout=60)
        talking_bot.may_answer.set()


def test_missing_stars_are_got_in_the_sheet(opened: Open, url: str) -> None:
    page = opened()
    say(page, "shop")
    expect(page.get_by_test_id("pay")).to_be_visible()
    requests.patch(f"{url}/client/people/{person_of(page)}", json={"stars": 149}, timeout=60)
    expect(page.get_by_test_id("stars")).to_have_text("149")
    page.get_by_test_id("pay").click()
    sheet = page.get_by_test_id("payment-sheet")
    expect(sheet).to_contain_text("You are 1 Star short.")
    sheet.get_by_test_id("payment-confirm").get_by_text("Get").click()
    expect(sheet.get_by_test_id("payment-confirm")).to_contain_text("Confirm and pay")
    sheet.get_by_test_id("payment-confirm").click()
    expect(page.get_by_test_id("stars")).to_have_text("9,999")


def test_a_receipt_opens_and_knows_of_the_refund(opened: Open, url: str) -> None:
    page = opened()
    done = bought(page)
    done.click()
    receipt = page.get_by_test_id("receipt")
    charge = requests.get(f"{url}/client/payments", timeout=60).json()[-1]["id"]
    expect(receipt).to_contain_text("Payment done")
    expect(receipt).to_contain_text(charge)
    receipt.get_by_role("button", name="OK").click()
    requests.post(f"{url}/client/payments/{charge}/refund", timeout=60)
    back = page.locator("[data-service=refunded_payment]")
    expect(back).to_have_text("MIOMIO gave back 150 Stars for 10 generations")
    expect(page.get_by_test_id("stars")).to_have_text("50,000")
    expect(message(page, "I know of it: refunded")).to_be_visible()
    page.locator("[data-service=successful_payment]").click()
    expect(receipt).to_contain_text("Refunded")
    expect(receipt).to_contain_text("Given back")
    receipt.get_by_role("button", name="OK").click()


def test_a_line_becomes_a_video_that_plays_small_and_large(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    talking_bot.may_answer.clear()
    say(page, "film")
    expect(page.locator("#action-bubble")).to_have_attribute("data-action", "record_video")
    expect(page.locator("#chat-subtitle")).to_have_text("recording a video…")
    talking_bot.may_answer.set()
    film = page.get_by_test_id("video")
    video = film.locator("video")
    expect(video).to_have_attribute("poster", re.compile("^/client/files/"))
    expect(film.locator(".video-facts")).to_have_text("0:03")
    expect(message(page, "a film")).to_have_attribute("data-edited", "1")
    page.wait_for_function("video => video.videoWidth === 480 && video.videoHeight === 854", arg=video.element_handle())
    video.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function(PLAYS, arg=video.element_handle())
    film.get_by_test_id("video-open").click()
    large = page.get_by_test_id("lightbox-video")
    expect(large).to_be_visible()
    assert video.evaluate("video => video.paused")
    # Without a hand on it a browser may only play what is silent.
    large.evaluate("video => { video.muted = true; return video.play(); }")
    page.wait_for_function(PLAYS, arg=large.element_handle())
    expect(page.get_by_test_id("lightbox")).to_contain_text("480 × 854 · 0:03")
    page.get_by_test_id("lightbox-close").click()
    expect(large).to_be_hidden()
    expect(large).not_to_have_attribute("src", re.compile(""))  # the dialog's end comes after it is hidden


def test_a_video_can_be_wound_forward(opened: Open) -> None:
    """A browser winds only what is served in ranges."""
    page = opened()
    say(page, "film")
    video = page.get_by_test_id("video").locator("video")
    expect(video).to_be_visible()
    page.wait_for_function("video => video.readyState > 0", arg=video.element_handle())
    video.evaluate("video => { video.currentTime = 2.5; }")
    page.wait_for_function("video => !video.seeking && video.currentTime === 2.5", arg=video.element_handle())


def on_the_wire(page: Page, url: str, method: str, holds: str) -> Locator:
    """The row of the call that said this, by its number: others come after it at any time."""
    for _ in range(600):
        calls = requests.get(f"{url}/client/calls", {"method": method}, timeout=60).json()
        if found := [call["n"] for call in calls if holds in str(call)]:
            return page.get_by_test_id("traffic").locator(f'[data-n="{found[-1]}"]')
        time.sleep(0.1)
    raise AssertionError(f"no {method} with {holds}")


def test_the_bodies_of_what_went_over_the_wire_are_shown(opened: Open, talking_bot: TalkingBot, url: str) -> None:
    page = opened()
    bought(page)
    query = next(one for one in talking_bot.told if hasattr(one, "invoice_payload"))
    row = on_the_wire(page, url, "answerPreCheckoutQuery", query.id)
    row.get_by_role("button").first.click()
    details = row.get_by_test_id("traffic-details")
    expect(details.locator(".json-key").filter(has_text="pre_checkout_query_id").first).to_be_visible()
    expect(details).to_contain_text('"result": true')
    heard = requests.post(f"{url}/client/people/{person_of(page)}/messages", json={"text": "a <i>line</i>"}, timeout=60)
    number = heard.json()["message_ids"][0]
    expect(message(page, "You say: a <i>line</i>")).to_be_visible()
    got = on_the_wire(page, url, "getUpdates", "a <i>line</i>")
    got.get_by_role("button").first.click()
    expect(got.get_by_test_id("traffic-details")).to_contain_text(f'"message_id": {number}')
    expect(got.locator("i")).to_have_count(0)


RISEN = """() => {
  const sheet = document.querySelector("[data-testid=payment-sheet]").getBoundingClientRect();
  return sheet.bottom === window.innerHeight;
}"""


def test_an_order_reads_well_on_a_phone(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened("Ann", **PHONE)
    say(page, "shop")
    pay = page.get_by_test_id("pay")
    inside(page, pay)
    inside(page, page.get_by_test_id("invoice"))
    expect(page.locator("#stars-small")).to_have_text("50,000")
    pay.click()
    sheet = page.get_by_test_id("payment-sheet")
    page.wait_for_function(RISEN)
    box = sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 360, 640), "it rises from the lower edge"
    talking_bot.refusal = "word " * 38
    sheet.get_by_test_id("payment-confirm").click()
    expect(sheet.get_by_test_id("payment-error")).to_be_visible()
    inside(page, sheet)
    talking_bot.refusal = ""
    sheet.get_by_test_id("payment-confirm").click()
    inside(page, page.get_by_test_id("service"))
    say(page, "film")
    film = page.get_by_test_id("video")
    expect(film).to_be_visible()
    expect(page.get_by_role("button", name="again")).to_be_in_viewport(ratio=1)
    inside(page, film.get_by_test_id("video-open"))
    for part in (film, page.get_by_role("button", name="again")):
        found = part.bounding_box()
        assert found is not None
        assert found["x"] >= 0
        assert found["x"] + found["width"] <= 360
        assert found["height"] < 400, "an upright video leaves room for what is said of it"
    page.get_by_role("button", name="Wire").click()
    row = page.get_by_test_id("traffic-row").filter(has_text="sendInvoice").last
    row.get_by_role("button").first.click()
    expect(row.get_by_test_id("traffic-details")).to_contain_text("10 generations")
    filter_box = page.get_by_test_id("traffic-filter").bounding_box()
    assert filter_box is not None
    assert filter_box["x"] + filter_box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.keyboard.press("Escape")


@pytest.mark.parametrize("action", ["typing", "record_video", "upload_video"])
def test_each_action_moves_in_its_own_way(opened: Open, url: str, action: str) -> None:
    page = opened()
    say(page, "hello")
    expect(message(page, "You say: hello")).to_be_visible()
    call: dict[str, Any] = {"chat_id": person_of(page), "action": action}
    requests.post(f"{url}/bot12345:demo/sendChatAction", json=call, timeout=60)
    bubble = page.locator("#action-bubble")
    expect(bubble).to_be_visible()
    marks = bubble.locator("i")
    moves = marks.first.evaluate("mark => getComputedStyle(mark).animationName")
    assert moves == {"typing": "dots", "record_video": "lamp", "upload_video": "sweep"}[action]
    expect(marks.locator("visible=true")).to_have_count(3 if action == "typing" else 1)
