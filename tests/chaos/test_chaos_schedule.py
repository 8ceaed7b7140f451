"""Who, what and when come from the seed alone, and there is as much of it as the level says."""

from __future__ import annotations

from collections import Counter

import pytest

from chaos.crowd import demand_allowed, wishes
from chaos.faults import schedule
from chaos.levels import FULL, KILL, LEVELS, NETWORK, QUICK, VALKEY_KILL, Level
from chaos.links import WEIGHTS
from chaos.marks import Marks
from chaos.proxy import KINDS

EACH = pytest.mark.parametrize("level", LEVELS.values(), ids=lambda level: level.name)


@EACH
def test_a_seed_gives_the_same_faults_wishes_and_words_each_time(level: Level) -> None:
    assert schedule(level, 7) == schedule(level, 7)
    assert wishes(level, 7) == wishes(level, 7)
    one, two = Marks("quick 7"), Marks("quick 7")
    assert one.latin == two.latin  # asked in another order
    assert (one.words(1), one.photo(3), one.id_of(4)) == (two.words(1), two.photo(3), two.id_of(4))


@EACH
def test_another_seed_gives_others(level: Level) -> None:
    assert schedule(level, 7) != schedule(level, 8)
    assert wishes(level, 7) != wishes(level, 8)
    assert Marks("quick 7").latin != Marks("quick 8").latin


@EACH
def test_there_are_as_many_faults_as_planned_and_they_fall_into_the_time(level: Level) -> None:
    faults = schedule(level, 3)
    assert Counter(fault.kind for fault in faults) == level.planned
    assert all(0 < fault.at < level.seconds for fault in faults)
    assert faults == sorted(faults, key=lambda fault: fault.at)


@EACH
def test_more_is_planned_than_demanded(level: Level) -> None:
    assert level.demanded.keys() == level.planned.keys()
    assert all(0 < number <= level.planned[kind] for kind, number in level.demanded.items())


def test_no_two_wishes_have_the_same_words() -> None:
    marks = Marks("full 1")
    assert len({marks.token(number) for number in range(FULL.orders)}) == FULL.orders


@pytest.mark.parametrize("seed", range(1, 13))
def test_our_own_filter_refuses_no_wish(seed: int) -> None:
    demand_allowed(wishes(QUICK, seed), Marks(f"quick {seed}"))


def test_numbers_that_look_like_a_word_are_read_as_none() -> None:
    marks, looks = Marks("full 1"), wishes(FULL, 1)
    demand_allowed([wish for wish in looks if wish.number in (6006, 6008, 8006, 8008)], marks)


def test_a_wish_that_our_filter_refuses_is_found_before_the_run() -> None:
    class Digits(Marks):
        def token(self, number: int) -> str:
            return f"{self.latin}w{number:05d}"

    with pytest.raises(ValueError, match="wish 8008 is refused as sexual"):
        demand_allowed([wish for wish in wishes(FULL, 1) if wish.number == 8008], Digits("full 1"))


def test_the_full_level_is_as_large_as_was_asked_for() -> None:
    assert (FULL.people, FULL.orders) == (200, 10_000)
    assert FULL.demanded[NETWORK] >= 1000
    assert FULL.demanded[KILL] >= 60
    assert FULL.demanded[VALKEY_KILL] >= 30


def test_every_line_is_spoiled_in_every_way() -> None:
    spoiled = {(fault.target, fault.how) for fault in schedule(FULL, 1) if fault.kind == NETWORK}
    lines = {name for name, weight in WEIGHTS.items() if weight}
    assert {line for line, _ in spoiled} == lines
    assert {how for _, how in spoiled} == set(KINDS)


def test_everybody_wishes_and_some_wishes_are_films_refusals_double_taps_and_second_thoughts() -> None:
    wished = wishes(QUICK, 1)
    assert len(wished) == QUICK.orders
    assert len({wish.number for wish in wished}) == QUICK.orders
    assert {wish.person for wish in wished} <= set(range(QUICK.people))
    assert set(range(QUICK.newcomers)) <= {wish.person for wish in wished}
    for some in ("film", "declined", "cancels"):
        assert 0 < sum(getattr(wish, some) for wish in wished) < QUICK.orders
    assert {wish.taps for wish in wished} == {1, 2}
