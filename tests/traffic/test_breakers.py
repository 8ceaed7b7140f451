"""One breaker for all processes: it opens on trouble and on nothing else, one call at a time finds out whether the
provider is back, and what a zombie has to say about it is not listened to."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from database import Database
from errors import Permanent, Rejected, Temporary, Waits
from models import Breaker, Work
from tests.traffic.conftest import KIND, PROVIDER, Caller
from traffic.breaker import DOUBLINGS, ENOUGH, LONGEST_ASKED, RAMP_FIRST, STREAK, STREAK_LASTS
from traffic.breakers import FIRST, KNOWN_FOR

DOWN = Temporary("provider.unavailable")
LIMIT = 60  # seconds that a thread of these tests may take


def breaks(caller: Caller) -> None:
    """Until the provider counts as away."""
    for _ in range(STREAK):
        caller.call(DOWN)
    assert caller.row().state == Breaker.OPEN


def comes_due(caller: Caller) -> None:
    caller.clock.turn((caller.row().until - caller.clock.now()).total_seconds() + 0.1)


def test_five_failures_in_a_row_stop_all_processes_and_no_try_is_lost_by_it(one: Caller, two: Caller) -> None:
    said = [one.call(DOWN) for _ in range(STREAK)]
    assert said == ["provider.unavailable"] * (STREAK - 1) + ["waits provider.unavailable"]
    assert [one.call(), two.call()] == ["waits provider.away"] * 2
    assert (one.called, two.called) == (STREAK, 0)


def test_one_piece_of_work_that_fails_alone_opens_nothing_and_loses_its_tries(one: Caller) -> None:
    order = one.work()
    assert [one.call(DOWN, work=order) for _ in range(3 * STREAK)] == ["provider.unavailable"] * (3 * STREAK)
    assert one.row().state == Breaker.CLOSED


def test_a_second_one_that_fails_right_after_it_does(one: Caller) -> None:
    order = one.work()
    for _ in range(2 * STREAK):
        one.call(DOWN, work=order)
    assert one.call(DOWN) == "waits provider.unavailable"
    assert one.row().state == Breaker.OPEN


def test_failures_that_lie_far_apart_say_nothing_of_each_other(one: Caller) -> None:
    for _ in range(2 * STREAK):
        one.clock.turn(3600)
        assert one.call(DOWN) == "provider.unavailable"
    assert one.row().state == Breaker.CLOSED
    for _ in range(STREAK - 2):
        assert one.call(DOWN) == "provider.unavailable"
    one.clock.turn(STREAK_LASTS.total_seconds() - 1)
    assert one.call(DOWN) == "waits provider.unavailable"


def test_a_provider_that_asks_for_longer_is_left_alone_for_longer(one: Caller) -> None:
    for _ in range(STREAK):
        one.call(Temporary("provider.busy", retry_after=FIRST * 5))
    assert one.row().until == one.clock.now() + timedelta(seconds=FIRST * 5)
    comes_due(one)
    one.call(Temporary("provider.busy", retry_after=1e6))
    assert one.row().until == one.clock.now() + timedelta(seconds=FIRST * LONGEST_ASKED)


def test_what_waits_is_told_until_when(one: Caller) -> None:
    breaks(one)
    with pytest.raises(Waits) as raised, one.breakers.call(PROVIDER, work=one.work(), fence=1):
        pass
    assert raised.value.retry_after is not None
    assert FIRST < raised.value.retry_after <= FIRST + 3.0


@pytest.mark.parametrize(
    "answer",
    [Rejected("provider.refused"), Permanent("provider.bad_request"), Rejected("provider.no_picture"), None],
)
def test_an_answer_between_failures_ends_their_row_and_refusals_are_answers(one: Caller, answer: Any) -> None:
    for _ in range(3 * STREAK):
        one.clock.turn(1)
        one.call(DOWN)
        for _ in range(3):  # fewer would be half of all calls that fail
            one.clock.turn(1)
            one.call(answer)
    assert one.row().state == Breaker.CLOSED


def test_refusals_alone_never_count(one: Caller) -> None:
    for _ in range(3 * ENOUGH):
        assert one.call(Rejected("provider.refused")) == "provider.refused"
    assert one.row() is None


def test_half_of_many_calls_that_fail_are_enough_though_others_work(one: Caller) -> None:
    said = []
    for _ in range(2 * ENOUGH):
        one.clock.turn(1)
        said.append(one.call(DOWN))
        one.clock.turn(1)
        one.call()
    assert "waits provider.unavailable" in said
    assert said.index("waits provider.unavailable") >= ENOUGH - 1


def test_what_went_well_writes_nothing(one: Caller) -> None:
    for _ in range(50):
        one.call()
    assert one.row() is None


def test_our_own_trouble_is_not_the_providers(one: Caller) -> None:
    for code in ("database.unavailable", "store.unavailable"):
        for _ in range(ENOUGH):
            one.call(Temporary(code))
    assert one.row() is None


def test_one_call_at_a_time_finds_out_whether_it_is_back(one: Caller, two: Caller) -> None:
    breaks(one)
    comes_due(one)
    during: list[str] = []
    assert one.call(meanwhile=lambda: during.extend([two.call(), two.call()])) == "answered"
    assert during == ["waits provider.away"] * 2
    assert one.row().state == Breaker.RAMP


def test_of_many_threads_one_probes(database: Database, one: Caller) -> None:
    breaks(one)
    comes_due(one)
    others = [Caller(database, one.clock) for _ in range(6)]
    inside, together = threading.Event(), threading.Barrier(len(others))
    said: list[str] = []

    def call(caller: Caller) -> None:
        together.wait(LIMIT)
        said.append(caller.call(meanwhile=lambda: inside.wait(LIMIT)))

    threads = [threading.Thread(target=call, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    while len(said) < len(others) - 1 and any(thread.is_alive() for thread in threads):
        threads[0].join(0.01)
    inside.set()
    for thread in threads:
        thread.join(LIMIT)
    assert sorted(said) == ["answered"] + ["waits provider.away"] * (len(others) - 1)


def test_a_probe_that_fails_keeps_it_open_for_longer_and_loses_no_try(one: Caller) -> None:
    breaks(one)
    began, waits = one.row().opened_at, []
    for _ in range(DOUBLINGS + 2):
        comes_due(one)
        assert one.call(DOWN) == "waits provider.unavailable"
        waits.append((one.row().until - one.clock.now()).total_seconds())
    assert waits == [FIRST * 2] * (DOUBLINGS + 2)
    assert one.row().opened_at == began


def test_a_probe_that_found_out_nothing_leaves_it_to_the_next(one: Caller) -> None:
    breaks(one)
    comes_due(one)
    assert one.call(Permanent("orders.withdrawn")) == "orders.withdrawn"
    assert one.call() == "answered"
    assert one.row().state == Breaker.RAMP


def test_a_refused_probe_shows_that_it_is_back(one: Caller) -> None:
    breaks(one)
    comes_due(one)
    one.call(Rejected("provider.refused"))
    assert one.row().state == Breaker.RAMP


def test_a_probe_whose_process_is_gone_is_taken_over_and_its_word_counts_no_more(one: Caller, two: Caller) -> None:
    breaks(one)
    comes_due(one)
    between: list[str] = []

    def stands_still() -> None:
        """As one that was stopped, and goes on after its lease."""
        assert two.call() == "waits provider.away"
        one.clock.turn(16)
        between.append(two.call(meanwhile=lambda: between.append(one.row().probe)))

    with pytest.raises(Temporary), one.breakers.call(PROVIDER, work=(mine := one.work()), fence=1):
        stands_still()
        raise Temporary("provider.unavailable")
    assert between[-1] == "answered"
    assert between[0] not in (None, mine)
    assert one.row().state == Breaker.RAMP  # as the second found it, whatever the first came to say


def test_a_zombie_that_was_answered_closes_nothing_that_another_found_broken(one: Caller, two: Caller) -> None:
    breaks(one)
    comes_due(one)

    def stands_still() -> None:
        one.clock.turn(16)
        two.call(DOWN)

    one.call(meanwhile=stands_still)
    assert one.row().state == Breaker.OPEN


@pytest.mark.parametrize("said", [None, DOWN, Permanent("orders.withdrawn")])
def test_a_zombies_word_is_not_taken_for_that_of_who_probes_now(one: Caller, two: Caller, said: Any) -> None:
    breaks(one)
    comes_due(one)
    now = {}

    def another_probes() -> None:
        """Its call begins before the zombie goes on, and ends after it."""
        one.clock.turn(16)
        now["probe"] = two.breakers.call(PROVIDER, work=two.work(), fence=1)
        now["probe"].__enter__()

    one.call(said, meanwhile=another_probes)
    assert one.row().state == Breaker.PROBING
    now["probe"].__exit__(None, None, None)
    assert one.row().state == Breaker.RAMP


def test_a_failure_of_an_earlier_round_is_not_held_against_the_next(one: Caller, two: Caller) -> None:
    def everything_happens() -> None:
        breaks(two)
        comes_due(two)
        two.call()

    assert one.call(Temporary("http.timeout"), meanwhile=everything_happens) == "http.timeout"
    assert (one.row().state, one.row().failures) == (Breaker.RAMP, 0)


def test_what_comes_back_is_not_stormed(one: Caller) -> None:
    breaks(one)
    comes_due(one)
    one.call()
    through: list[int] = []
    for _ in range(8):
        through.append(sum(one.call() == "answered" for _ in range(8)))
        one.clock.turn(1)
    assert through[0] == RAMP_FIRST
    assert sum(through) <= RAMP_FIRST + 10
    one.clock.turn(60)
    assert [one.call() for _ in range(8)] == ["answered"] * 8
    assert one.row().state == Breaker.CLOSED


def test_while_it_comes_back_the_failures_of_two_are_enough(one: Caller) -> None:
    breaks(one)
    comes_due(one)
    one.call()
    one.clock.turn(1)
    assert [one.call(DOWN, work=(order := one.work())), one.call(DOWN, work=order)] == ["provider.unavailable"] * 2
    assert one.call(DOWN) == "waits provider.unavailable"
    assert one.row().trips == 2


def test_another_process_knows_within_seconds(one: Caller, two: Caller) -> None:
    assert not two.breakers.away(PROVIDER)
    breaks(one)
    two.clock.turn(KNOWN_FOR)
    assert two.breakers.away(PROVIDER)


def test_those_who_wait_come_back_one_after_the_other(one: Caller) -> None:
    breaks(one)
    later = one.clock.now() + timedelta(seconds=5)
    waits = {"kind": KIND, "subject": "s", "account": "a", "due_at": later, "created_at": later}
    with one.database.unit():
        Work.insert_many([{"id": str(number), **waits} for number in range(400)]).execute()
    one.clock.turn(4)
    spread = one.breakers.wait(PROVIDER).retry_after or 0.0
    assert spread - (one.row().until - one.clock.now()).total_seconds() == pytest.approx(400 / 20 / 2, rel=0.1)
