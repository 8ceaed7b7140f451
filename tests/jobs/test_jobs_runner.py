"""How a try ends: well, again later, badly, or in quarantine; and what a process gives back when it is told to go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from errors import Permanent, Rejected, Temporary, Waits
from jobs.tick import Clockwork
from models import Pacing, Work
from tests.jobs.conftest import finish


def fails(error: Exception) -> Any:
    def do(claim: Any) -> None:
        raise error

    return do


def waited(process: Any, work: str, clock: Any) -> float:
    return float((process.row(work).due_at - clock.now()) / timedelta(seconds=1))


def test_work_that_goes_well_is_done(process: Any) -> None:
    work = process.add()
    assert process.runner.run(work)
    assert process.row(work).state == Work.DONE
    assert not process.runner.run(work)
    assert process.runner.active() == []


def test_a_temporary_failure_waits_longer_each_time_and_ends_badly_after_the_last_try(process: Any, clock: Any) -> None:
    work = process.add()
    process.do = fails(Temporary("provider.away"))
    waits = []
    for _ in range(3):
        process.runner.run(work)
        assert not process.runner.run(work)
        waits.append(waited(process, work, clock))
        clock.turn(waits[-1])
    assert waits == [2.0, 4.0, 5.0]
    assert process.again == ["provider.away"] * 3
    assert process.ended == []
    process.runner.run(work)
    assert process.ended == [(work, "provider.away")]
    assert (process.row(work).state, process.row(work).tries) == (Work.FAILED, 4)
    assert len(process.again) == 3


def test_what_the_other_side_asks_to_wait_is_honoured(process: Any, clock: Any) -> None:
    work = process.add()
    process.do = fails(Temporary("provider.busy", retry_after=77.5))
    process.runner.run(work)
    assert waited(process, work, clock) == 77.5


def test_what_waits_as_everybody_does_keeps_its_tries(process: Any, clock: Any) -> None:
    work = process.add()
    process.do = fails(Waits("provider.away", retry_after=9.0))
    for _ in range(12):  # the kind has four tries
        assert process.runner.run(work)
        assert waited(process, work, clock) == 9.0
        clock.turn(9)
    assert (process.row(work).state, process.row(work).tries, process.ended) == (Work.DUE, 0, [])
    assert process.again == ["provider.away"] * 12


@pytest.mark.parametrize("error", [Rejected("photo.refused"), Permanent("provider.denied")])
def test_a_final_failure_ends_badly_at_once(process: Any, error: Any) -> None:
    work = process.add()
    process.do = fails(error)
    process.runner.run(work)
    assert process.ended == [(work, error.code)]
    assert (process.row(work).state, process.row(work).reason) == (Work.FAILED, error.code)


def test_the_end_and_what_follows_from_it_are_one_transaction(process: Any, clock: Any) -> None:
    work = process.add()
    process.do = fails(Rejected("photo.refused"))

    def ended_badly(claim: Any, failure: Any, unit: Any) -> None:
        Pacing.insert(name="written", until=unit.now).execute()
        raise Temporary("database.unavailable")

    kind = process.desk.kinds["paint"]
    object.__setattr__(kind, "ended_badly", ended_badly)
    assert process.runner.run(work)
    with process.database.connection():
        assert Pacing.select().count() == 0
    assert process.row(work).state == Work.HELD
    object.__setattr__(kind, "ended_badly", process._ended)
    clock.turn(16)
    process.runner.run(work)
    assert process.ended == [(work, "photo.refused")]


def test_a_mistake_in_the_program_is_tried_again_and_then_ends_badly(process: Any, clock: Any) -> None:
    work = process.add()
    process.do = fails(ZeroDivisionError("a person's words"))
    for _ in range(4):
        process.runner.run(work)
        clock.turn(10)
    assert process.ended == [(work, "program.error")]
    assert process.row(work).reason == "program.error"


def test_a_row_that_takes_its_worker_down_is_quarantined_and_ends_badly(process: Any, clock: Any) -> None:
    work = process.add()
    for _ in range(3):
        process.desk.claim(work)  # a worker that is killed says nothing more
        clock.turn(16)
    assert process.runner.run(work)
    assert process.done == []
    assert process.row(work).state == Work.QUARANTINED
    assert process.ended == [(work, "work.quarantined")]


def test_two_crashes_are_forgiven(process: Any, clock: Any) -> None:
    work = process.add()
    for _ in range(2):
        process.desk.claim(work)
        clock.turn(16)
    process.runner.run(work)
    assert process.row(work).state == Work.DONE


def test_a_worker_whose_fence_was_lost_ends_quietly_and_tells_nobody(process: Any, other: Any, clock: Any) -> None:
    work = process.add()

    def too_slow(claim: Any) -> None:
        clock.turn(16)
        other.runner.run(work)
        raise Rejected("photo.refused")

    process.do = too_slow
    assert process.runner.run(work)
    assert process.ended == []
    assert process.row(work).state == Work.DONE


def test_a_process_that_must_go_gives_its_work_back_without_counting_the_try(
    process: Any, other: Any, bell: Any
) -> None:
    work = process.add()
    bell.rung.clear()

    def told_to_go(claim: Any) -> None:
        process.runner.drain()
        assert process.runner.give_back() == 1
        assert (process.row(work).state, process.row(work).tries) == (Work.DUE, 0)
        assert other.runner.run(work)
        with claim.finish():
            Pacing.insert(name="late", until=process.database.clock.now()).execute()

    process.do = told_to_go
    assert process.runner.run(work)
    assert bell.rung == [("generation", "paint", work)]
    assert process.again == ["work.drained"]
    assert other.done == [work]
    with process.database.connection():
        assert Pacing.select().count() == 0
    assert (process.row(work).state, process.row(work).tries) == (Work.DONE, 1)


def test_a_process_that_drains_takes_nothing_new(process: Any) -> None:
    work = process.add()
    process.runner.drain()
    assert not process.runner.run(work)
    assert not process.runner.busy()
    assert process.row(work).state == Work.DUE


def test_what_a_draining_process_was_rung_for_is_rung_again_at_the_next_round(
    process: Any, other: Any, bell: Any
) -> None:
    work = process.add()
    process.runner.drain()
    process.runner.run(work)
    bell.rung.clear()
    Clockwork(other.desk).tick()
    assert bell.rung == [("generation", "paint", work)]


def test_a_process_is_busy_until_the_last_thing_it_took_has_ended(process: Any) -> None:
    work = process.add()

    def asked_to_go(claim: Any) -> None:
        process.runner.drain()
        assert process.runner.busy()
        finish(claim)
        assert process.runner.busy()

    process.do = asked_to_go
    process.runner.run(work)
    assert not process.runner.busy()
    assert process.row(work).state == Work.DONE


def test_the_runner_renews_what_is_under_way(process: Any, other: Any, clock: Any) -> None:
    work = process.add()

    def long(claim: Any) -> None:
        for _ in range(3):
            clock.turn(14)
            process.runner.renew()
            assert not other.runner.run(work)
        with claim.finish():
            pass

    process.do = long
    process.runner.run(work)
    assert process.row(work).state == Work.DONE
