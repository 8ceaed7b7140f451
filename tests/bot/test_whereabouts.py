"""Where a photo went: to whom, when, with what, and how much longer they may keep it; from the disclosure log alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from consent.disclosure import disclose
from consent.renewal import before
from database import Clock
from generation.produce import SENT
from models import Account, Disclosure, Order, Photo
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from providers.gemini import _frame
from tests.bot.conftest import Talk, button_of, text_of
from tests.conftest import TurnedClock
from wording.language import translate
from wording.whereabouts import A_PAGE, LATEST, STORES_NOTHING, Sending, remaining
from workers.house import House

pytestmark = pytest.mark.proves("P5.5")
GEMINI = RECIPIENTS["gemini"].keeps or timedelta(0)
KLING = RECIPIENTS["kling"].keeps or timedelta(0)
DAY = timedelta(days=1)


@pytest.fixture
def turned(house: House, clock: TurnedClock) -> Iterator[TurnedClock]:
    real: Clock = house.database.clock
    house.database.clock = clock
    yield clock
    house.database.clock = real


@pytest.fixture
def owner(turned: TurnedClock, member: Talk) -> Talk:
    return member


def sent(talk: Talk, photo: str, *, to: str = "gemini", origin: str | None = None, attempt: int = 1) -> str:
    """A photo, or the result of an order, was sent to a provider; the order's id."""
    with talk.house.database.connection():
        Account.update(current_photo=photo).execute()
    order = talk.is_offered()
    what = SENT if origin is None else frozenset({"results", "prompts"})
    with talk.house.database.unit() as unit:
        Order.update(origin=origin, provider=to, media="m", ended_at=unit.now).where(Order.id == order).execute()
        disclose(
            unit,
            account=talk.account().id,
            order=order,
            attempt=attempt,
            recipient=to,
            purpose="generation",
            categories=what,
        )
    return order


def where(talk: Talk) -> str:
    return text_of(talk.says("/where"))


def test_a_photo_that_was_sent_nowhere_says_so(owner: Talk) -> None:
    owner.has_photo()
    said = where(owner)
    assert "Photo 1" in said
    assert "Sent to no AI provider." in said


def test_somebody_without_photos_is_told_that_nothing_was_sent(owner: Talk) -> None:
    assert "nothing of yours was sent" in where(owner)


def test_a_photo_says_who_got_it_when_with_what_and_how_much_longer(turned: TurnedClock, owner: Talk) -> None:
    sent(owner, owner.has_photo())
    turned.turn(3 * 86_400)
    said = where(owner)
    assert "Google Gemini got the photo, the wording or style, settings." in said
    assert "store=false" in said
    assert "2026-11-23 12:00 UTC: may be kept up to 52 more days" in said
    assert "attempt ID" not in said, "Gemini gets none"


def test_a_picture_that_became_a_video_says_so_and_kling_is_not_said_to_store_nothing(owner: Talk) -> None:
    picture = sent(owner, owner.has_photo())
    sent(owner, owner.has_photo(), to="kling", origin=picture)
    said = where(owner)
    part = said[said.index("🖼 A picture of 2026-11-23") :].partition("\n\n")[0]
    assert "Kling AI got the wording or style, the picture, settings, a random attempt ID." in part
    assert f"may be kept up to {KLING.days} more days" in part
    assert "store=false" not in part


@pytest.mark.parametrize("provider", RECIPIENTS)
def test_store_false_is_said_only_of_whom_it_is_sent_to(provider: str) -> None:
    head, tail = _frame("image/jpeg", "words", aspect_ratio=None, image_size="1K")
    tells_gemini = json.loads(head + tail)["store"] is False
    assert (provider in STORES_NOTHING) == (provider == "gemini" and tells_gemini)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(0), "may be kept up to 55 more days"),
        (timedelta(seconds=1), "may be kept up to 55 more days"),
        (DAY, "may be kept up to 54 more days"),
        (GEMINI - DAY - timedelta(seconds=1), "may be kept up to 2 more days"),
        (GEMINI - DAY, "may be kept less than a day more"),
        (GEMINI - timedelta(seconds=1), "may be kept less than a day more"),
        (GEMINI, "over since 2027-01-17"),
        (GEMINI + 400 * DAY, "over since 2027-01-17"),
    ],
)
def test_the_time_that_is_left_is_counted_down_to_its_end(
    turned: TurnedClock, owner: Talk, after: timedelta, said: str
) -> None:
    sent(owner, owner.has_photo())
    turned.turn(after.total_seconds())
    assert f"2026-11-23 12:00 UTC: {said}" in where(owner)


def test_what_counts_is_the_row_and_not_what_the_register_says_today(house: House, owner: Talk) -> None:
    sent(owner, owner.has_photo())
    with house.database.connection():
        Disclosure.update(kept_until=Disclosure.at, fields="photos").execute()
    said = where(owner)
    assert "Google Gemini got the photo, settings." in said
    assert "over since 2026-11-23" in said


