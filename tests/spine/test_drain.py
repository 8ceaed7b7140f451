"""A worker told to stop: it takes nothing more, lets paid calls finish, and gives back what is left before the kill."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.spine.conftest import balanced, paid_once
from tests.spine.person import small_photo, until

if TYPE_CHECKING:
    from tests.spine.forked import Forked
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

LEASE = 3  # seconds, shorter than the call
SOON = "5"  # a kill timeout that leaves a second for what is under way
BUSY = 8.0  # seconds that a busy machine may add; the call that is given back would take twenty


def called_by(spine: Spine, worker: Forked, person: Person, prompt: str, *, seconds: float) -> str:
    """An order whose long call is under way in this worker and in no other one."""
    spine.scenario({"kind": "slow", "seconds": seconds, "prompt_contains": prompt})
    offer = person.offers(small_photo(), prompt)
    with spine.frozen("worker"):
        person.press(*offer)
        until("the call", lambda: spine.gemini_calls(prompt))
    assert worker.said("worker.ready")
    return offer[1].partition(":")[2]


def tries_and_crashes(spine: Spine, order: str) -> tuple[int, int]:
    [found] = spine.sql("SELECT tries, crashes FROM work WHERE subject = %s AND kind = 'produce'", order)
    return int(found[0]), int(found[1])


def test_a_worker_told_to_stop_finishes_its_call_and_nobody_makes_it_again(quick: Spine) -> None:
    person = quick.person()
    worker = quick.fork(LEASE_SECONDS=str(LEASE)).ready()
    order = called_by(quick, worker, person, "a lamp that drains", seconds=2 * LEASE)
    worker.send(signal.SIGTERM)
    assert worker.ended() == 0
    assert worker.said("order.kept") == 1
    assert paid_once(quick, person, order)
    assert quick.attempts(order) == 1  # its lease held through the drain
    assert balanced(quick)


def test_a_worker_told_to_stop_takes_nothing_new_and_the_next_one_does_it(quick: Spine) -> None:
    first, second = quick.person(), quick.person()
    offer = second.offers(small_photo(), "a lamp that is new")
    worker = quick.fork().ready()
    order = called_by(quick, worker, first, "a lamp that drains", seconds=2)
    with quick.frozen("worker"):
        worker.send(signal.SIGTERM)
        until("that it has heard", lambda: worker.said("worker.draining"))
        second.press(*offer)
        assert worker.ended() == 0
        assert quick.order_state(offer[1].partition(":")[2]) == "queued"
    assert paid_once(quick, first, order)
    assert paid_once(quick, second, offer[1].partition(":")[2])
    assert balanced(quick)


def test_a_worker_that_cannot_finish_gives_its_work_back_in_time(quick: Spine) -> None:
    person = quick.person()
    worker = quick.fork(KILL_TIMEOUT_SECONDS=SOON).ready()
    order = called_by(quick, worker, person, "a lamp that is given back", seconds=20)
    told = time.monotonic()
    worker.send(signal.SIGTERM)
    assert worker.ended() == 0
    assert time.monotonic() - told < float(SOON) + BUSY
    assert worker.said("order.kept") == 0
    assert paid_once(quick, person, order)
    assert quick.attempts(order) == 2
    assert tries_and_crashes(quick, order) == (1, 0)  # to be told to stop is neither a try nor a crash
    assert balanced(quick)


def test_a_worker_that_cannot_finish_gives_back_and_ends_in_time_without_redis_too(quick: Spine) -> None:
    person = quick.person()
    worker = quick.fork(KILL_TIMEOUT_SECONDS=SOON).ready()
    prompt = "a lamp in the dark"
    quick.scenario({"kind": "slow", "seconds": 20, "prompt_contains": prompt})
    offer = person.offers(small_photo(), prompt)
    with quick.without_redis():
        with quick.frozen("worker"):
            person.press(*offer)
            until("the call", lambda: quick.gemini_calls(prompt))
        told = time.monotonic()
        worker.send(signal.SIGTERM)
        assert worker.ended() == 0
        assert time.monotonic() - told < float(SOON) + BUSY
        assert paid_once(quick, person, offer[1].partition(":")[2])  # found by asking the database
    assert balanced(quick)
