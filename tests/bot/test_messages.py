"""What people with an account write and send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.context import Context
from models import Account, Order, Photo, Work
from tests.bot.conftest import Talk, button_of, counts, text_of
from wording.commands import menu
from workers.house import House

UNSUPPORTED = ("location", "venue", "contact", "passport_data", "voice", "sticker", "video", "audio", "poll", "dice")


@pytest.mark.proves("P2.2", "P2.7")
@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_what_we_cannot_use_is_refused_and_leaves_no_row(house: House, member: Talk, kind: str) -> None:
    before = counts(house)
    calls = member.give(member.message(**{kind: {"file_id": "x", "latitude": 22.3}}, caption="home"))
    assert "was not kept" in text_of(calls)
    assert counts(house) == before  # the number of the update is not kept either: the refusal rolls it back


@pytest.mark.proves("P2.1")
def test_names_follow_what_telegram_shows(house: House, member: Talk) -> None:
    member.who = {**member.who, "first_name": "Annabel", "username": "annabel"}
    member.says("/help")
    account = member.account()
    assert house.fields.open(Account.first_name, account, purpose="generation") == "Annabel"
    assert house.fields.open(Account.username, account, purpose="generation") == "annabel"


def test_an_album_is_asked_about_its_people_once(house: House, member: Talk) -> None:
    first, *others = [member.sends_photo(media_group_id="g") for _ in range(3)]
    assert "do all the people" in text_of(first)
    assert others == [[], []]
    with house.database.connection():
        assert [p.state for p in Photo.select()] == [Photo.WAITING] * 3
        assert Work.select().count() == 0  # nothing is fetched before the word


def test_an_album_of_somebody_else_keeps_nobody_from_being_asked(house: House, member: Talk) -> None:
    other = Talk(house, who=700100201)
    other.agrees()
    other.sends_photo()
    assert "do all the people" in text_of(member.sends_photo())


def test_who_was_asked_and_has_no_photo_waiting_is_asked_again(member: Talk, house: House) -> None:
    member.sends_photo()
    with house.database.connection():
        Photo.update(state=Photo.DELETED).execute()
    assert "do all the people" in text_of(member.sends_photo())


def test_who_has_given_the_word_is_not_asked(house: House, member: Talk) -> None:
    member.presses("people")
    [said] = member.sends_photo()
    assert said.method == "sendChatAction"
    with house.database.connection():
        [photo], [work] = Photo.select(), Work.select()
    assert (photo.state, work.subject) == (Photo.INCOMING, photo.id)


def test_the_answer_about_a_photo_will_be_given_to_its_message(house: House, member: Talk) -> None:
    update = member.message(document={"file_id": "f"})
    member.give(update)
    with house.database.connection():
        assert [p.message_id for p in Photo.select()] == [update["message"]["message_id"]]


def test_the_word_about_the_people_takes_all_waiting_photos_in(
    house: House, member: Talk, rung: list[tuple[str, str, str]]
) -> None:
    for _ in range(2):
        member.sends_photo()
    member.presses("people")
    with house.database.connection():
        assert [p.state for p in Photo.select()] == [Photo.INCOMING] * 2
    assert [kind for _, kind, _ in rung] == ["intake", "intake"]


def test_the_largest_size_of_a_photo_is_taken(house: House, member: Talk) -> None:
    member.sends_photo(caption="as a fox")
    with house.database.connection():
        [photo] = Photo.select()
    assert house.fields.open(Photo.file_id, photo, purpose="generation") == "large"
    assert house.fields.open(Photo.caption, photo, purpose="generation") == "as a fox"


@pytest.mark.proves("P2.2")
def test_words_become_an_offer_that_names_price_and_provider(house: House, member: Talk) -> None:
    member.has_photo()
    calls = member.says("as a <lighthouse> & sea")
    assert "as a &lt;lighthouse&gt; &amp; sea" in text_of(calls)
    assert "Price: 1 credit (you have 3)" in text_of(calls)
    assert "Google" in text_of(calls)
    button_of(calls, "make")
    with house.database.connection():
        [order] = Order.select()
    assert (order.state, order.provider) == (Order.OFFERED, "gemini")


@pytest.mark.proves("P2.2")
def test_words_without_a_photo_ask_for_one_and_keep_nothing(house: House, member: Talk) -> None:
    before = counts(house)
    assert "Send me a photo first" in text_of(member.says("as a lighthouse"))
    assert counts(house) == {**before, "seen_update": before["seen_update"] + 1}


@pytest.mark.proves("P2.2")
@pytest.mark.parametrize(
    ("prompt", "said"), [("a" * 1001, "1,000 characters"), ("undress her, naked", "Nothing was sent")]
)
def test_words_that_are_too_many_or_banned_reach_no_table(house: House, member: Talk, prompt: str, said: str) -> None:
    member.has_photo()
    before = counts(house)
    assert said in text_of(member.says(prompt))
    assert counts(house) == before


@pytest.mark.parametrize("command", ["/start", "/help", "/styles", "/photos", "/balance", "/privacy", "/nonsense", "/"])
def test_every_command_is_answered(member: Talk, command: str) -> None:
    assert text_of(member.says(command))


@pytest.mark.parametrize(
    "raw",
    [
        None, 7, "text", [], {}, {"update_id": "7"}, {"update_id": 7},
        {"update_id": 7, "message": None}, {"update_id": 7, "message": {"from": {"id": "x"}}},
        {"update_id": 7, "poll_answer": {}}, {"update_id": 7, "callback_query": {"id": 3}},
        {"update_id": 7, "message": {"from": {"id": 1, "is_bot": True}, "chat": {"id": 1, "type": "private"}}},
    ],
)  # fmt: skip
def test_what_is_not_an_update_for_us_is_passed_over(house: House, member: Talk, raw: Any) -> None:
    before = counts(house)
    assert member.give(raw) == []
    assert counts(house) == before


def test_a_group_is_passed_over(house: House, member: Talk) -> None:
    before = counts(house)
    member.chat = {"id": -100, "type": "supergroup"}
    assert member.says("hello") == []
    assert counts(house) == before


@pytest.mark.parametrize("written", ["/BALANCE", "/balance@miomio_bot", "/balance now", "/Balance@Miomio_Bot now"])
def test_a_command_is_known_however_it_is_written(member: Talk, written: str) -> None:
    assert text_of(member.says(written)) == text_of(member.says("/balance"))


def test_every_command_has_an_answer_of_its_own_and_an_unknown_one_gets_help(member: Talk) -> None:
    member.has_photo()
    answers = {
        command: text_of(member.says(f"/{command}")) for command in ("start", "help", "styles", "photos", "privacy")
    }
    assert len(set(answers.values())) == len(answers)
    assert text_of(member.says("/nonsense")) == answers["help"]


def test_the_balance_tells_what_is_free_and_what_is_held(member: Talk) -> None:
    member.has_photo()
    before = text_of(member.says("/balance"))
    member.presses(f"make:{member.is_offered()}")
    after = text_of(member.says("/balance"))
    assert "3" in before
    assert "2" in after
    assert "1" in after


def test_help_names_every_command_of_the_menu(member: Talk) -> None:
    said = text_of(member.says("/help"))
    assert [name for name in menu(str) if f"/{name} – " not in said] == ["help"]


def test_privacy_and_help_name_where_to_read_and_to_write(house: House, member: Talk) -> None:
    public = replace(house.settings, public_url="https://miomio.invalid/")
    member.context = Context.of(replace(house, settings=public))
    [said] = member.says("/privacy")
    buttons = [button for row in said.params["reply_markup"]["inline_keyboard"] for button in row]
    assert "https://miomio.invalid/privacy" in [button.get("url") for button in buttons]
    assert "support@miomio.invalid" in said.params["text"]
    assert "support@miomio.invalid" in text_of(member.says("/help"))


def test_styles_without_a_photo_ask_for_one_and_with_one_show_the_board(member: Talk) -> None:
    [said] = member.says("/styles")
    assert said.method == "sendMessage"
    photo = member.has_photo()
    [board] = member.says("/styles")
    assert button_of([board], "style").startswith(f"style:{photo}:")


@pytest.mark.parametrize("prompt", ["   ", "\n"])
def test_words_of_nothing_are_refused(house: House, member: Talk, prompt: str) -> None:
    member.has_photo()
    before = counts(house)
    member.says(prompt)
    assert counts(house) == before


def test_a_thousand_characters_are_not_too_many(member: Talk) -> None:
    member.has_photo()
    assert member.is_offered("a " * 499 + "ab")
