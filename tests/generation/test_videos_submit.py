"""Submitting a video: written down before the call, looked up when the answer is lost, never sent twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from database import Unit
from errors import Failure, Permanent, Rejected, Temporary
from generation.kinds import SUBMIT
from generation.watch import LATE_EVERY
from jobs.claim import Claim, FenceLost
from models import Disclosure, Order, VideoTask, Work
from policy.limits import LONGEST_OUTAGE
from tests.generation.studio import FIRST, SECOND, Studio, Who


def sent(studio: Studio) -> list[str]:
    return [asked.external_id for asked in studio.kling.asked]


@pytest.mark.proves("P4.1", "P4.3")
def test_the_frame_the_motion_and_the_length_are_sent_and_nothing_else(studio: Studio, ann: Who) -> None:
    order = studio.order(ann, seconds=10)
    studio.slots.admit()
    studio.work()
    [asked] = studio.kling.asked
    assert (asked.external_id, asked.seconds, asked.model) == (f"{order}-1", 10, FIRST)
    assert asked.prompt == studio.motions.get("zoom").prompt
    assert Image.open(io.BytesIO(asked.picture)).format == "JPEG"
    assert studio.balance(ann) == (85, 15)


def test_words_of_ones_own_are_sent_as_they_are(studio: Studio, ann: Who) -> None:
    studio.order(ann, prompt="she looks up and smiles")
    studio.slots.admit()
    studio.work()
    assert studio.kling.asked[0].prompt == "she looks up and smiles"


@pytest.mark.proves("P5.3", "P5.5")
def test_attempt_and_disclosure_stand_before_the_call(studio: Studio, ann: Who) -> None:
    order = studio.order(ann, origin=studio.result_of(ann))
    seen: list[Any] = []

    def look_inside(external_id: str) -> None:
        with studio.database.connection():
            task = VideoTask.get(VideoTask.external_id == external_id)
            row = Disclosure.get(Disclosure.order == order)
        seen.append((task.state, task.attempt, row.recipient, row.fields, (row.kept_until - row.at).days))

    studio.kling.before_answer = look_inside
    studio.slots.admit()
    studio.work()
    assert seen == [(VideoTask.SUBMITTING, 1, "kling", "prompts,results", 30)]


def test_an_answer_that_was_lost_is_looked_up_and_not_sent_again(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.next = ["lost"]
    studio.slots.admit()
    studio.work(10)
    assert studio.state(order) == Order.RENDERING
    assert sent(studio) == [f"{order}-1"]
    assert studio.kling.looks[0] == [f"{order}-1"]


def test_what_never_arrived_is_sent_again_under_the_same_id(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.next = ["dropped"]
    studio.slots.admit()
    studio.work(10)
    assert studio.state(order) == Order.RENDERING
    assert sent(studio) == [f"{order}-1", f"{order}-1"]
    assert len(studio.tasks(order)) == 1


def test_a_worker_that_died_after_the_call_is_followed_by_one_that_finds_the_task(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.slots.admit()
    with studio.database.connection():
        work = Work.get(Work.kind == "submit")

    class Killed(BaseException):
        """As a worker dies: nothing is written down any more."""

    def die(external_id: str) -> None:
        raise Killed

    studio.kling.before_answer = die
    with pytest.raises(Killed):
        studio.runner.run(work.id)
    assert studio.task(order).state == VideoTask.SUBMITTING
    studio.later(16)  # its lease ends
    studio.work(5)
    assert studio.state(order) == Order.RENDERING
    assert sent(studio) == [f"{order}-1"]


@pytest.mark.parametrize(
    "trouble",
    [Temporary("provider.busy", retry_after=2.0), Temporary("http.timeout"), Permanent("provider.out_of_money")],
    ids=lambda trouble: trouble.code,
)
def test_what_may_have_been_made_cannot_be_cancelled_while_the_provider_does_not_say(
    studio: Studio, ann: Who, trouble: Failure
) -> None:
    order = studio.order(ann)
    studio.kling.next = ["lost"]
    studio.slots.admit()
    studio.work()
    studio.kling.away = trouble
    studio.work(8)
    assert studio.kling.looks, "it has asked"
    assert studio.state(order) == Order.CALLING
    with pytest.raises(Rejected, match="too_late"):
        studio.cancel(ann, order)
    studio.kling.away = None
    studio.work(40)
    assert studio.state(order) == Order.RENDERING
    assert sent(studio) == [f"{order}-1"]


def test_a_provider_out_of_reach_is_tried_again_and_the_order_may_be_cancelled_between(
    studio: Studio, ann: Who
) -> None:
    order, other = studio.order(ann), studio.order(ann)
    studio.kling.next = ["unreachable", "unreachable"]
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == studio.state(other) == Order.QUEUED
    studio.cancel(ann, order)
    studio.work(3)
    assert (studio.state(order), studio.state(other)) == (Order.CANCELLED, Order.RENDERING)
    assert sent(studio).count(f"{order}-1") == 1
    assert studio.balance(ann) == (92, 8)


def test_a_provider_out_of_reach_for_long_ends_with_the_credits_back(studio: Studio, ann: Who) -> None:
    orders = [studio.order(ann), studio.order(ann)]  # two, so that it is not one order's own trouble
    studio.kling.next = ["unreachable"] * 1_000
    studio.slots.admit()
    studio.work(LONGEST_OUTAGE.total_seconds())
    assert [studio.state(order) for order in orders] == [Order.QUEUED, Order.QUEUED]
    studio.later(30)
    studio.upkeep.outages()
    studio.work()
    for order in orders:
        assert (studio.state(order), studio.row(order).reason) == (Order.FAILED, "provider.away")
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0
    assert studio.undone() == []
    assert "credits are back" in studio.telegram.texts()


def test_one_order_that_reaches_nobody_ends_by_itself_and_closes_nothing(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.next = ["unreachable"] * 1_000
    studio.slots.admit()
    studio.work(LONGEST_OUTAGE.total_seconds())
    assert (studio.state(order), studio.row(order).reason) == (Order.FAILED, "provider.unreachable")
    assert studio.balance(ann) == (100, 0)
    assert (studio.open_tasks(), studio.undone()) == (0, [])
    assert "credits are back" in studio.telegram.texts()


def test_a_refusal_is_told_and_gives_the_credits_back(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.refuses = Rejected("provider.refused", reason="safety")
    studio.slots.admit()
    studio.work()
    assert (studio.state(order), studio.task(order).state) == (Order.REFUSED, VideoTask.ENDED)
    assert studio.balance(ann) == (100, 0)
    studio.watches(120)
    assert len(sent(studio)) == 1
    assert studio.kling.looks == []


@pytest.mark.parametrize("code", ["provider.misconfigured", "provider.bad_request", "http.undeclared_host"])
def test_what_was_surely_not_made_is_not_asked_about_afterwards(studio: Studio, ann: Who, code: str) -> None:
    order = studio.order(ann)
    studio.kling.refuses = Permanent(code)
    studio.slots.admit()
    studio.work()
    assert (studio.state(order), studio.task(order).state) == (Order.FAILED, VideoTask.ENDED)
    assert studio.balance(ann) == (100, 0)


def test_the_model_after_a_retired_one_is_a_new_attempt(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.retired = {FIRST}
    studio.watches(8, every=4)
    assert studio.state(order) == Order.RENDERING
    assert [(asked.external_id, asked.model) for asked in studio.kling.asked] == [
        (f"{order}-1", FIRST),
        (f"{order}-2", SECOND),
    ]
    assert studio.row(order).attempt == 2


def test_without_any_model_left_the_credits_are_back(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.retired = {FIRST, SECOND}
    studio.watches(20)
    assert studio.state(order) == Order.FAILED
    assert len(sent(studio)) == 2
    assert studio.balance(ann) == (100, 0)
    assert studio.undone() == []


def test_what_nobody_ever_answers_is_given_back_and_a_gift_if_it_comes(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.kling.next = ["lost"]
    studio.slots.admit()
    studio.work()
    studio.kling.away = Temporary("provider.unavailable")
    studio.work(900)
    assert studio.state(order) == Order.FAILED
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0
    studio.kling.away = None
    studio.kling.finishes(f"{order}-1")
    studio.watches(LATE_EVERY.total_seconds() + 20)
    assert studio.state(order) == Order.DELIVERED
    assert studio.balance(ann) == (100, 0)
    assert len(sent(studio)) == 1


@pytest.mark.proves("P6.2")
def test_a_photo_that_is_deleted_while_it_waits_is_not_sent(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.delete_photo(ann)
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.REFUSED
    assert (sent(studio), studio.balance(ann), studio.open_tasks()) == ([], (100, 0), 0)


@pytest.mark.proves("P6.3")
def test_a_result_that_is_deleted_while_its_video_waits_is_not_sent(studio: Studio, ann: Who) -> None:
    origin = studio.result_of(ann)
    order = studio.order(ann, origin=origin)
    with studio.database.unit() as unit:
        assert studio.orders.delete_result(unit, account=ann.id, order=origin)
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.REFUSED
    assert (sent(studio), studio.balance(ann), studio.open_tasks()) == ([], (100, 0), 0)


@pytest.mark.parametrize("gone", [False, True], ids=["ended", "no longer there"])
def test_an_attempt_at_an_order_that_is_no_more_frees_its_slot(studio: Studio, ann: Who, gone: bool) -> None:
    order = studio.order(ann)
    studio.slots.admit()
    with studio.database.connection():
        if gone:
            Order.delete().where(Order.id == order).execute()
        else:
            Order.update(state=Order.CANCELLED).where(Order.id == order).execute()
    studio.work(900)
    assert (sent(studio), studio.open_tasks(), studio.undone()) == ([], 0, [])


def test_work_that_is_done_twice_does_not_touch_a_running_attempt(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    with studio.database.unit() as unit:
        studio.desk.add(unit, "submit", subject=studio.task(order).id, account=ann.id)
    studio.work()
    assert studio.task(order).state == VideoTask.RENDERING
    assert len(sent(studio)) == 1


class StandsStill(Claim):
    """Of a worker that is stopped past its lease as soon as it has written down that it will send; `meanwhile` is what
    the others do until it goes on."""

    def __init__(self, claim: Claim, studio: Studio, meanwhile: Callable[[], object]) -> None:
        self.__dict__.update(claim.__dict__)
        self._studio, self._meanwhile = studio, [meanwhile]

    @contextmanager
    def checkpoint(self) -> Iterator[Unit]:
        with super().checkpoint() as unit:
            yield unit
        if self._meanwhile:
            self._studio.later(60)
            self._meanwhile.pop()()


def held(studio: Studio) -> Claim:
    """The submission that is due, in somebody's hand."""
    studio.slots.admit()
    with studio.database.connection():
        work = Work.get((Work.kind == SUBMIT) & (Work.state == Work.DUE))
    claim = studio.desk.claim(work.id)
    assert claim is not None
    return claim


def test_who_stood_still_between_writing_and_sending_does_not_send_after_another(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    with pytest.raises(FenceLost):
        studio.table[SUBMIT].do(StandsStill(held(studio), studio, studio.work))
    assert sent(studio) == [f"{order}-1"]
    assert studio.state(order) == Order.RENDERING


def test_who_stood_still_and_was_not_missed_sends(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.table[SUBMIT].do(StandsStill(held(studio), studio, lambda: None))
    assert sent(studio) == [f"{order}-1"]
    assert studio.state(order) == Order.RENDERING
