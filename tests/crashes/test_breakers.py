"""The process that finds out whether a provider is back is killed, and one that has just counted a failure: another one
finds it out in time, and no failure counts twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database import Database
from errors import Temporary
from models import Breaker
from tests.conftest import TurnedClock
from tests.crashes.falling import falls
from tests.traffic.conftest import Caller
from traffic.breaker import STREAK

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
DOWN = Temporary("provider.unavailable")


@pytest.fixture
def caller(database: Database, clock: TurnedClock) -> Caller:
    return Caller(database, clock)


@pytest.mark.parametrize("point", ["breaker.counted"])
def test_a_failure_that_was_counted_counts_once(
    caller: Caller, opens: Callable[[], Database], clock: TurnedClock, point: str
) -> None:
    falls(point, lambda: Caller(opens(), clock).call(DOWN))
    said = [caller.call(DOWN) for _ in range(STREAK - 1)]
    assert said == ["provider.unavailable"] * (STREAK - 2) + ["waits provider.unavailable"]
    assert caller.row().state == Breaker.OPEN


@pytest.mark.parametrize("point", ["probe.taken"])
def test_when_the_one_who_tries_is_killed_another_one_tries(
    caller: Caller, opens: Callable[[], Database], clock: TurnedClock, point: str
) -> None:
    for _ in range(STREAK):
        caller.call(DOWN)
    clock.turn((caller.row().until - clock.now()).total_seconds() + 0.1)
    falls(point, lambda: Caller(opens(), clock).call())
    assert caller.row().state == Breaker.PROBING
    assert caller.call() == "waits provider.away"  # while its lease lasts it may only be slow
    clock.turn(16)
    assert caller.call() == "answered"
    assert caller.row().state == Breaker.RAMP
