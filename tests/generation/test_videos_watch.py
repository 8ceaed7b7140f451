"""Videos under way: asked about together and seldom, and every one of them ends, whatever befalls the others."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from errors import Permanent, Temporary
from generation.watch import EVERY, LATE_ENDS, LATE_EVERY, NOT_ASKED
from models import Cost, LedgerEntry, Media, Order, VideoTask
from policy.limits import VIDEO_GIVEN_UP
from tests.generation.studio import Studio, Who

SOON = 16.0  # seconds after which a first question may be due while nothing was made lately


def test_one_question_is_about_all_that_are_under_way(studio: Studio) -> None:
    orders = [studio.filming(studio.person()) for _ in range(5)]
    studio.later(SOON + EVERY)
    assert studio.watch.round() == 1
    assert sorted(studio.kling.looks[0]) == sorted(studio.id_of(order) for order in orders)
    assert studio.watch.round() == 0, "the next moment has not come"


def test_the_first_question_waits_for_what_videos_usually_take(studio: Studio, ann: Who) -> None:
    first = studio.filming(ann)
    studio.kling.finishes(studio.id_of(first))
    studio.later(200)
    studio.watch.round()
    studio.work()
    studio.kling.looks.clear()
    studio.filming(ann)
    studio.watches(200 - 2 * EVERY - 4, every=4)
    assert studio.kling.looks == [], "no video was ready so soon"
    studio.watches(60, every=4)
    assert 60 / EVERY - 2 <= len(studio.kling.looks) <= 60 / EVERY + 1


def test_a_finished_video_is_charged_and_its_cost_written_down_once(studio: Studio, ann: Who) -> None:
    order = studio.found(ann)
    assert studio.balance(ann) == (92, 8)
    sealed = bytes(studio.task(order).url)
    assert b"files.invalid" not in sealed
    studio.work()
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (92, 0)
    with studio.database.connection():
        [cost] = list(Cost.select().where(Cost.order == order))
    assert (cost.provider, cost.units) == ("kling", 2.0)
    assert studio.task(order).url is None


def test_a_batch_that_is_refused_is_halved_until_it_is_taken(studio: Studio) -> None:
    studio.of(slots=8)
    for _ in range(8):
        studio.filming(studio.person())
    studio.kling.most_at_once = 3
    studio.later(SOON + EVERY)
    studio.watch.round()
    sizes = [len(look) for look in studio.kling.looks]
    assert sizes[:3] == [8, 4, 2]
    assert all(later <= size // 2 for size, later in itertools.pairwise(sizes) if size > 3)
    asked = sorted(one for look in studio.kling.looks if len(look) <= 3 for one in look)
    assert asked == sorted(studio.kling.tasks), "each once"


def test_one_that_is_refused_alone_does_not_keep_the_others_from_being_asked_about(studio: Studio) -> None:
    orders = [studio.filming(studio.person()) for _ in range(3)]
    studio.kling.most_at_once = 0
    studio.later(SOON + EVERY)
    studio.watch.round()
    assert sorted(one for look in studio.kling.looks if len(look) == 1 for one in look) == sorted(studio.kling.tasks)
    studio.kling.most_at_once = 1
    for order in orders:
        studio.kling.finishes(studio.id_of(order))
    studio.watches(30)
    assert [studio.state(order) for order in orders] == [Order.DELIVERED] * 3


def test_a_key_that_is_frozen_does_not_stop_the_round_for_others(studio: Studio) -> None:
    people = [studio.person() for _ in range(5)]
    orders = [studio.filming(who) for who in people]
    with studio.database.unit() as unit:
        studio.keys.freeze(unit, people[1].id)
    for order in orders:
        studio.kling.finishes(studio.id_of(order))
    studio.later(SOON + EVERY)
    assert studio.watch.round() == 1
    studio.work()
    states = [studio.state(order) for order in orders]
    assert states.count(Order.DELIVERED) == 4
    studio.watches(NOT_ASKED.total_seconds() + 30)
    assert studio.state(orders[1]) == Order.FAILED, "nor does it wait for ever"
    assert studio.balance(people[1]) == (103, 0)
    assert studio.open_tasks() == 0


def test_an_order_that_vanished_does_not_stop_the_round_for_others(studio: Studio, ann: Who) -> None:
    orders = [studio.filming(ann) for _ in range(3)]
    with studio.database.connection():
        Order.delete().where(Order.id == orders[0]).execute()
    for order in orders:
        studio.kling.finishes(studio.id_of(order))
    studio.later(SOON + EVERY)
    studio.watch.round()
    studio.work()
    assert [studio.state(order) for order in orders[1:]] == [Order.DELIVERED] * 2
    studio.watches(VIDEO_GIVEN_UP.total_seconds() + LATE_ENDS.total_seconds() + 600, every=600)
    assert studio.open_tasks() == 0


def test_what_failed_without_a_reason_is_tried_once_more_in_its_old_place(studio: Studio, ann: Who) -> None:
    studio.of(slots=1)
    order = studio.filming(ann)
    behind = studio.order(studio.person())
    studio.kling.fails(studio.id_of(order))
    studio.watches(SOON + EVERY)
    assert [task.external_id for task in studio.tasks(order)] == [f"{order}-1", f"{order}-2"]
    assert (studio.state(order), studio.state(behind)) == (Order.RENDERING, Order.QUEUED)
    assert studio.balance(ann) == (92, 8), "the hold stays what it was"
    studio.kling.fails(studio.id_of(order))
    studio.watches(SOON + EVERY)
    assert studio.state(order) == Order.FAILED
    assert studio.balance(ann) == (100, 0)
    assert studio.state(behind) == Order.RENDERING


@pytest.mark.parametrize(
    ("reason", "state"), [("provider.refused", Order.REFUSED), ("provider.bad_input", Order.REFUSED)]
)
def test_what_failed_for_a_reason_is_not_tried_again(studio: Studio, ann: Who, reason: str, state: str) -> None:
    order = studio.filming(ann)
    studio.kling.fails(studio.id_of(order), reason)
    studio.watches(SOON + EVERY)
    assert (studio.state(order), studio.row(order).reason) == (state, reason)
    assert studio.balance(ann) == (100, 0)
    assert len(studio.kling.asked) == 1


def given_up(studio: Studio, who: Who) -> str:
    """A video that the provider has kept for longer than anybody waits."""
    order = studio.filming(who)
    studio.watches(VIDEO_GIVEN_UP.total_seconds() + 2 * EVERY)
    assert studio.state(order) == Order.FAILED
    return order


def test_after_twenty_minutes_it_is_asked_once_more_and_then_given_back(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    studio.watches(VIDEO_GIVEN_UP.total_seconds() - 2 * EVERY)
    assert studio.state(order) == Order.RENDERING
    looks = len(studio.kling.looks)
    studio.watches(4 * EVERY)
    assert len(studio.kling.looks) > looks
    assert (studio.state(order), studio.row(order).reason) == (Order.FAILED, "video.too_slow")
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0, "its slot is free"
    assert "longer than 20 minutes" in studio.telegram.texts()


def test_a_video_that_is_ready_at_the_last_question_counts(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    studio.later(VIDEO_GIVEN_UP.total_seconds() + 60)
    studio.kling.finishes(studio.id_of(order))
    studio.watch.round()
    studio.work()
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (92, 0)


def test_what_comes_after_it_was_given_up_is_a_gift_once(studio: Studio, ann: Who) -> None:
    order = given_up(studio, ann)
    studio.kling.finishes(studio.id_of(order))
    studio.watches(LATE_EVERY.total_seconds() + 2 * EVERY)
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (100, 0)
    [shown] = studio.telegram.said("editMessageMedia")
    assert "free" in shown.params["media"]["caption"]
    studio.watch.callback(studio.id_of(order))
    studio.watches(LATE_EVERY.total_seconds() * 3)
    assert len(studio.telegram.said("editMessageMedia")) == 1
    with studio.database.connection():
        kinds = [entry.kind for entry in LedgerEntry.select().where(LedgerEntry.order == order)]
    assert sorted(kinds) == ["give_back", "hold"]


def test_a_gift_of_a_photo_that_is_gone_is_neither_fetched_nor_kept(studio: Studio, ann: Who) -> None:
    order = given_up(studio, ann)
    studio.delete_photo(ann)
    studio.kling.finishes(studio.id_of(order))
    studio.watches(LATE_EVERY.total_seconds() * 3)
    assert studio.state(order) == Order.FAILED
    assert studio.files.fetched == []
    assert (studio.open_tasks(), studio.undone()) == (0, [])
    assert studio.task(order).state == VideoTask.ENDED


def test_a_gift_whose_photo_goes_while_it_is_fetched_is_destroyed(studio: Studio, ann: Who) -> None:
    order = given_up(studio, ann)
    studio.kling.finishes(studio.id_of(order))
    studio.files.meanwhile = lambda: studio.delete_photo(ann)
    studio.watches(LATE_EVERY.total_seconds() * 3)
    assert studio.files.fetched
    assert studio.state(order) == Order.FAILED
    assert studio.telegram.said("editMessageMedia") == []
    with studio.database.connection():
        assert Media.select().where(Media.kind == "video").count() == 0


def test_a_gift_for_an_account_that_is_gone_is_nothing(studio: Studio, ann: Who, bob: Who) -> None:
    order = given_up(studio, ann)
    external_id = studio.id_of(order)
    of_bob = studio.filming(bob)
    studio.close(ann)
    studio.kling.finishes(external_id, studio.id_of(of_bob))
    assert studio.watch.callback(external_id) is None
    studio.watches(LATE_EVERY.total_seconds() * 3)
    assert studio.state(of_bob) == Order.DELIVERED
    assert len(studio.files.fetched) == 1
    with studio.database.connection():
        assert VideoTask.select().where(VideoTask.account == ann.id).count() == 0


def test_after_a_day_nobody_asks_any_more(studio: Studio, ann: Who) -> None:
    order = given_up(studio, ann)
    studio.watches(LATE_ENDS.total_seconds() + 600, every=300)
    assert studio.task(order).state == VideoTask.ENDED
    studio.kling.looks.clear()
    studio.watches(1200, every=300)
    assert studio.kling.looks == []


@pytest.mark.parametrize("away", [Temporary("http.timeout"), Permanent("provider.misconfigured")])
def test_a_provider_that_does_not_answer_keeps_nobody_waiting_for_ever(
    studio: Studio, ann: Who, away: Temporary | Permanent
) -> None:
    order = studio.filming(ann)
    studio.kling.away = away
    studio.watches(VIDEO_GIVEN_UP.total_seconds() + 60)
    assert studio.state(order) == Order.RENDERING, "nobody has said that it does not come"
    studio.watches((NOT_ASKED - VIDEO_GIVEN_UP + timedelta(seconds=30)).total_seconds())
    assert studio.state(order) == Order.FAILED
    assert studio.balance(ann) == (100, 0)
    studio.kling.away = None
    studio.kling.finishes(studio.id_of(order))
    studio.watches(LATE_EVERY.total_seconds() + 60)
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (100, 0)


def test_a_task_that_the_provider_has_forgotten_ends_like_a_slow_one(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    studio.kling.tasks.clear()
    studio.watches(VIDEO_GIVEN_UP.total_seconds() + 2 * EVERY)
    assert studio.state(order) == Order.FAILED
    assert studio.balance(ann) == (100, 0)
