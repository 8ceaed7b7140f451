"""The bell rings after the commit only; the clock comes back to what the bell missed, in one process at a time."""

from __future__ import annotations

from typing import Any

import pytest

from errors import Temporary
from jobs import pacing
from jobs.desk import Desk
from jobs.duties import Duty
from jobs.kinds import GENERATION
from jobs.tick import QUIET, Clockwork
from models import Work


def test_the_bell_rings_after_the_commit(process: Any, bell: Any) -> None:
    with process.database.unit() as unit:
        work = process.desk.add(unit, "paint", subject="s", account="a")
        assert bell.rung == []
    assert bell.rung == [("generation", "paint", work)]


def test_the_bell_never_rings_after_a_rollback(process: Any, bell: Any) -> None:
    with pytest.raises(RuntimeError), process.database.unit() as unit:
        work = process.desk.add(unit, "paint", subject="s", account="a")
        raise RuntimeError
    assert bell.rung == []
    assert process.desk.claim(work) is None


def test_a_broken_bell_loses_nothing(process: Any, bell: Any, clock: Any) -> None:
    bell.broken = True
    work = process.add()
    bell.broken = False
    clock.turn(QUIET + 1)
    Clockwork(process.desk).tick()
    assert bell.rung == [("generation", "paint", work)]


def test_what_somebody_added_who_rings_for_nobody_is_rung_at_the_next_round(process: Any, bell: Any) -> None:
    silent = Desk(process.database, process.desk.kinds, None, lease_seconds=15.0, holder="staff")
    with process.database.unit() as unit:
        work = silent.add(unit, "paint", subject="s", account="a")
    assert bell.rung == []
    Clockwork(process.desk).tick()
    assert bell.rung == [(GENERATION, "paint", work)]


def test_work_that_waits_is_rung_when_it_is_due(process: Any, bell: Any, clock: Any) -> None:
    work = process.add(wait=30)
    clockwork = Clockwork(process.desk)
    clockwork.tick()
    assert bell.rung == []
    clock.turn(30)
    clockwork.tick()
    assert bell.rung == [("generation", "paint", work)]


def test_the_same_row_is_not_rung_twice_within_the_quiet_time(process: Any, bell: Any, clock: Any) -> None:
    work = process.add()
    bell.rung.clear()
    for _ in range(int(3 * QUIET)):
        clock.turn(1)
        process_rings = process.desk.overdue(quiet=QUIET, limit=10)
        bell.rung += [row.id for row in process_rings]
    assert bell.rung == [work, work]


def test_work_whose_holder_died_is_rung_again(process: Any, bell: Any, clock: Any) -> None:
    work = process.add()
    process.desk.claim(work)
    clock.turn(15)
    assert process.desk.overdue(quiet=QUIET, limit=10) == []
    clock.turn(1)
    assert [row.id for row in process.desk.overdue(quiet=QUIET, limit=10)] == [work]


def test_work_whose_holder_died_is_rung_at_once_however_late_it_was_rung_before_and_then_no_storm(
    process: Any, bell: Any, clock: Any
) -> None:
    work = process.add()
    process.desk.claim(work)
    clock.turn(14)
    with process.database.connection():
        Work.update(rung_at=clock.now()).where(Work.id == work).execute()  # a second ring, while it was held
    clock.turn(1.5)
    rung_after = []
    for second in range(int(2 * QUIET) + 2):
        rung_after += [second for _ in process.desk.overdue(quiet=QUIET, limit=10)]
        clock.turn(1)
    assert rung_after == [0, QUIET + 1]


def test_the_oldest_is_rung_first_and_a_backlog_in_portions(process: Any, clock: Any) -> None:
    rows = []
    for _ in range(5):
        rows.append(process.add())
        clock.turn(1)
    clock.turn(QUIET)
    assert [row.id for row in process.desk.overdue(quiet=QUIET, limit=2)] == rows[:2]
    assert [row.id for row in process.desk.overdue(quiet=QUIET, limit=2)] == rows[2:4]
    assert [row.id for row in process.desk.overdue(quiet=QUIET, limit=2)] == rows[4:]


def test_without_a_bell_the_rows_of_a_queue_are_found(process: Any, clock: Any) -> None:
    painted, erased, later = process.add(), process.add(kind="erase"), process.add(wait=60)
    abandoned = process.add()
    process.desk.claim(abandoned)
    assert process.desk.next_due(["generation"], limit=10) == [painted]
    assert process.desk.next_due(["rights"], limit=10) == [erased]
    clock.turn(61)
    assert process.desk.next_due(["generation"], limit=10) == [painted, later, abandoned]
    assert process.desk.next_due(["generation"], limit=1)[0] == painted


def test_one_of_two_processes_acts_and_the_other_takes_over_when_it_is_gone(
    process: Any, other: Any, clock: Any
) -> None:
    acted: list[str] = []
    first = Clockwork(process.desk, [Duty("count", 1.0, lambda: acted.append("one"))])
    second = Clockwork(other.desk, [Duty("count", 1.0, lambda: acted.append("two"))])
    for _ in range(4):
        first.tick()
        second.tick()
        clock.turn(1)
    assert acted == ["one"] * 4
    for _ in range(7):
        second.tick()
        clock.turn(1)
    assert acted == ["one"] * 4 + ["two"] * 2


def test_a_duty_waits_until_its_time_comes_again(process: Any, clock: Any) -> None:
    acted: list[int] = []
    clockwork = Clockwork(process.desk, [Duty("hourly", 3600.0, lambda: acted.append(1))])
    for _ in range(5):
        clockwork.tick()
        clock.turn(600)
    assert len(acted) == 1
    clock.turn(600)
    clockwork.tick()
    assert len(acted) == 2


def test_a_duty_that_fails_does_not_stop_the_others(process: Any, clock: Any) -> None:
    acted: list[int] = []

    def fail() -> None:
        raise Temporary("store.unavailable")

    Clockwork(process.desk, [Duty("bad", 1.0, fail), Duty("good", 1.0, lambda: acted.append(1))]).tick()
    assert acted == [1]


def test_a_wait_that_a_service_asked_for_holds_for_everybody_until_it_is_over(process: Any, clock: Any) -> None:
    pacing.demand(process.database, "telegram")
    pacing.wait(process.database, "telegram", 30)
    pacing.wait(process.database, "telegram", 5)  # a shorter one does not cut it short
    clock.turn(10)
    with pytest.raises(Temporary) as caught:
        pacing.demand(process.database, "telegram")
    assert caught.value.retry_after == 20
    pacing.demand(process.database, "gemini")
    pacing.wait(process.database, "telegram", 60)
    clock.turn(59)
    with pytest.raises(Temporary):
        pacing.demand(process.database, "telegram")
    clock.turn(1)
    pacing.demand(process.database, "telegram")


def test_what_a_bell_forgot_is_rung_again_at_the_next_round(process: Any, bell: Any) -> None:
    work, later = process.add(), process.add(wait=60)
    bell.rung.clear()
    clockwork = Clockwork(process.desk)
    clockwork.tick()
    assert bell.rung == []
    process.desk.forget_rings()
    clockwork.tick()
    clockwork.tick()
    assert bell.rung == [("generation", "paint", work)]
    assert process.row(later).state == Work.DUE
