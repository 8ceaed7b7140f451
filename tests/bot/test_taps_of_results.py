"""Buttons under results, photos and boards: each changes its own row, and says which ids the next buttons carry."""

from __future__ import annotations

from typing import Any

import pytest

from models import Account, Order, Photo, Work, new_id
from providers.telegram_calls import Call
from tests.bot.conftest import Talk, button_of, counts, text_of
from workers.house import House


@pytest.fixture
def result(house: House, member: Talk) -> str:
    """An order of this person's own words whose picture was delivered."""
    member.has_photo()
    order, account = member.is_offered("as a lighthouse"), member.account().id
    media = house.media.keep(account=account, kind="result", data=b"picture", mime="image/jpeg", width=64, height=64)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        Order.update(state=Order.DELIVERED, media=media.id, file_id=b"sealed").where(Order.id == order).execute()
    return order


def words(calls: list[Call]) -> set[str]:
    """The data of every button that is shown."""
    rows = [row for call in calls for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])]
    return {str(button.get("callback_data")) for row in rows for button in row}


def newest(house: House) -> Any:
    with house.database.connection():
        return Order.select().where(Order.state == Order.OFFERED).get()


@pytest.mark.proves("P4.4")
def test_again_offers_the_same_words_on_the_same_photo(house: House, member: Talk, result: str) -> None:
    calls = member.presses(f"again:{result}")
    assert "as a lighthouse" in text_of(calls)
    offered = newest(house)
    assert button_of(calls, "make") == f"make:{offered.id}"
    with house.database.connection():
        assert offered.photo == Order.get_by_id(result).photo
    assert house.fields.open(Order.prompt, offered, purpose="generation") == "as a lighthouse"


def test_again_offers_the_same_style_and_no_words_beside_it(house: House, member: Talk, result: str) -> None:
    with house.database.connection():
        photo = Order.get_by_id(result).photo
    member.presses(f"style:{photo}:watercolor")
    styled = newest(house)
    with house.database.unit():
        media = Order.get_by_id(result).media
        Order.update(state=Order.DELIVERED, media=media).where(Order.id == styled.id).execute()
    member.presses(f"again:{styled.id}")
    offered = newest(house)
    assert house.fields.open(Order.style, offered, purpose="generation") == "watercolor"
    assert offered.prompt is None


def test_a_style_that_is_tapped_is_offered_by_its_name(house: House, member: Talk) -> None:
    photo = member.has_photo()
    calls = member.presses(f"style:{photo}:watercolor")
    assert "Watercolour" in text_of(calls)
    assert house.fields.open(Order.style, newest(house), purpose="generation") == "watercolor"


def test_a_style_that_is_gone_is_answered_and_not_offered(house: House, member: Talk) -> None:
    photo = member.has_photo()
    before = counts(house)
    [said] = member.presses(f"style:{photo}:gone")
    assert said.params["show_alert"] is True
    assert counts(house) == before


def test_the_pages_of_the_board_turn(house: House, member: Talk) -> None:
    photo = member.has_photo()
    _, first = member.presses(f"board:{photo}:1")
    _, second = member.presses(f"board:{photo}:2")
    assert second.method == "editMessageMedia"
    assert first.files["picture"].content() != second.files["picture"].content()
    assert f"board:{photo}:3" in words([second])


def test_the_original_file_is_asked_for_by_a_row(house: House, member: Talk, result: str) -> None:
    [said] = member.presses(f"orig:{result}")
    assert said.method == "answerCallbackQuery"
    with house.database.connection():
        [work] = Work.select().where(Work.state == Work.DUE)
    assert (work.kind, work.subject) == ("original", result)


@pytest.mark.parametrize("verb", ["orig", "again", "del", "keep"])
def test_without_a_picture_its_buttons_find_nothing(house: House, member: Talk, verb: str) -> None:
    member.has_photo()
    order = member.is_offered()
    before = counts(house)
    [said] = member.presses(f"{verb}:{order}")
    assert said.params["show_alert"] is True
    assert counts(house) == before


def test_another_style_shows_the_board_of_the_same_photo(house: House, member: Talk, result: str) -> None:
    _, board = member.presses(f"other:{result}")
    with house.database.connection():
        photo = Order.get_by_id(result).photo
    assert board.method == "sendPhoto"
    assert f"style:{photo}:watercolor" in words([board])


@pytest.mark.parametrize("verb", ["again", "other"])
def test_nothing_more_is_made_of_a_photo_that_was_deleted(house: House, member: Talk, result: str, verb: str) -> None:
    with house.database.connection():
        photo = Order.get_by_id(result).photo
    member.presses(f"pdelyes:{photo}")
    [said] = member.presses(f"{verb}:{result}")
    assert said.params["show_alert"] is True


def test_deleting_is_asked_about_and_can_be_left(member: Talk, result: str) -> None:
    asked = member.presses(f"del:{result}")
    assert {f"delyes:{result}", f"keep:{result}"} <= words(asked)
    left = member.presses(f"keep:{result}")
    assert {f"again:{result}", f"del:{result}"} <= words(left)
    assert f"delyes:{result}" not in words(left)


