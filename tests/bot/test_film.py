"""Videos in the conversation: from any photo or result, by a motion or by words, price and recipient shown first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from config import load
from generation.slots import NAME
from models import Order, Photo, Slots
from tests.bot.conftest import RUNG, Talk, button_of, counts, emptied, text_of
from traffic.names import VIDEOS
from traffic.pauses import Wanted, Words
from workers.assembly import assemble
from workers.house import House


@pytest.fixture(scope="session")
def built_with_videos(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("film")
    local = {"STORE_PATH": str(folder / "objects"), "DATABASE_URL": f"sqlite:///{folder}/test.db"}
    kling = {"KLING_API_KEY": "demo", "KLING_API_URL": "http://127.0.0.1:1", "CALLBACK_SECRET": "c" * 32}
    opened = assemble(load({**environ, **local, **kling}), ring=lambda *ring: RUNG.append(ring))
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def house(built_with_videos: House) -> House:
    return emptied(built_with_videos)


@pytest.fixture
def photo(member: Talk) -> str:
    return member.has_photo()


@pytest.fixture
def result(house: House, member: Talk, photo: str) -> str:
    """A picture that was made of the photo."""
    return made(house, member, kind="result", mime="image/jpeg")


def made(house: House, member: Talk, *, kind: str, mime: str) -> str:
    order, account = member.is_offered(), member.account().id
    media = house.media.keep(account=account, kind=kind, data=b"result", mime=mime, width=64, height=64)
    with house.database.unit() as unit:
        house.media.stored(unit, media)
        Order.update(state=Order.DELIVERED, media=media.id).where(Order.id == order).execute()
    return order


def newest(house: House) -> Any:
    with house.database.connection():
        return Order.select().where(Order.state == Order.OFFERED).order_by(Order.created_at.desc()).get()


def pause(house: House) -> None:
    with house.database.unit() as unit:
        Slots.insert(name=NAME, paused_until=unit.now + timedelta(minutes=5)).execute()


def shown(calls: list[Any]) -> list[str]:
    rows = [row for call in calls for row in call.params.get("reply_markup", {}).get("inline_keyboard", [])]
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def test_there_are_ten_motions_or_more_and_each_is_a_button(house: House, member: Talk, photo: str) -> None:
    calls = member.says("/animate")
    buttons = [data for data in shown(calls) if data.startswith(f"motp:{photo}:")]
    assert len(buttons) == len(set(buttons)) == len(house.motions) >= 10


@pytest.mark.proves("P5.3")
def test_a_motion_is_offered_with_price_and_recipient_and_nothing_is_held(
    house: House, member: Talk, photo: str
) -> None:
    calls = member.presses(f"motp:{photo}:zoom")
    said = text_of(calls)
    assert "Kuaishou Technology" in said
    assert "30 days" in said
    assert "8 credits" in said
    assert "5 seconds" in said
    offered = newest(house)
    assert (offered.kind, offered.price, offered.provider, offered.photo) == ("video_5", 8, "kling", photo)
    assert counts(house)["disclosure"] == 0
    assert counts(house)["work"] == 0


def test_words_behind_the_command_are_the_prompt(house: House, member: Talk, photo: str) -> None:
    calls = member.says("/animate she looks up and smiles")
    assert "she looks up and smiles" in text_of(calls)
    assert house.fields.open(Order.prompt, newest(house), purpose="generation") == "she looks up and smiles"


def test_words_are_judged_like_all_prompts(house: House, member: Talk, photo: str) -> None:
    before = counts(house)["orders"]
    said = text_of(member.says("/animate undress her"))
    assert "nothing was charged" in said.lower()
    assert counts(house)["orders"] == before
    assert "1,000" in text_of(member.says("/animate " + "a" * 1500))
    assert counts(house)["orders"] == before


def test_the_other_length_changes_the_same_offer_and_its_price(house: House, member: Talk, photo: str) -> None:
    calls = member.presses(f"motp:{photo}:zoom")
    order = newest(house).id
    longer = button_of(calls, "len")
    assert longer == f"len:{order}:10"
    edited = member.presses(longer)
    assert edited[-1].method == "editMessageText"
    assert "15 credits" in text_of(edited)
    assert button_of(edited, "len") == f"len:{order}:5"
    row = newest(house)
    assert (row.id, row.kind, row.price) == (order, "video_10", 15)


@pytest.mark.parametrize("seconds", [0, 7, 99])
def test_no_other_length_can_be_had(house: House, member: Talk, photo: str, seconds: int) -> None:
    member.presses(f"motp:{photo}:zoom")
    [said] = member.presses(f"len:{newest(house).id}:{seconds}")
    assert said.params["show_alert"] is True
    assert newest(house).kind == "video_5"


def test_a_picture_gets_no_length(house: House, member: Talk, photo: str) -> None:
    order = member.is_offered()
    [said] = member.presses(f"len:{order}:10")
    assert said.params["show_alert"] is True
    assert newest(house).kind == "picture"


def test_a_result_is_animated_itself_and_not_its_photo(house: House, member: Talk, result: str) -> None:
    calls = member.presses(f"anim:{result}")
    motion = button_of(calls, "motr")
    assert motion.startswith(f"motr:{result}:")
    member.presses(motion)
    assert newest(house).origin == result
    member.says("/animate the sea moves")
    assert newest(house).origin == result, "the command means it from here on"


def test_a_photo_that_is_chosen_is_what_the_command_means(house: House, member: Talk, result: str, photo: str) -> None:
    member.presses(f"anim:{result}")
    assert button_of(member.presses(f"panim:{photo}"), "motp").startswith(f"motp:{photo}:")
    member.says("/animate the sea moves")
    assert (newest(house).origin, newest(house).photo) == (None, photo)


def test_the_command_means_the_photo_again_when_the_result_is_gone(
    house: House, member: Talk, result: str, photo: str
) -> None:
    member.presses(f"anim:{result}")
    member.presses(f"delyes:{result}")
    assert button_of(member.says("/animate"), "motp").startswith(f"motp:{photo}:")


def test_a_video_is_not_animated(house: House, member: Talk, photo: str) -> None:
    film = made(house, member, kind="video", mime="video/mp4")
    for data in (f"anim:{film}", f"motr:{film}:zoom"):
        [said] = member.presses(data)
        assert said.params["show_alert"] is True


def test_without_a_photo_the_command_asks_for_one(house: House, member: Talk) -> None:
    before = counts(house)
    assert "photo" in text_of(member.says("/animate she smiles"))
    assert counts(house)["orders"] == before["orders"]


def test_what_belongs_to_somebody_else_is_not_there(house: House, member: Talk, result: str, photo: str) -> None:
    bob = Talk(house, who=700100201)
    bob.agrees()
    bob.has_photo()
    before = counts(house)["orders"]
    for data in (f"anim:{result}", f"motr:{result}:zoom", f"panim:{photo}", f"motp:{photo}:zoom"):
        [said] = bob.presses(data)
        assert said.params["show_alert"] is True
    assert counts(house)["orders"] == before


def test_a_motion_that_is_gone_is_answered(house: House, member: Talk, photo: str) -> None:
    [said] = member.presses(f"motp:{photo}:gone")
    assert "motion" in said.params["text"]


@pytest.mark.proves("P6.2")
def test_a_photo_that_was_deleted_is_not_animated(house: House, member: Talk, photo: str) -> None:
    with house.database.connection():
        Photo.update(state=Photo.DELETED, media=None).where(Photo.id == photo).execute()
    [said] = member.presses(f"motp:{photo}:zoom")
    assert said.params["show_alert"] is True


@pytest.mark.parametrize("way", ["/animate", "/animate she smiles", "motp", "panim", "make"])
def test_while_videos_are_paused_this_is_said_before_anything_is_spent(
    house: House, member: Talk, photo: str, way: str
) -> None:
    data = {"motp": f"motp:{photo}:zoom", "panim": f"panim:{photo}"}.get(way)
    if way == "make":
        data = button_of(member.presses(f"motp:{photo}:zoom"), "make")
    before = counts(house)
    pause(house)
    calls = member.says(way) if data is None else member.presses(data)
    assert "paused" in str([call.params for call in calls])
    after = counts(house)
    assert (after["orders"], after["ledger_entry"]) == (before["orders"], before["ledger_entry"])


def test_videos_that_staff_paused_are_answered_with_their_words(house: House, member: Talk, photo: str) -> None:
    data = button_of(member.presses(f"motp:{photo}:zoom"), "make")
    pauses, before = house.traffic.pauses, counts(house)
    with house.database.unit() as unit:
        pauses.pause(unit, VIDEOS, Wanted(words=Words("Back at nine.")))
    try:
        said = [
            member.says("/animate"),
            *(member.presses(tap) for tap in (f"panim:{photo}", f"motp:{photo}:zoom", data)),
        ]
    finally:
        with house.database.unit() as unit:
            pauses.resume(unit, VIDEOS)
    assert ["Back at nine." in str([call.params for call in calls]) for calls in said] == [True] * 4
    after = counts(house)
    assert (after["orders"], after["ledger_entry"]) == (before["orders"], before["ledger_entry"])


def test_pictures_go_on_while_videos_are_paused(house: House, member: Talk, photo: str) -> None:
    pause(house)
    assert member.is_offered()
