"""Who rings for a video, whenever and however often, changes only when it is asked about."""

from __future__ import annotations

import pytest

from models import Order
from tests.generation.studio import Studio, Who


def test_a_ring_that_is_quicker_than_the_answer_of_the_submission_is_remembered(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)

    def finished_at_once(external_id: str) -> None:
        studio.kling.finishes(external_id)
        assert studio.watch.callback(external_id) is None, "there is nothing to ask about yet"

    studio.kling.before_answer = finished_at_once
    studio.slots.admit()
    studio.work()
    assert studio.watch.round() == 1, "no time has passed"
    studio.work()
    assert studio.state(order) == Order.DELIVERED


def test_a_ring_that_lies_is_followed_by_the_truth(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    assert studio.watch.callback(studio.id_of(order)) == studio.task(order).id
    assert studio.watch.round() == 1
    assert studio.state(order) == Order.RENDERING
    assert studio.watch.round() == 0


def test_without_any_ring_it_is_asked_about_all_the_same(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    studio.kling.finishes(studio.id_of(order))
    studio.watches(32)
    assert studio.state(order) == Order.DELIVERED


def test_rings_after_the_end_and_between_two_attempts_find_nothing(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    first = studio.id_of(order)
    studio.kling.fails(first)
    studio.watches(28)
    assert studio.watch.callback(first) is None
    studio.kling.fails(studio.id_of(order))
    studio.watches(28)
    assert studio.state(order) == Order.FAILED
    for one in (first, studio.id_of(order)):
        assert studio.watch.callback(one) is None
    studio.watches(60)
    assert studio.balance(ann) == (100, 0)


@pytest.mark.parametrize("odd", ["", "x", "\x00", "{}\x00", "{}\n", "'; --", "9" * 100_000])
def test_an_id_that_is_none_of_ours_reaches_no_database(studio: Studio, ann: Who, odd: str) -> None:
    order = studio.filming(ann)
    assert studio.watch.callback(odd.replace("{}", studio.id_of(order))) is None
    assert studio.watch.round() == 0
