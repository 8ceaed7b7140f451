"""The chat page in a real browser, with a real bot behind the emulator (see page_windows.py)."""

from __future__ import annotations

import re
from pathlib import Path

import requests
from playwright.sync_api import Browser, expect

from tests.emulators.page_hands import add_person, end, hand_over, loaded, message, say, serve
from tests.emulators.page_windows import Open
from tests.emulators.talking_bot import SAMPLES, TalkingBot


def test_the_start_button_begins_and_the_answer_is_rich_but_never_markup(opened: Open) -> None:
    page = opened()
    page.get_by_test_id("start").click()
    hello = message(page, "Hello")
    expect(hello.locator("strong")).to_have_text("Hello")
    expect(hello.get_by_role("link", name="read this")).to_have_attribute("rel", "noopener noreferrer")
    expect(hello).to_contain_text("<img src=x onerror=alert(1)>")
    expect(hello.locator("img")).to_have_count(0)
    expect(page.get_by_test_id("start")).to_be_hidden()
    expect(message(page, "/start")).to_have_attribute("data-from", "person")


def test_a_pressed_button_waits_for_the_bot_and_its_answer_floats_by(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    page.get_by_test_id("start").click()
    expect(page.locator(".keyboard-row")).to_have_count(2)
    quiet = page.get_by_test_id("inline-button").get_by_text("quiet", exact=True).locator("..")
    talking_bot.may_answer.clear()
    quiet.click()
    expect(quiet).to_have_attribute("aria-busy", "true")
    talking_bot.may_answer.set()
    expect(page.get_by_test_id("toast")).to_have_text("You chose quiet")
    expect(quiet).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="loud").click()
    alert = page.get_by_role("dialog", name="The bot says")
    expect(alert).to_contain_text("You chose loud")
    alert.get_by_role("button", name="OK").click()
    expect(alert).to_have_count(0)


