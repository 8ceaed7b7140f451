"""How videos reach their people, and what deleting and closing does to one in each of its states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from errors import Failure, Permanent, Temporary
from generation.kinds import COLLECT, ORIGINAL
from generation.links import PATH
from generation.show import LARGEST_UPLOAD
from models import Link, Media, Order, VideoTask
from tests.generation.outside import CLIP
from tests.generation.studio import Studio, Who


def admitted(studio: Studio, who: Who) -> str:
    order = studio.order(who)
    studio.slots.admit()
    return order


def unsure(studio: Studio, who: Who) -> str:
    order = studio.order(who)
    studio.kling.next = ["lost"]
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.CALLING
    return order


def kept(studio: Studio, who: Who) -> str:
    """Fetched, while the chat does not answer."""
    order = studio.found(who)
    studio.telegram.fails = {"editMessageMedia": Temporary("telegram.unavailable")}
    studio.work()
    studio.telegram.fails = {}
    assert studio.state(order) == Order.KEPT
    return order


def delivered(studio: Studio, who: Who) -> str:
    order = studio.found(who)
    studio.work()
    return order


def given_up(studio: Studio, who: Who) -> str:
    order = studio.filming(who)
    studio.watches(1230)
    assert studio.state(order) == Order.FAILED
    return order


Begin = Callable[[Studio, Who], str]
STATES: dict[str, Begin] = {
    "offered": lambda studio, who: studio.offer(who),
    "queued": lambda studio, who: studio.order(who),
    "admitted": admitted,
    "unsure": unsure,
    "rendering": lambda studio, who: studio.filming(who),
    "found": lambda studio, who: studio.found(who),
    "kept": kept,
    "delivered": delivered,
    "given up": given_up,
}
ALL = pytest.mark.parametrize("begin", STATES.values(), ids=STATES)


@pytest.mark.proves("P6.3", "P6.10")
@ALL
def test_closing_an_account_leaves_nothing_behind_and_stops_nobody_else(
    studio: Studio, ann: Who, bob: Who, begin: Begin
) -> None:
    of_bob = studio.filming(bob)
    begin(studio, ann)
    studio.close(ann)
    studio.kling.finishes(*studio.kling.tasks)
    studio.watches(400)
    assert studio.state(of_bob) in (Order.DELIVERED, Order.FAILED)
    assert studio.open_tasks() == 0
    assert studio.undone() == []
    with studio.database.connection():
        for model in (Order, VideoTask, Media, Link):
            assert model.select().where(model.account == ann.id).count() == 0
    assert studio.balance(ann)[1] == 0


@ALL
def test_deleting_the_photo_ends_what_waits_and_spares_what_is_under_way(
    studio: Studio, ann: Who, begin: Begin
) -> None:
    order = begin(studio, ann)
    before = studio.state(order)
    studio.delete_photo(ann)
    studio.work(10)
    studio.kling.finishes(*studio.kling.tasks)
    studio.watches(400)
    after = studio.state(order)
    waits = before == Order.QUEUED
    assert after == (Order.REFUSED if waits else before if before in (Order.OFFERED, Order.FAILED) else Order.DELIVERED)
    assert studio.balance(ann) == ((92, 0) if after == Order.DELIVERED else (100, 0))
    assert (studio.open_tasks(), studio.undone()) == (0, [])
    if waits:
        assert studio.kling.asked == []


@ALL
def test_deleting_the_result_is_for_what_is_there(studio: Studio, ann: Who, begin: Begin) -> None:
    order = begin(studio, ann)
    there = studio.row(order).media is not None
    with studio.database.unit() as unit:
        assert studio.orders.delete_result(unit, account=ann.id, order=order) == there
    studio.work(10)
    if there:
        assert studio.state(order) == Order.DELETED
        with studio.database.connection():
            assert Media.select().where(Media.kind == "video").count() == 0
        assert studio.undone() == []


@ALL
def test_cancelling_is_for_what_nobody_was_given_yet(studio: Studio, ann: Who, begin: Begin) -> None:
    order = begin(studio, ann)
    early = studio.state(order) == Order.QUEUED
    held = studio.balance(ann)
    if early:
        studio.cancel(ann, order)
        assert studio.balance(ann) == (100, 0)
        studio.watches(30)
        assert (studio.open_tasks(), studio.undone(), studio.kling.asked) == (0, [], [])
    else:
        with pytest.raises(Failure, match="too_late"):
            studio.cancel(ann, order)
        assert studio.balance(ann) == held


def test_the_status_message_becomes_the_video_with_its_first_picture(studio: Studio, ann: Who) -> None:
    delivered(studio, ann)
    [shown] = studio.telegram.said("editMessageMedia")
    assert shown.params["message_id"] == studio.telegram.said("editMessageText")[0].params["message_id"]
    assert (shown.params["media"]["width"], shown.params["media"]["height"]) == (64, 48)
    assert set(shown.files) == {"clip", "thumbnail"}
    assert studio.telegram.films == [CLIP]
    assert "AI" in shown.params["media"]["caption"]


def test_a_link_that_is_dead_is_asked_for_anew_and_after_three_the_credits_are_back(studio: Studio, ann: Who) -> None:
    order = studio.found(ann)
    studio.files.dead = {"https://files.invalid/1"}
    studio.work()
    assert studio.state(order) == Order.RENDERING
    studio.kling.finishes(studio.id_of(order), link="https://files.invalid/2")
    studio.watches(4)
    assert studio.state(order) == Order.DELIVERED
    other = studio.found(ann)
    studio.watches(40)
    assert studio.state(other) == Order.FAILED
    assert studio.balance(ann) == (92, 0)
    assert studio.files.fetched.count("https://files.invalid/1") == 4
    assert studio.open_tasks() == 0


def test_what_is_no_video_is_not_kept_and_not_charged(studio: Studio, ann: Who) -> None:
    order = studio.found(ann)
    studio.files.content = b"<html>not here</html>"
    studio.work()
    assert studio.state(order) == Order.FAILED
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0


def test_a_video_that_is_fetched_twice_is_kept_and_charged_once(studio: Studio, ann: Who) -> None:
    order = studio.found(ann)
    with studio.database.unit() as unit:
        studio.desk.add(unit, COLLECT, subject=studio.task(order).id, account=ann.id)
    studio.work()
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (92, 0)
    with studio.database.connection():
        assert Media.select().where(Media.kind == "video").count() == 1


def too_large_by_size(studio: Studio, order: str) -> None:
    with studio.database.connection():
        Media.update(size=LARGEST_UPLOAD + 1).where(Media.id == studio.row(order).media).execute()


def telegram_says_so(studio: Studio, order: str) -> None:
    too_large = Permanent("telegram.too_large")
    studio.telegram.fails = {"editMessageMedia": too_large, "sendVideo": too_large, "sendDocument": too_large}


@pytest.mark.parametrize("large", [too_large_by_size, telegram_says_so])
def test_what_is_too_large_for_the_chat_comes_as_an_address_that_works_once(
    studio: Studio, ann: Who, large: Callable[[Studio, str], None]
) -> None:
    order = kept(studio, ann)
    large(studio, order)
    studio.work(5)
    assert studio.state(order) == Order.DELIVERED
    shown = studio.telegram.said("editMessageText")[-1]
    [[download], *_] = shown.params["reply_markup"]["inline_keyboard"]
    assert download["url"].startswith(f"https://miomio.invalid{PATH}")
    for secret in (ann.id, order, str(studio.row(order).media)):
        assert secret not in download["url"]
    token = download["url"].rpartition("/")[2]
    with studio.database.unit() as unit:
        assert studio.links.find(unit, token) is not None
        assert studio.links.take(unit, token) is not None
        assert studio.links.take(unit, token) is None


@pytest.mark.parametrize("large", [too_large_by_size, telegram_says_so])
def test_its_original_comes_as_an_address_too(studio: Studio, ann: Who, large: Callable[[Studio, str], None]) -> None:
    order = delivered(studio, ann)
    large(studio, order)
    with studio.database.unit() as unit:
        studio.desk.add(unit, ORIGINAL, subject=order, account=ann.id)
    studio.work()
    assert PATH in str(studio.telegram.said("sendMessage")[-1].params["reply_markup"])
