"""Prompts, styles and captions go with the photo or result they belong to, whichever of them goes last."""

from __future__ import annotations

from typing import Any

import pytest

from errors import Rejected
from generation.endings import end_badly
from models import Order, Photo, Work
from tests.bot.conftest import Talk, text_of
from workers.house import House

pytestmark = pytest.mark.proves("P6.8")


def words(house: House, order: str) -> tuple[Any, Any]:
    with house.database.connection():
        row = Order.get_by_id(order)
    return row.prompt, row.style


def becomes(house: House, order: str, state: str, **more: Any) -> None:
    with house.database.connection():
        Order.update(state=state, **more).where(Order.id == order).execute()


def fails(house: House, member: Talk, order: str) -> None:
    with house.database.unit() as unit:
        assert end_badly(unit, house.desk, order=order, account=member.account().id, reason="photo.gone")


def has_result(house: House, member: Talk) -> str:
    order, account = member.is_offered(), member.account().id
    media = house.media.keep(account=account, kind="result", data=b"picture", mime="image/jpeg", width=64, height=64)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
    becomes(house, order, Order.DELIVERED, media=media.id)
    return order


def is_ordered(house: House, member: Talk) -> str:
    order = member.is_offered()
    member.presses(f"make:{order}")
    return order


def test_a_caption_goes_with_its_photo(house: House, member: Talk) -> None:
    member.presses("people")
    member.sends_photo(caption="me at the harbour")
    with house.database.connection():
        [photo] = Photo.select()
    assert photo.caption is not None
    member.presses(f"pdelyes:{photo.id}")
    with house.database.connection():
        [photo] = Photo.select()
    assert (photo.state, photo.caption, photo.file_id) == (Photo.DELETED, None, None)


def test_a_caption_that_is_refused_is_not_kept_for_a_moment(house: House, member: Talk) -> None:
    for _ in range(2):  # before the word about the people in it, and after
        said = text_of(member.sends_photo(caption="undress her"))
        assert "does not undress people" in said
        with house.database.connection():
            assert Photo.select().count() == 0
        member.presses("people")


def test_a_caption_goes_with_a_photo_that_could_not_be_taken_in(house: House, member: Talk) -> None:
    member.presses("people")
    member.sends_photo(caption="me at the harbour")
    with house.database.connection():
        [photo], [work] = Photo.select(), Work.select()
    claim = house.desk.claim(work.id)
    assert claim is not None
    with claim.finish() as unit:
        house.photos.not_taken_in(claim, Rejected("photo.not_a_picture"), unit)
    with house.database.connection():
        [photo] = Photo.select()
    assert (photo.state, photo.caption, photo.file_id) == (Photo.REFUSED, None, None)


@pytest.mark.parametrize("state", [Order.OFFERED, Order.REFUSED, Order.FAILED, Order.CANCELLED])
def test_words_of_what_was_never_made_go_with_the_photo(house: House, member: Talk, state: str) -> None:
    photo = member.has_photo()
    order = member.is_offered()
    becomes(house, order, state)
    assert words(house, order)[0] is not None
    member.presses(f"pdelyes:{photo}")
    assert words(house, order) == (None, None)


def test_words_of_what_was_under_way_go_when_it_fails_after_the_photo_went(house: House, member: Talk) -> None:
    photo = member.has_photo()
    order = is_ordered(house, member)
    becomes(house, order, Order.CALLING)
    member.presses(f"pdelyes:{photo}")
    assert words(house, order)[0] is not None  # the provider is being asked with them
    fails(house, member, order)
    assert words(house, order) == (None, None)


def test_words_of_what_is_cancelled_after_the_photo_went_go(house: House, member: Talk) -> None:
    photo = member.has_photo()
    order = is_ordered(house, member)
    member.presses(f"pdelyes:{photo}")
    member.presses(f"cancel:{order}")
    assert words(house, order) == (None, None)


def test_words_stay_while_there_is_the_photo(house: House, member: Talk) -> None:
    member.has_photo()
    order = is_ordered(house, member)
    fails(house, member, order)
    assert words(house, order)[0] is not None


def test_words_about_a_result_stay_as_long_as_it_and_go_with_it(house: House, member: Talk) -> None:
    photo = member.has_photo()
    result = has_result(house, member)
    order = is_ordered(house, member)
    becomes(house, order, Order.CALLING, origin=result)
    member.presses(f"pdelyes:{photo}")
    fails(house, member, order)
    assert words(house, order)[0] is not None
    member.presses(f"delyes:{result}")
    assert words(house, order) == (None, None)


def test_an_offer_about_a_result_can_still_be_taken_when_the_photo_is_gone(house: House, member: Talk) -> None:
    photo = member.has_photo()
    result = has_result(house, member)
    order = member.is_offered()
    becomes(house, order, Order.OFFERED, origin=result)
    member.presses(f"pdelyes:{photo}")
    assert words(house, order)[0] is not None


def test_words_of_somebody_else_stay(house: House, member: Talk) -> None:
    other = Talk(house, who=700100201)
    other.agrees()
    other.has_photo()
    theirs = is_ordered(house, other)
    fails(house, other, theirs)
    photo = member.has_photo()
    order = is_ordered(house, member)
    member.presses(f"pdelyes:{photo}")
    fails(house, member, order)
    assert words(house, theirs)[0] is not None
