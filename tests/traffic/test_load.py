"""How long the queue is: a figure that never promises too little, and grows with what it is made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from database import Database
from models import Work
from traffic.load import LIMITS, LOOKED_BACK, Load, estimate, measure, minutes
from traffic.names import IMAGES, VIDEOS

SECONDS = st.floats(0, 100_000)
KIND = "produce"


@given(SECONDS, SECONDS)
def test_told_minutes_are_never_too_few_never_far_too_many_and_grow(a: float, b: float) -> None:
    less, more = sorted((a, b))
    assert minutes(less) <= minutes(more)
    assert more <= minutes(more) * 60 <= 1.5 * more + 60.0


@given(st.integers(0, 10_000), st.integers(0, 10_000), SECONDS, SECONDS, st.integers(0, 500), st.integers(0, 500))
def test_the_wait_grows_with_the_queue_and_its_age_and_shrinks_with_what_gets_done(
    a: int, b: int, young: float, old: float, slow: int, fast: int
) -> None:
    (a, b), (young, old), (slow, fast) = sorted((a, b)), sorted((young, old)), sorted((slow, fast))

    def wait(depth: int, oldest: float, done: int) -> float:
        return estimate(depth=depth, oldest=oldest, done=done, seconds=120.0)

    assert wait(a, young, max(1, fast)) <= wait(b, young, max(1, fast))
    assert wait(a, young, fast) <= wait(a, old, fast)
    assert wait(a, young, max(1, fast)) <= wait(a, young, max(1, slow))
    assert wait(a, old, fast) >= old


@given(SECONDS, SECONDS, st.sampled_from([IMAGES, VIDEOS]))
def test_who_is_turned_away_would_have_been_told_and_nobody_is_told_of_less_than_two_minutes(
    oldest: float, wait: float, name: str
) -> None:
    load = Load(3, oldest, wait)
    told, full = load.told(name), load.full(name)
    assert full is None or told is not None
    assert all(number is None or number >= 2 for number in (told, full))
    assert (load.told(name) is not None) or oldest <= LIMITS[name].told


def test_a_quiet_hour_is_no_long_queue(database: Database, clock: Any) -> None:
    """A dozen orders at once where one was made lately: they are not late, whatever the last minutes made."""
    add(database, clock, due=12, done=1)
    with database.connection():
        load = measure(KIND, clock.now())
    assert (load.depth, load.told(IMAGES), load.full(IMAGES)) == (12, None, None)


def test_the_queue_is_what_could_be_begun_now(database: Database, clock: Any) -> None:
    add(database, clock, due=4, age=90, done=20)
    add(database, clock, due=3, age=-30)  # waits for its time
    add(database, clock, due=9, age=500, kind="export")
    with database.connection():
        load = measure(KIND, clock.now())
    assert (load.depth, load.oldest) == (4, 90.0)
    assert load.wait == max(90.0, 5 * LOOKED_BACK.total_seconds() / 20)
    assert load.told(IMAGES) == 2


def test_an_empty_queue_makes_nobody_wait(database: Database, clock: Any) -> None:
    add(database, clock, done=20)
    with database.connection():
        assert measure(KIND, clock.now()) == Load(0, 0.0, 0.0)


def test_where_nothing_moves_the_oldest_says_how_long(database: Database, clock: Any) -> None:
    add(database, clock, due=2, age=700)
    with database.connection():
        load = measure(KIND, clock.now())
    assert load.told(IMAGES) == 15
    assert load.full(IMAGES) == 3


def add(database: Database, clock: Any, *, due: int = 0, age: float = 0.0, done: int = 0, kind: str = KIND) -> None:
    at = clock.now() - timedelta(seconds=age)
    with database.unit():
        for _ in range(due):
            Work.insert(kind=kind, subject="s", account="a", due_at=at, created_at=at).execute()
        for _ in range(done):
            ended = {"state": Work.DONE, "ended_at": clock.now() - timedelta(seconds=1)}
            Work.insert(kind=kind, subject="s", account="a", due_at=at, created_at=at, **ended).execute()
