"""Faults come with the load: as planned where it keeps up, later where it does not, and in the end all the same."""

from __future__ import annotations

from chaos.pace import AHEAD, FASTER, SLACK, SLOWER, Pace


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def after(seconds: float, pace: Pace, clock: Clock) -> float:
    for _ in range(int(seconds * 10)):
        clock.time += 0.1
        pace.now()
    return pace.now()


def test_where_orders_keep_up_it_is_the_clocks_time() -> None:
    clock = Clock()
    pace = Pace(45.0, lambda: (clock.time - 100.0) / 45.0, monotonic=clock)
    assert round(after(45.0, pace, clock), 3) == 45.0


def test_where_nothing_ends_it_goes_on_slowly_and_never_stands() -> None:
    clock = Clock()
    pace = Pace(45.0, lambda: 0.0, monotonic=clock)
    assert after(SLACK, pace, clock) <= SLACK + 0.1
    assert abs(after(100.0, pace, clock) - SLACK - 100.0 * SLOWER) < 0.5


def test_half_as_many_orders_take_twice_the_time() -> None:
    clock = Clock()
    pace = Pace(45.0, lambda: (clock.time - 100.0) / 90.0, monotonic=clock)
    assert abs(after(80.0, pace, clock) - SLACK - 40.0) < 1.0


def test_what_fell_behind_because_orders_did_catches_up_with_them() -> None:
    clock = Clock()
    stands = clock.time + 60.0  # nothing ends for a minute, then as many as should have
    pace = Pace(1500.0, lambda: (clock.time - 100.0) / 1500.0 if clock.time > stands else 0.0, monotonic=clock)
    behind = 60.0 - after(60.0, pace, clock)
    assert behind > 30.0
    assert abs(after(10.0, pace, clock) - (60.0 - behind) - 10.0 * FASTER) < 0.5
    assert abs(after(190.0, pace, clock) - (260.0 - AHEAD)) < 0.5