def test_a_photo_goes_out_with_its_caption_and_is_shown(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    page.get_by_test_id("file-input").set_input_files(SAMPLES / "cat.jpg")
    say(page, "my cat")
    expect(message(page, "I got: photo").locator(".quote")).to_contain_text("my cat")
    loaded(page, 1)
    assert [(one.content_type, one.caption) for one in talking_bot.told] == [("photo", "my cat")]
    expect(page.get_by_test_id("tray")).to_be_hidden()


def test_pictures_can_be_dropped_as_photo_or_file_and_pasted(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    for kind, target, content in (
        ("drop", "[data-drop=photo]", "photo"),
        ("drop", "[data-drop=file]", "document"),
        ("paste", "[data-testid=composer]", "photo"),
    ):
        before = len(talking_bot.told)
        if kind == "drop":
            hand_over(page, "dragenter", "#messages")
            expect(page.get_by_test_id("drop")).to_be_visible()
        hand_over(page, kind, target)
        expect(page.get_by_test_id("drop")).to_be_hidden()
        page.get_by_test_id("send").click()
        expect(message(page, "I got: ")).to_have_count(before + 1)
        assert talking_bot.told[before].content_type == content
    assert talking_bot.told[1].document.file_size == (SAMPLES / "rocket.jpg").stat().st_size


def test_several_photos_become_one_album(opened: Open, talking_bot: TalkingBot) -> None:
    page = opened()
    page.get_by_test_id("file-input").set_input_files([SAMPLES / f"{name}.jpg" for name in ("cat", "cup", "rocket")])
    say(page, "all three")
    album = page.get_by_test_id("album")
    expect(album.get_by_test_id("photo")).to_have_count(3)
    expect(album).to_contain_text("all three")
    expect(message(page, "I got: photo")).to_have_count(3)
    loaded(page, 3)
    assert len({one.media_group_id for one in talking_bot.told}) == 1
    tops = {round(box["y"]) for box in (tile.bounding_box() for tile in album.get_by_test_id("photo").all()) if box}
    assert len(tops) == 2, "three pictures stand in two rows"


def test_a_photo_sent_as_file_keeps_every_byte(opened: Open, url: str, talking_bot: TalkingBot) -> None:
    page = opened()
    original = SAMPLES / "portrait-exif-gps-rotated.jpg"
    page.get_by_test_id("file-input").set_input_files(original)
    page.get_by_test_id("as-file").check(force=True)
    page.get_by_test_id("send").click()
    expect(message(page, "I got: document")).to_be_visible()
    card = page.locator(".file-card")
    expect(card).to_contain_text(original.name)
    assert requests.get(url + str(card.get_attribute("href")), timeout=60).content == original.read_bytes()
    assert talking_bot.told[0].document.file_size == original.stat().st_size


def test_edits_and_deletions_are_seen_on_both_sides(opened: Open) -> None:
    page = opened()
    say(page, "change")
    expect(message(page, "after")).to_have_attribute("data-edited", "1")
    gone = page.locator("[data-testid=message][data-deleted=true]")
    expect(gone).to_contain_text("Message deleted")
    expect(gone.locator("s")).to_have_text("not for long")
    own = page.locator("[data-testid=message][data-from=person]")
    own.hover()
    own.get_by_label("Edit this message").click()
    say(page, "changed")
    expect(own).to_contain_text("changed")
    expect(message(page, "You now say: changed")).to_be_visible()
    own.hover()
    own.get_by_label("Delete this message").click()
    expect(own).to_have_attribute("data-deleted", "true")


def test_pictures_open_large_and_the_keyboard_walks_through_them(opened: Open) -> None:
    page = opened()
    say(page, "pictures")
    loaded(page, 2)
    expect(page.locator(".file-card")).to_contain_text("notes.txt")
    page.get_by_test_id("photo").first.click()
    lightbox = page.get_by_test_id("lightbox")
    expect(lightbox).to_contain_text("1 of 2")
    page.keyboard.press("ArrowRight")
    expect(lightbox).to_contain_text("2 of 2")
    expect(lightbox).to_contain_text("a cup")
    expect(lightbox.get_by_label("Download")).to_have_attribute("href", re.compile("^/client/files/"))
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    expect(page.get_by_test_id("photo").first).to_be_focused()


def test_the_wire_is_shown_live_with_filter_and_details(opened: Open) -> None:
    page = opened()
    say(page, "over the wire")
    pane = page.get_by_test_id("traffic")
    row = pane.get_by_test_id("traffic-row").filter(has_text="You say: over the wire")
    expect(row).to_be_visible()
    pane.get_by_test_id("traffic-filter").fill("setMyCommands")
    expect(row).to_be_hidden()
    pane.get_by_test_id("traffic-filter").fill("over the wire")
    row.get_by_role("button").click()
    expect(row.get_by_test_id("traffic-details")).to_contain_text('"text": "You say: over the wire"')
    page.get_by_role("button", name="Wire", exact=True).click()
    expect(pane).to_be_hidden()


def test_two_people_have_two_chats_and_a_reload_keeps_who_one_is(opened: Open, url: str) -> None:
    ann, bob = opened("Ann"), opened("Bob", 1)
    say(ann, "from Ann")
    say(bob, "from Bob")
    expect(message(ann, "You say: from Ann")).to_be_visible()
    expect(message(bob, "You say: from Bob")).to_be_visible()
    expect(message(ann, "Bob")).to_have_count(0)
    expect(message(bob, "Ann")).to_have_count(0)
    ann.reload()
    expect(message(ann, "You say: from Ann")).to_be_visible()
    expect(ann.locator("[data-testid=person][aria-current=true]")).to_contain_text("Ann")
    ann.get_by_test_id("person-picker").get_by_role("link", name="Bob").last.click()
    expect(message(ann, "You say: from Bob")).to_be_visible()
    newcomer = add_person(url, "Cem")
    ann.evaluate("id => (location.hash = `person=${id}`)", newcomer)
    expect(ann.locator("[data-testid=person][aria-current=true]")).to_contain_text("Cem")
    expect(message(ann, "from Ann")).to_have_count(0)


def test_a_person_is_added_edited_and_blocks_the_bot(opened: Open, url: str) -> None:
    page = opened()
    page.get_by_test_id("person-add").click()
    form = page.get_by_test_id("person-dialog")
    form.get_by_label("First name").fill("Cleo")
    form.get_by_label("Username").fill("cleo_c")
    form.get_by_test_id("person-save").click()
    chosen = page.locator("[data-testid=person][aria-current=true]")
    expect(chosen).to_contain_text("Cleo")
    page.get_by_role("button", name="Edit", exact=True).click()
    form.get_by_label("Last name").fill("Cat")
    form.get_by_test_id("person-save").click()
    expect(chosen).to_contain_text("Cleo Cat")
    page.get_by_test_id("person-block").click()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    people = requests.get(f"{url}/client/people", timeout=60).json()
    assert [one["blocked"] for one in people if one.get("username") == "cleo_c"] == [True]
    page.get_by_role("button", name="Unblock", exact=True).click()
    expect(page.get_by_test_id("composer")).to_be_visible()


def test_samples_commands_and_unwanted_kinds_are_at_hand(opened: Open) -> None:
    page = opened()
    page.get_by_test_id("attach").click()
    expect(page.locator(".sample")).to_have_count(5)
    page.locator("[data-sample='cup.jpg']").click()
    page.get_by_test_id("send").click()
    expect(message(page, "I got: photo")).to_be_visible()
    for button, kind in (("Location", "location"), ("Venue", "venue"), ("Contact", "contact"), ("Voice", "voice")):
        page.get_by_test_id("attach").click()
        page.get_by_test_id("attach-menu").get_by_role("button", name=button).click()
        expect(message(page, f"I got: {kind}")).to_be_visible()
    page.get_by_test_id("composer").fill("/st")
    expect(page.get_by_role("option")).to_have_text(["/startBegin", "/stayDo not go"])
    page.keyboard.press("Enter")
    expect(message(page, "Hello")).to_be_visible()
    say(page, "work")
    expect(page.locator("#chat-subtitle")).to_have_text("sending a photo…")


def test_a_phone_shows_one_thing_at_a_time_and_nothing_sticks_out(opened: Open) -> None:
    page = opened("Ann", 2, width=360, height=640)
    page.get_by_test_id("file-input").set_input_files([SAMPLES / "cat.jpg", SAMPLES / "cup.jpg"])
    page.get_by_test_id("send").click()
    loaded(page, 2)
    for part in (*page.get_by_test_id("photo").all(), page.get_by_test_id("send")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    pane = page.get_by_test_id("traffic")
    expect(pane).to_be_hidden()
    page.get_by_role("button", name="Wire").click()
    expect(pane.get_by_test_id("traffic-row").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_an_emulator_that_goes_away_is_told_and_found_again(browser: Browser, tmp_path: Path) -> None:
    process, address = serve(0, tmp_path)
    page = browser.new_page()
    page.goto(f"{address}/#person={add_person(address, 'Ann')}")
    say(page, "still here")
    expect(message(page, "still here")).to_be_visible()
    end(process)
    expect(page.get_by_role("status").filter(has_text="not answering")).to_be_visible()
    process, _ = serve(int(address.rsplit(":", 1)[1]), tmp_path)
    expect(page.locator("#banner")).to_be_hidden()
    expect(message(page, "still here")).to_be_visible()
    page.close()
    end(process)
