"""Who gets a slot at the video provider, in which turn, and what they are told while they wait."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from errors import Rejected
from generation.slots import LOWERED, MOST_WAITING, PAUSE, USUAL, usual_seconds
from generation.watch import EVERY, first_look
from models import Order, VideoTask, new_id
from tests.generation.studio import Studio, Who
from traffic.load import KNOWN_FOR


def admitted(studio: Studio) -> list[str]:
    """Orders that hold a slot, in the order in which they got it."""
    with studio.database.connection():
        return [task.order for task in VideoTask.select().order_by(VideoTask.created_at)]


def one_by_one(studio: Studio, count: int) -> list[str]:
    """Who gets a slot when one becomes free at a time."""
    for slots in range(1, count + 1):
        studio.of(slots=slots)
        studio.slots.admit()
        studio.clock.turn(0.01)
    return admitted(studio)


def test_the_first_round_ever_gives_the_slots_away(studio: Studio, ann: Who) -> None:
    orders = [studio.order(ann) for _ in range(3)]
    studio.of(slots=2)
    assert studio.slots.admit() == 2
    assert studio.slots.admit() == 0
    assert sorted(admitted(studio)) == sorted(orders[:2])


def test_people_take_turns_however_much_one_of_them_wants(studio: Studio, ann: Who, bob: Who) -> None:
    first, second, third = (studio.order(ann) for _ in range(3))
    of_bob, later_of_bob = studio.order(bob), studio.order(bob)
    assert one_by_one(studio, 5) == [first, of_bob, second, later_of_bob, third]


def test_a_turn_counts_what_already_runs(studio: Studio, ann: Who, bob: Who) -> None:
    running = studio.order(ann)
    studio.slots.admit()
    waiting, of_bob = studio.order(ann), studio.order(bob)
    studio.of(slots=2)
    studio.clock.turn(1)
    studio.slots.admit()
    assert admitted(studio) == [running, of_bob]
    assert studio.state(waiting) == Order.QUEUED


def test_paid_credits_go_before_trial_credits(studio: Studio, ann: Who) -> None:
    buyer = studio.person(paid=True)
    trial, paid, more = studio.order(ann), studio.order(buyer), studio.order(buyer)
    assert one_by_one(studio, 3) == [paid, more, trial]


def test_rounds_at_once_never_give_more_than_the_slots(studio: Studio) -> None:
    for _ in range(8):
        studio.order(studio.person())
    ready = threading.Barrier(6)
    given: list[int] = []

    def round_() -> None:
        ready.wait()
        given.append(studio.slots.admit())

    threads = [threading.Thread(target=round_) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 5
    assert len(given) == 6
    assert len(set(admitted(studio))) == len(admitted(studio)) == 5


def test_an_account_that_is_being_closed_gets_no_slot(studio: Studio, ann: Who) -> None:
    """The round meets an order whose end is not committed yet: it waits for it instead of believing what it saw."""
    studio.order(ann)
    given: list[int] = []
    round_ = threading.Thread(target=lambda: given.append(studio.slots.admit()))
    with studio.database.unit() as unit:
        for row in list(Order.select().where(Order.account == ann.id)):
            with_end = {"state": Order.FAILED, "ended_at": unit.now}
            Order.update(**with_end).where(Order.id == row.id).execute()
        round_.start()
        round_.join(0.5)
    round_.join()
    assert given == [0]
    assert studio.undone() == []


def test_whoever_waits_is_told_how_many_are_before_them_and_how_long_it_takes(studio: Studio) -> None:
    studio.of(slots=2)
    people = [studio.person() for _ in range(5)]
    places = []
    for who in people:
        places.append(studio.place(who, studio.offer(who)))
        studio.later(0.01)
    assert [place.ahead for place in places] == [0, 1, 2, 3, 4]
    assert [place.seconds for place in places] == [USUAL, USUAL, USUAL * 1.5, USUAL * 2, USUAL * 2.5]
    studio.slots.admit()
    with studio.database.unit() as unit:
        left = sorted(studio.slots.places(unit).values(), key=lambda place: place.ahead)
    waiting = [place for place in left if place.seconds and place.seconds > USUAL]
    assert [place.ahead for place in waiting] == [0, 1, 2]
    assert [place.seconds for place in waiting] == [USUAL * 1.5, USUAL * 2, USUAL * 2.5]


def test_the_estimate_is_what_the_last_hour_took(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    studio.kling.finishes(studio.id_of(order))
    studio.later(300)
    studio.watch.round()
    studio.work()
    with studio.database.connection():
        assert usual_seconds(studio.clock.now()) == pytest.approx(300)
        asked = first_look(studio.clock.now())
    assert 300 - 2 * EVERY <= (asked - studio.clock.now()).total_seconds() <= 300
    studio.later(3601)
    with studio.database.connection():
        assert usual_seconds(studio.clock.now()) == USUAL


def test_what_was_cancelled_between_two_tries_is_no_duration(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.next = ["unreachable"]
    studio.slots.admit()
    studio.work()
    studio.cancel(ann, order)
    with studio.database.connection():
        assert usual_seconds(studio.clock.now()) == USUAL


def test_an_order_that_was_given_its_slot_is_the_next_one(studio: Studio, ann: Who) -> None:
    """It is still in the queue; its message must not speak of the pictures that wait."""
    order = studio.order(ann)
    studio.slots.admit()
    with studio.database.unit() as unit:
        place = studio.slots.places(unit)[order]
    assert (place.ahead, place.seconds) == (0, USUAL)


def test_an_order_behind_more_than_one_round_looks_at_has_a_place(studio: Studio, ann: Who) -> None:
    order, now = studio.order(ann), studio.clock.now() - timedelta(seconds=1)
    waiting = [
        {"id": new_id(), "account": "a", "state": Order.QUEUED, "kind": "video_5", "price": 8, "provider": "kling"}
        | {"photo": "p", "created_at": now, "queued_at": now}
        for _ in range(MOST_WAITING + 1)
    ]
    with studio.database.unit():
        for start in range(0, len(waiting), 500):
            Order.insert_many(waiting[start : start + 500]).execute()
    with studio.database.unit() as unit:
        place = studio.orders.stands(unit, studio.row(order))
    assert place.ahead >= MOST_WAITING
    studio.later(KNOWN_FOR)
    with pytest.raises(Rejected, match=r"orders\.too_busy"):  # who comes now is not kept waiting for a day
        studio.offer(ann)


def test_too_many_at_once_lowers_the_slots_for_a_while(studio: Studio) -> None:
    studio.kling.room = 2
    orders = [studio.order(studio.person()) for _ in range(4)]
    with capture_logs() as logs:
        studio.slots.admit()
        studio.work()
    assert not [entry for entry in logs if entry["log_level"] == "error"], "it is no alarm: it passes"
    assert studio.open_tasks() == 2
    assert [studio.state(order) for order in orders] == [Order.RENDERING] * 2 + [Order.QUEUED] * 2
    studio.later(LOWERED.total_seconds() - 1)
    assert studio.slots.admit() == 0
    sent = len(studio.kling.asked)
    studio.kling.finishes(studio.id_of(orders[0]))
    studio.watch.round()
    studio.work()
    assert studio.slots.admit() == 1, "one has ended, so that there is room for one"
    studio.work()
    assert len(studio.kling.asked) == sent + 1
    studio.kling.room = 100
    studio.later(LOWERED.total_seconds() + 1)
    assert studio.slots.admit() == 1
    studio.work()
    assert [len(studio.tasks(order)) for order in orders] == [1, 1, 2, 2], "each refusal was an attempt of its own"


def test_a_provider_that_is_full_while_nothing_of_ours_runs_is_not_stormed(studio: Studio, ann: Who) -> None:
    studio.kling.room = 0
    order = studio.order(ann)
    for _ in range(30):
        studio.slots.admit()
        studio.work()
        studio.later(1)
    assert len(studio.kling.asked) == 1
    with studio.database.unit() as unit:
        assert studio.slots.places(unit)[order].ahead == 0
    studio.later(LOWERED.total_seconds())
    studio.kling.room = 1
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.RENDERING


def test_without_money_nobody_gets_a_slot_everybody_gets_their_credits_back_and_ops_are_told(
    studio: Studio, ann: Who, bob: Who
) -> None:
    running = studio.filming(bob)
    studio.kling.money = False
    orders = [studio.order(ann) for _ in range(6)]
    offered = studio.offer(ann)
    with capture_logs() as logs:
        studio.slots.admit()
        studio.work()
    alarms = [entry for entry in logs if entry["log_level"] == "error" and entry["event"] == "video.not_taken"]
    assert alarms
    assert alarms[0]["code"] == "provider.out_of_money"
    assert {studio.state(order) for order in orders} == {Order.FAILED}
    assert studio.balance(ann) == (100, 0)
    assert "paused" in studio.telegram.texts()
    assert studio.state(running) == Order.RENDERING, "what was paid for goes on"
    with pytest.raises(Rejected, match="paused"):
        studio.offer(ann)
    with pytest.raises(Rejected, match="paused"):
        studio.place(ann, offered)
    assert studio.balance(ann) == (100, 0)
    studio.later(PAUSE.total_seconds() + 1)
    studio.kling.money = True
    studio.place(ann, offered)
    studio.slots.admit()
    studio.work()
    assert studio.state(offered) == Order.RENDERING
