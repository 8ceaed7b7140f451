"""Leases: one process acts, the others take over in time, and whoever has nothing to do asks next to nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from errors import Temporary
from jobs.duties import LEASE, LOOKED_AT, Duty, Leases, Question
from jobs.tick import SOONER, Clockwork
from models import Lease, Pacing, Work

NOTHING: Question = Question("SELECT 1 = 0")


class Statements(logging.Handler):
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += isinstance(record.msg, tuple)


@pytest.fixture
def asked() -> Iterator[Callable[[], int]]:
    """How many statements there were since this was asked the last time."""
    logger, counted, last = logging.getLogger("peewee"), Statements(), [0]
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(counted)

    def since() -> int:
        last[:], before = [counted.count], last[0]
        return counted.count - before

    yield since
    logger.removeHandler(counted)
    logger.setLevel(level)


def duty(name: str, every: float = 1.0, done: list[str] | None = None, **more: Any) -> Duty:
    return Duty(name, every, lambda: done.append(name) if done is not None else None, **more)


def taken(leases: Leases, *duties: Duty) -> list[str]:
    return [found.name for found in leases.take(duties)]


def test_of_many_who_reach_for_a_new_lease_one_gets_it(process: Any) -> None:
    start, got = threading.Barrier(4), []

    def reach(name: str) -> None:
        leases = Leases(process.database, holder=name)
        start.wait(60)
        for _ in range(3):
            if leases.take([duty("new")]):
                got.append(name)

    threads = [threading.Thread(target=reach, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 1


def test_an_idle_process_asks_once_a_tick_however_many_duties_it_has(
    process: Any, clock: Any, asked: Callable[[], int]
) -> None:
    done: list[str] = []
    many = [duty(f"d{n}", done=done, waits=lambda _: NOTHING) for n in range(6)]
    clockwork = Clockwork(process.desk, [*many, duty("daily", 86_400.0, done)])
    for _ in range(3):
        clock.turn(1)
        clockwork.tick()
    asked()
    for _ in range(30):
        clock.turn(1)
        clockwork.tick()
    assert asked() == 30
    assert done == ["daily"]


def test_whoever_may_not_act_asks_once_a_lease(process: Any, other: Any, clock: Any, asked: Callable[[], int]) -> None:
    duties = [duty(f"d{n}") for n in range(6)]
    first, second = (Clockwork(each.desk, duties) for each in (process, other))
    rounds = int(8 * LEASE.total_seconds())
    for _ in range(rounds):
        clock.turn(1)
        first.tick()
        asked()
        second.tick()
        process.heard.append(asked())
    assert sum(process.heard[5:]) <= rounds / LEASE.total_seconds() + 1


def test_what_nobody_waits_for_is_not_done_and_done_in_the_tick_in_which_somebody_does(
    process: Any, other: Any, clock: Any
) -> None:
    done: list[str] = []
    noted = Question("EXISTS (SELECT 1 FROM pacing WHERE name = ?)", ("noted",))
    mine = Clockwork(process.desk, [duty("d", done=done, waits=lambda _: noted), duty("e", done=done)])
    theirs = Clockwork(other.desk, [duty("d", done=done, waits=lambda _: noted)])
    for _ in range(8):
        mine.tick()
        theirs.tick()
        clock.turn(1)
    assert done == ["e"] * 8
    with process.database.connection():
        Pacing.insert(name="noted", until=clock.now()).execute()
    mine.tick()
    theirs.tick()
    assert done[8:] == ["d", "e"]


def test_a_condition_is_asked_with_the_time_of_the_tick(process: Any, clock: Any) -> None:
    with process.database.connection():
        Pacing.insert(name="later", until=clock.now() + timedelta(seconds=10)).execute()
    done: list[str] = []
    due = duty("d", done=done, waits=lambda now: Question("EXISTS (SELECT 1 FROM pacing WHERE until <= ?)", (now,)))
    clockwork = Clockwork(process.desk, [due])
    clock.turn(9)
    clockwork.tick()
    assert done == []
    clock.turn(1)
    clockwork.tick()
    assert done == ["d"]


def test_a_duty_of_one_that_fell_silent_is_taken_over_in_the_first_tick_after_its_lease(
    process: Any, other: Any, clock: Any
) -> None:
    first, second = (Leases(process.database, holder=each.desk.holder) for each in (process, other))
    for _ in range(3):
        assert taken(first, duty("d")) == ["d"]
        assert taken(second, duty("d")) == []
        clock.turn(1)
    clock.turn(LEASE.total_seconds() - 1)
    assert taken(second, duty("d")) == []
    clock.turn(0.01)
    assert taken(second, duty("d")) == ["d"]
    clock.turn(1)
    assert taken(first, duty("d")) == []  # it comes back, and is told by nobody
    assert taken(first, duty("d")) == []
    assert taken(second, duty("d")) == ["d"]


def test_what_is_under_way_here_is_not_begun_again_here_but_by_others_when_the_lease_is_over(
    process: Any, other: Any, clock: Any
) -> None:
    slow = duty("slow")
    mine, theirs = Clockwork(process.desk, [slow]), Clockwork(other.desk, [slow])
    [begun] = [found for found in mine.due() if found.name == "slow"]
    for _ in range(int(LEASE.total_seconds()) + 1):
        clock.turn(1)
        assert "slow" not in [found.name for found in mine.due()]
    assert "slow" in [found.name for found in theirs.due()]
    mine.perform(begun)
    clock.turn(LEASE.total_seconds() + 1)
    assert "slow" in [found.name for found in [*mine.due(), *mine.due()]]


def test_a_rare_duty_that_failed_is_tried_again_soon_by_others_too(process: Any, other: Any, clock: Any) -> None:
    done: list[str] = []

    theirs = Clockwork(other.desk, [duty("daily", 86_400.0, done)])

    def fail() -> None:
        clock.turn(LEASE.total_seconds() + 1)
        theirs.tick()  # learns that it is a day away
        raise Temporary("store.unavailable")

    Clockwork(process.desk, [Duty("daily", 86_400.0, fail)]).tick()
    clock.turn(SOONER - 1)
    theirs.tick()
    assert done == []
    clock.turn(LOOKED_AT.total_seconds() + 1)
    theirs.tick()
    assert done == ["daily"]


@pytest.mark.parametrize("seconds", [1, 30])
def test_that_a_duty_was_put_forward_is_seen_as_soon_as_the_process_looks_again(
    process: Any, clock: Any, seconds: int
) -> None:
    done: list[str] = []
    daily = Duty("daily", 86_400.0, lambda: done.append("daily"))
    clockwork = Clockwork(process.desk, [daily], looked_at=timedelta(seconds=seconds))
    clockwork.tick()
    with process.database.connection():
        Lease.update(next_at=None).where(Lease.name == "daily").execute()
    for passed, times in ((0.5, 1), (seconds, 2)):
        clock.turn(passed)
        clockwork.tick()
        assert len(done) == times


def test_what_failed_is_tried_again_soon_by_the_same_process(process: Any, clock: Any) -> None:
    tried: list[str] = []

    def fail() -> None:
        tried.append("daily")
        raise Temporary("store.unavailable")

    clockwork = Clockwork(process.desk, [Duty("daily", 86_400.0, fail)])
    for _ in range(4):
        clockwork.tick()
        clock.turn(SOONER / 2)
    assert len(tried) == 2


def test_a_lease_whose_row_is_gone_is_taken_anew(process: Any, clock: Any) -> None:
    leases = Leases(process.database, holder="one")
    assert taken(leases, duty("d")) == ["d"]
    with process.database.connection():
        Lease.delete().execute()
    clock.turn(1)
    assert [taken(leases, duty("d")) for _ in range(2)] == [[], ["d"]]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_nobody_waits_for_a_lease_that_somebody_is_just_taking(process: Any, clock: Any, database_url: str) -> None:
    leases = Leases(process.database, holder="one")
    assert taken(leases, duty("a"), duty("b")) == ["a", "b"]
    clock.turn(1)
    with psycopg.connect(database_url) as another:
        another.execute("UPDATE lease SET holder = 'another' WHERE name = 'a'")
        with process.database.connection():
            process.database.rows("SET lock_timeout = '5s'")
        assert taken(leases, duty("a"), duty("b")) == ["b"]


def test_the_bell_is_asked_about_only_where_a_row_is_due_and_silent(
    process: Any, bell: Any, clock: Any, asked: Callable[[], int]
) -> None:
    clockwork = Clockwork(process.desk)
    clockwork.tick()
    process.add(wait=30)
    bell.rung.clear()
    asked()
    for _ in range(29):
        clock.turn(1)
        clockwork.tick()
    assert (asked(), bell.rung) == (29, [])
    clock.turn(1)
    clockwork.tick()
    assert len(bell.rung) == 1
    with process.database.connection():
        assert Work.select().where(Work.rung_at == clock.now()).count() == 1
