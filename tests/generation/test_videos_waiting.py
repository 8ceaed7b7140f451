"""A video that never gets a slot does not keep its person's credits for ever."""

from __future__ import annotations

from models import Order, VideoTask
from tests.generation.studio import Studio

HOURS = 3600.0


def test_two_hours_without_a_slot_give_the_credits_back(studio: Studio) -> None:
    studio.of(slots=1)
    first, second = studio.person(), studio.person()
    studio.filming(first)
    order = studio.order(second)
    before = studio.balance(second)
    studio.later(2 * HOURS - 60)
    studio.upkeep.leftovers()
    assert studio.state(order) == Order.QUEUED
    studio.later(120)
    studio.upkeep.leftovers()
    assert (studio.state(order), studio.row(order).reason) == (Order.FAILED, "videos.full")
    assert studio.balance(second) == (before[0] + before[1], 0)


def test_a_video_that_has_a_slot_is_not_ended_for_waiting(studio: Studio) -> None:
    studio.of(slots=1)
    order = studio.filming(studio.person())
    studio.later(3 * HOURS)
    studio.upkeep.leftovers()
    assert studio.row(order).reason != "videos.full"


def test_a_video_that_nobody_asks_about_any_more_is_given_back(studio: Studio) -> None:
    """As when the provider's key is taken out of the settings while it works."""
    ann = studio.person()
    order = studio.filming(ann)
    before = studio.balance(ann)
    studio.later(3 * HOURS - 60)
    studio.upkeep.leftovers()
    assert studio.state(order) == Order.RENDERING
    studio.later(120)
    studio.upkeep.leftovers()
    assert (studio.state(order), studio.row(order).reason) == (Order.FAILED, "orders.stuck")
    assert studio.balance(ann) == (before[0] + before[1], 0)
    assert studio.task(order).state == VideoTask.ENDED
    studio.work()
    assert "stuck on our side" in studio.telegram.texts()


def test_a_video_that_was_found_and_is_never_fetched_is_given_back(studio: Studio) -> None:
    order = studio.found(studio.person())
    studio.later(3 * HOURS)
    studio.upkeep.leftovers()
    assert studio.state(order) == Order.FAILED
    studio.work()
    assert studio.state(order) == Order.FAILED