@pytest.mark.proves("P6.3")
def test_a_deleted_result_leaves_neither_reference_nor_message_and_is_deleted_once(
    house: House, member: Talk, result: str
) -> None:
    calls = member.presses(f"delyes:{result}")
    assert [call.method for call in calls[1:3]] == ["editMessageReplyMarkup", "deleteMessage"]
    assert {call.params["message_id"] for call in calls[1:3]} == {77}
    with house.database.connection():
        assert Order.get_by_id(result).file_id is None
    [said] = member.presses(f"delyes:{result}")
    assert said.params["show_alert"] is True


def test_a_result_that_is_deleted_is_no_longer_delivered(house: House, member: Talk, result: str) -> None:
    with house.database.unit() as unit:
        member.context.desk.add(unit, "deliver", subject=result, account=member.account().id)
    member.presses(f"delyes:{result}")
    with house.database.connection():
        assert [w.state for w in Work.select().where(Work.kind == "deliver")] == [Work.FAILED]


def shown(house: House, member: Talk) -> list[str]:
    """The person's photos as /photos and its arrows go through them."""
    with house.database.connection():
        account = member.account().id
        rows = Photo.select().where((Photo.account == account) & (Photo.state == Photo.READY))
        return [row.id for row in rows.order_by(Photo.created_at.desc(), Photo.id)]


@pytest.mark.proves("P4.4")
def test_the_arrows_go_through_ones_photos_and_a_number_too_high_is_the_last(house: House, member: Talk) -> None:
    for _ in range(3):
        member.has_photo()
    photos = shown(house, member)
    for number, photo in ((1, photos[0]), (2, photos[1]), (3, photos[2]), (99, photos[2]), (0, photos[0])):
        _, picture = member.presses(f"photos:{number}")
        assert button_of([picture], "photo") == f"photo:{photo}"
        assert picture.files["picture"].content() == b"\xff\xd8 pixels"


@pytest.mark.proves("P4.4")
def test_the_command_shows_the_newest_photo_with_its_picture(house: House, member: Talk) -> None:
    for _ in range(2):
        member.has_photo()
    [picture] = member.says("/photos")
    assert button_of([picture], "photo") == f"photo:{shown(house, member)[0]}"
    assert picture.files["photo"].content() == b"\xff\xd8 pixels"


def test_without_photos_the_arrows_find_nothing_and_the_command_says_so(member: Talk) -> None:
    [said] = member.presses("photos:1")
    assert said.params["show_alert"] is True
    assert text_of(member.says("/photos"))


def test_the_photo_that_is_chosen_is_the_one_at_hand_for_nobody_else(house: House, member: Talk) -> None:
    first = member.has_photo()
    member.has_photo()
    other = Talk(house, who=700100201)
    other.agrees()
    own = other.has_photo()
    calls = member.presses(f"photo:{first}")
    assert f"style:{first}:watercolor" in words(calls)
    with house.database.connection():
        assert {row.id: row.current_photo for row in Account.select()} == {
            member.account().id: first,
            other.account().id: own,
        }


def test_deleting_a_photo_is_asked_about_and_can_be_left(house: House, member: Talk) -> None:
    for _ in range(2):
        member.has_photo()
    oldest = shown(house, member)[-1]
    assert {f"pdelyes:{oldest}", f"pkeep:{oldest}"} <= words(member.presses(f"pdel:{oldest}"))
    left = member.presses(f"pkeep:{oldest}")
    assert button_of(left, "photo") == f"photo:{oldest}"
    assert "2 of 2" in text_of(left)


def test_a_photo_on_its_way_can_not_be_used_yet(house: House, member: Talk) -> None:
    member.sends_photo()
    with house.database.connection():
        [photo] = Photo.select()
    [said] = member.presses(f"photo:{photo.id}")
    assert said.params["show_alert"] is True


def test_every_tap_is_answered_so_that_its_button_stops_spinning(member: Talk, result: str) -> None:
    for data in (f"again:{result}", f"other:{result}", f"del:{result}", f"make:{new_id()}", "people"):
        first = member.presses(data)[0]
        assert (first.method, first.params["callback_query_id"]) == ("answerCallbackQuery", "q1")


@pytest.mark.parametrize("verb", ["board", "style"])
def test_the_board_of_somebody_elses_photo_does_not_open(house: House, member: Talk, verb: str) -> None:
    photo = member.has_photo()
    other = Talk(house, who=700100201)
    other.agrees()
    [said] = other.presses(f"{verb}:{photo}:{'1' if verb == 'board' else 'watercolor'}")
    assert said.params["show_alert"] is True


def test_the_question_about_the_people_goes_once_it_is_answered(member: Talk) -> None:
    member.sends_photo()
    _, gone = member.presses("people")
    assert (gone.method, gone.params["message_id"]) == ("deleteMessage", 77)
