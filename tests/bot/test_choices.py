"""/keep and /providers: what a choice does is said before it is done, and a provider that is refused gets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from billing import ledger
from consent.choices import choose
from database import Clock
from generation.orders import PROVIDER, VIDEO_PROVIDER
from jobs.runner import Runner
from models import Account, Disclosure, Order, Photo, PrivacyChoice, Work
from policy.choices import DAY_ONLY, EACH, WEEK
from policy.terms import DAY
from tests.bot.conftest import Talk, button_of, counts, text_of
from tests.conftest import TurnedClock
from workers.house import House


@pytest.fixture
def turned(house: House, clock: TurnedClock) -> Iterator[TurnedClock]:
    real: Clock = house.database.clock
    house.database.clock = clock
    yield clock
    house.database.clock = real


@pytest.fixture
def owner(turned: TurnedClock, member: Talk) -> Talk:
    return member


def photos(talk: Talk) -> dict[str, Any]:
    with talk.house.database.connection():
        return {row.id: row.goes_at for row in Photo.select().where(Photo.state == Photo.READY)}


def has_photo(talk: Talk) -> str:
    id = talk.has_photo()
    with talk.house.database.connection():
        Photo.update(created_at=talk.house.database.clock.now()).where(Photo.id == id).execute()
    return id


def buttons(calls: list[Any]) -> list[str]:
    return [
        one["text"]
        for call in calls
        for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])
        for one in row
    ]


def chosen(talk: Talk) -> list[str]:
    with talk.house.database.connection():
        return [row.value for row in PrivacyChoice.select().order_by(PrivacyChoice.at)]


def state(talk: Talk, order: str) -> str:
    with talk.house.database.connection():
        return str(Order.get_by_id(order).state)


@pytest.mark.proves("P4.4", "P6.2")
def test_until_somebody_chooses_photos_stay(owner: Talk) -> None:
    photo = has_photo(owner)
    answer = owner.says("/keep")
    assert "until you delete them" in text_of(answer)
    assert buttons(answer) == ["✓ Until I delete them", "7 days", "24 hours", "After each result"]
    assert photos(owner) == {photo: None}
    assert chosen(owner) == []


@pytest.mark.proves("P4.4", "P6.2")
def test_a_shorter_time_says_what_goes_before_it_does(owner: Talk, turned: TurnedClock) -> None:
    old = has_photo(owner)
    turned.turn(2 * DAY.total_seconds())
    young = has_photo(owner)
    asked = owner.presses("stay:day")
    said = text_of(asked)
    assert "1 photo goes now" in said
    assert f"1 goes later, on {turned.time + DAY:%Y-%m-%d}" in said
    assert photos(owner) == {old: None, young: None}, "nothing is done yet"
    assert owner.account().keep_photos is None
    left = owner.presses(button_of(asked, "stay"))
    assert "until you delete them" in text_of(left)
    assert photos(owner) == {old: None, young: None}
    done = owner.presses(button_of(asked, "stayyes"))
    assert "24 hours" in text_of(done)
    assert buttons(done)[2] == "✓ 24 hours"
    assert photos(owner)[young] == turned.time + DAY
    assert owner.account().keep_photos == DAY_ONLY
    assert chosen(owner) == ["day"]
    with owner.house.database.connection():
        assert [row.state for row in Work.select().where(Work.kind == "shorten")] == ["due"]


def test_mydata_says_what_was_chosen_and_when_the_next_photo_goes(owner: Talk, turned: TurnedClock) -> None:
    has_photo(owner)
    owner.presses("stayyes:week")
    said = text_of(owner.says("/mydata")).split("User Content: photos")[1]
    assert f"Next: {turned.time + 7 * DAY:%Y-%m-%d}" in said
    assert "Now: <b>7 days</b> after you sent them" in said


def test_none_goes_now_is_said_too(owner: Talk) -> None:
    has_photo(owner)
    asked = owner.presses("stay:week")
    assert "None of the photos that are here goes now" in text_of(asked)
    assert buttons(asked) == ["Yes, shorten it", "Leave it as it is"]


def test_a_longer_time_is_chosen_by_one_tap(owner: Talk) -> None:
    photo = has_photo(owner)
    owner.presses("stayyes:day")
    longer = owner.presses("stay:week")
    assert "7 days" in text_of(longer)
    assert owner.account().keep_photos == WEEK
    for_ever = owner.presses("stay:always")
    assert "until you delete them" in text_of(for_ever)
    assert photos(owner) == {photo: None}
    assert chosen(owner) == ["day", "week", "always"]


def test_a_photo_that_comes_later_has_its_end_at_once(owner: Talk, turned: TurnedClock) -> None:
    owner.presses("stayyes:each")
    owner.presses("people")
    owner.sends_photo()
    with owner.house.database.unit():
        [photo] = list(Photo.select())
        owner.house.photos.is_here(photo)
        [photo] = list(Photo.select())
    assert photo.goes_at == turned.time + DAY
    assert owner.account().keep_photos == EACH


def test_the_gallery_says_when_a_photo_goes(owner: Talk, turned: TurnedClock) -> None:
    has_photo(owner)
    assert "goes on" not in text_of(owner.says("/photos"))
    owner.presses("stayyes:week")
    assert f"goes on {turned.time + 7 * DAY:%Y-%m-%d}" in text_of(owner.says("/photos"))


@pytest.mark.proves("P4.4")
def test_who_uses_a_photo_that_has_gone_is_told_why(owner: Talk, turned: TurnedClock) -> None:
    photo = has_photo(owner)
    owner.presses("stayyes:day")
    turned.turn(DAY.total_seconds())
    owner.house.retention.run()
    assert photos(owner) == {}
    for data in (f"style:{photo}:watercolor", f"board:{photo}:1", f"photo:{photo}", f"panim:{photo}"):
        [alert] = owner.presses(data)
        if data.startswith("panim") and "no videos" in str(alert.params):
            continue  # this house has none
        assert "gone by itself, as you chose" in str(alert.params["text"]), data
    assert "Send me a photo first" in text_of(owner.says("a lighthouse"))


def test_the_ways_there_stand_under_privacy(owner: Talk) -> None:
    summary = owner.says("/privacy")
    assert "until you delete them" in text_of(owner.presses(button_of(summary, "stay")))
    assert "Who may get your photos" in text_of(owner.presses(button_of(summary, "who")))


@pytest.mark.parametrize(
    "data", ["stay:year", "stayyes:", "stayyes:ever", "send:cloud:no", "send:gemini:maybe", "who:1"]
)
def test_what_is_no_button_of_ours_chooses_nothing(owner: Talk, data: str) -> None:
    before = counts(owner.house)
    owner.presses(data)
    assert {**counts(owner.house), "seen_update": 0} == {**before, "seen_update": 0}


@pytest.mark.proves("P5.3")
def test_everybody_in_use_may_get_photos_until_somebody_says_never(owner: Talk) -> None:
    said = owner.says("/providers")
    assert "✅ Google (Gemini, Google DeepMind)" in text_of(said).replace("<b>", "").replace("</b>", "")
    assert buttons(said) == ["Never send anything to Google Gemini"], "no video provider is in use in this house"
    answer = owner.presses(button_of(said, "send"))
    assert "From now on nothing of yours is sent to Google Gemini" in text_of(answer)
    assert "Gets nothing of yours.\nIt makes the pictures.\nWithout it there are no pictures" in text_of(answer)
    assert owner.account().not_to == PROVIDER
    back = owner.presses(button_of(answer, "send"))
    assert "may get your photos again" in text_of(back)
    assert owner.account().not_to is None
    assert chosen(owner) == ["-gemini", "+gemini"]


def test_videos_need_their_provider_and_the_screen_says_so(owner: Talk) -> None:
    owner.context = replace(owner.context, refusable=(PROVIDER, VIDEO_PROVIDER))
    said = owner.presses("send:kling:no")
    assert "It makes the videos.\nWithout it there are no videos for you." in text_of(said)
    assert owner.account().not_to == VIDEO_PROVIDER


@pytest.mark.proves("P5.3")
def test_an_offer_for_a_refused_provider_says_so_and_how_to_allow_it(owner: Talk) -> None:
    has_photo(owner)
    owner.presses("send:gemini:no")
    offered = owner.says("as a lighthouse")
    assert "nothing of yours goes to <b>Google (Gemini, Google DeepMind)</b>" in text_of(offered)
    assert buttons(offered) == ["Allow Google Gemini again", "Not now"]
    order = button_of(offered, "allow").partition(":")[2]
    [refusal] = owner.presses(f"make:{order}")
    assert "You can allow it again: /providers" in str(refusal.params["text"])
    assert state(owner, order) == Order.OFFERED
    allowed = owner.presses(f"allow:{order}")
    assert "which keeps them" in text_of(allowed)
    owner.presses(button_of(allowed, "make"))
    assert state(owner, order) == Order.QUEUED
    assert chosen(owner) == ["-gemini", "+gemini"]


@pytest.mark.proves("P5.3")
def test_an_offer_of_a_style_and_a_caption_say_so_too(owner: Talk) -> None:
    photo = has_photo(owner)
    owner.presses("send:gemini:no")
    assert buttons(owner.presses(f"style:{photo}:watercolor")) == ["Allow Google Gemini again", "Not now"]


@pytest.mark.proves("P5.3")
def test_what_waits_is_given_back_in_the_same_moment(owner: Talk) -> None:
    has_photo(owner)
    order = owner.is_offered()
    owner.presses(f"make:{order}")
    answer = owner.presses("send:gemini:no")
    assert "1 order that waited for it was ended" in text_of(answer)
    assert state(owner, order) == Order.REFUSED
    account = owner.account().id
    with owner.house.database.connection():
        assert ledger.balance(account).held == 0
        kinds = {row.kind: row.state for row in Work.select().where(Work.subject == order)}
    assert kinds == {"produce": "failed", "tell": "due"}


@pytest.mark.proves("P5.3")
def test_a_picture_that_was_missed_by_it_is_not_sent_either(owner: Talk) -> None:
    """The row before the sending is where it is refused, whatever else was overlooked."""
    has_photo(owner)
    order = owner.is_offered()
    owner.presses(f"make:{order}")
    house, account = owner.house, owner.account().id
    with house.database.unit() as unit:
        choose(unit, account, PROVIDER, allowed=False)
    with house.database.connection():
        work = Work.get((Work.subject == order) & (Work.kind == "produce")).id
    Runner(house.desk).run(work)
    assert state(owner, order) == Order.REFUSED
    with house.database.connection():
        assert Disclosure.select().count() == 0
        assert ledger.balance(account).held == 0
        assert Order.get_by_id(order).reason == "provider.not_allowed"


def test_what_is_being_made_there_cannot_be_called_back_and_that_is_said(owner: Talk) -> None:
    has_photo(owner)
    order = owner.is_offered()
    owner.presses(f"make:{order}")
    with owner.house.database.connection():
        Order.update(state=Order.CALLING).where(Order.id == order).execute()
    assert "cannot be called back: 1" in text_of(owner.presses("send:gemini:no"))
    assert state(owner, order) == Order.CALLING


def test_nobody_allows_in_an_offer_that_is_not_theirs_or_is_over(owner: Talk) -> None:
    has_photo(owner)
    owner.presses("send:gemini:no")
    order = button_of(owner.says("as a lighthouse"), "allow").partition(":")[2]
    stranger = Talk(owner.house, 700100201)
    stranger.who = {**stranger.who, "username": "bob"}
    stranger.agrees()
    stranger.presses(f"allow:{order}")
    assert owner.account().not_to == PROVIDER
    with owner.house.database.connection():
        Order.update(state=Order.CANCELLED).where(Order.id == order).execute()
    owner.presses(f"allow:{order}")
    assert owner.account().not_to == PROVIDER


def test_who_is_banned_may_choose_both(owner: Talk) -> None:
    has_photo(owner)
    with owner.house.database.connection():
        Account.update(state=Account.BANNED).execute()
    for said in ("/keep", "/providers"):
        assert "closed for breaking" not in text_of(owner.says(said))
    owner.presses("stayyes:day")
    owner.presses("send:gemini:no")
    row = owner.account()
    assert (row.keep_photos, row.not_to) == (DAY_ONLY, PROVIDER)


def test_nobody_chooses_for_somebody_else(owner: Talk) -> None:
    for data in ("stayyes:day", "send:gemini:no"):
        owner.give(owner.tap(data, chat={"id": 1, "type": "private"}))
    row = owner.account()
    assert (row.keep_photos, row.not_to) == (None, None)