def test_a_recipient_without_a_declared_end_says_how_long_in_words() -> None:
    now = datetime(2026, 11, 23)
    english = translate("en")
    assert "in your chat" in remaining(english, Sending("telegram", ("photos",), now, None), now=now)
    assert remaining(english, Sending("nobody", ("photos",), now, None), now=now)


def test_a_photo_that_was_deleted_here_still_says_where_it_went(owner: Talk) -> None:
    photo = owner.has_photo()
    sent(owner, photo)
    owner.presses(f"pdelyes:{photo}")
    said = where(owner)
    assert "A photo of 2026-11-23, deleted here" in said
    assert "Google Gemini got the photo" in said


@pytest.mark.parametrize("gone", [Order, Photo])
def test_what_was_sent_stands_after_the_row_that_said_what_it_was(
    house: House, owner: Talk, gone: type[Order | Photo]
) -> None:
    sent(owner, owner.has_photo())
    with house.database.connection():
        gone.delete().execute()
    said = where(owner)
    assert "Sent for something that is no longer here" in said
    assert "Google Gemini got the photo" in said


def test_pages_turn_newest_first_and_lead_to_the_photos_themselves(turned: TurnedClock, owner: Talk) -> None:
    for _ in range(A_PAGE + 1):
        newest = owner.has_photo()
        turned.turn(86_400)
    first = owner.says("/where")
    assert "1 of 2" in text_of(first)
    assert "Photo 1, of 2026-11-26" in text_of(first)
    assert f"Photo {A_PAGE + 1}" not in text_of(first)
    answered, second = owner.presses("where:2")
    assert (answered.method, second.method) == ("answerCallbackQuery", "editMessageText")
    assert f"Photo {A_PAGE + 1}, of 2026-11-23" in text_of([second])
    shown = owner.presses(button_of(first, "photos"))
    assert button_of(shown, "went") == f"went:{newest}"
    assert "Sent to no AI provider." in text_of(owner.presses(f"went:{newest}"))
    assert "2 of 2" in text_of(owner.presses("where:99"))


def test_a_photo_that_was_sent_often_stays_a_short_message_and_counts_the_rest(
    turned: TurnedClock, owner: Talk
) -> None:
    photo = owner.has_photo()
    for _ in range(40):
        sent(owner, photo)
        turned.turn(60)
    said = where(owner)
    assert said.count("UTC") == LATEST
    assert f"and {40 - LATEST} earlier" in said
    assert "12:39 UTC" in said, "the newest are shown"
    alone = text_of(owner.presses(f"went:{photo}"))
    assert alone.count("UTC") == 20
    assert len(alone) < 4096


def test_nobody_sees_where_somebody_elses_photo_went(house: House, owner: Talk) -> None:
    photo = owner.has_photo()
    sent(owner, photo)
    other = Talk(house, who=700100299)
    other.agrees()
    assert "nothing of yours was sent" in where(other)
    [said] = other.presses(f"went:{photo}")
    assert said.params["show_alert"] is True


def test_the_words_and_the_style_are_never_shown_there(owner: Talk) -> None:
    sent(owner, owner.has_photo())
    assert "lighthouse" not in where(owner)


def test_somebody_who_is_banned_may_know_and_delete_but_not_order(house: House, owner: Talk) -> None:
    photo = owner.has_photo()
    order = sent(owner, photo)
    offer = owner.is_offered()
    with house.database.connection():
        Account.update(state=Account.BANNED).execute()
    assert "Google Gemini" in where(owner)
    assert "Google Gemini" in text_of(owner.presses("where"))
    assert "Google Gemini" in text_of(owner.presses(f"went:{photo}"))
    assert "closed" in text_of(owner.presses(f"make:{offer}"))
    assert "closed" in text_of(owner.presses(f"renew:{CURRENT.id}:{offer}"))
    assert "deleted" in text_of(owner.presses(f"pdelyes:{photo}"))
    with house.database.connection():
        assert Photo.get_by_id(photo).state == Photo.DELETED
        assert Order.get_by_id(order).state == Order.OFFERED


def test_the_summary_leads_to_where_photos_went_and_names_only_what_is_there(turned: TurnedClock, owner: Talk) -> None:
    turned.time = datetime.combine(CURRENT.effective, time()) - timedelta(seconds=1)
    owner.has_photo()
    summary = owner.says("/privacy")
    said = text_of(summary)
    assert "30 days after a deletion request" in said
    assert "7 years" in said
    assert "Google Gemini" in said
    assert "Kling" not in said, "there are no videos here"
    effective = CURRENT.effective.isoformat()
    assert f"in effect from {effective}; until then that of {before(CURRENT.id)}" in said
    assert "Photo 1" in text_of(owner.presses(button_of(summary, "where")))


def test_the_summary_says_since_when_the_policy_binds_once_it_does(turned: TurnedClock, owner: Talk) -> None:
    turned.time = datetime.combine(CURRENT.effective, time())
    assert f"in effect since {CURRENT.effective.isoformat()}" in text_of(owner.says("/privacy"))
