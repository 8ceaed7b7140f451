"""What is kept in memory for some seconds is gone after them, and whoever asks for it does not keep it alive."""

from __future__ import annotations

import time
import weakref

import pytest

from custody.memory import Memory

SECONDS = 30.0


class Hands:
    """A monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Thing:
    """Something whose end can be watched."""


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_what_is_kept_is_found_by_its_name_until_its_seconds_are_over(hands: Hands) -> None:
    memory: Memory[str, int] = Memory(SECONDS, monotonic=hands)
    memory.keep("one", 1)
    hands.time += SECONDS - 1
    memory.keep("two", 2)
    assert (memory.get("one"), memory.get("two"), memory.get("three")) == (1, 2, None)
    hands.time += 1
    assert (memory.get("one"), memory.get("two")) == (None, 2)


def test_being_asked_for_does_not_prolong_a_life_and_being_kept_again_does(hands: Hands) -> None:
    memory: Memory[str, int] = Memory(SECONDS, monotonic=hands)
    memory.keep("asked", 1)
    memory.keep("again", 1)
    hands.time += SECONDS - 1
    memory.get("asked")
    memory.keep("again", 2)
    hands.time += 1
    assert (memory.get("asked"), memory.get("again")) == (None, 2)


def test_what_is_forgotten_is_gone_at_once_and_nothing_else(hands: Hands) -> None:
    memory: Memory[str, int] = Memory(SECONDS, monotonic=hands)
    for number, name in enumerate(("one", "two", "three")):
        memory.keep(name, number)
    memory.forget(["one", "three", "never there"])
    assert [memory.get(name) for name in ("one", "two", "three")] == [None, 1, None]


def test_it_leaves_memory_though_nobody_asks_again() -> None:
    memory: Memory[str, Thing] = Memory(0.2)
    first, second = Thing(), Thing()
    watched = [weakref.ref(first), weakref.ref(second)]
    memory.keep("first", first)
    time.sleep(0.1)
    memory.keep("second", second)
    del first, second
    until = time.monotonic() + 60
    while any(watching() for watching in watched):
        assert time.monotonic() < until, "what nobody asks for stays in memory"
        time.sleep(0.02)
