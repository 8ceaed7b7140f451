"""The breaker as a table of moves: whatever comes, in whatever order, it keeps to the table and to what it is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from errors import Permanent, Rejected, Temporary, Waits
from models import Breaker
from traffic import breaker
from traffic.breaker import DOUBLINGS, ENOUGH, LONGEST_ASKED, RAMP_FIRST, STREAK, Seen

FIRST = 15.0
START = datetime(2026, 11, 28, 12)
AWAY = "provider.unavailable"


class Moves(RuleBasedStateMachine):
    """One breaker and the time. What happens to it is whatever may happen to a row."""

    def __init__(self) -> None:
        super().__init__()
        self.row, self.now = Breaker(name="gemini"), START
        self.failures = 0  # one after the other, as counted here
        self.whose: set[str] = set()
        self.in_window: list[datetime] = []

    def change(self, changes: dict[str, Any]) -> None:
        before, fence = self.row.state, self.row.fence
        for name, value in changes.items():
            setattr(self.row, name, value)
        assert changes["state"] in Breaker.MOVES[before]
        moved = changes["state"] != before or before == Breaker.PROBING
        assert self.row.fence == fence + moved  # so that nobody of before the move is taken for one of after it

    @rule(seconds=st.floats(0.0, 200.0))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.row.state != Breaker.OPEN)
    @rule(
        since=st.booleans(),
        answered=st.integers(0, 30),
        asked=st.none() | st.floats(0, 1e6),
        work=st.sampled_from("aaab"),
    )
    def fails(self, since: bool, answered: int, asked: float | None, work: str) -> None:
        before = self.row.state
        self.failures = 1 if since else self.failures + 1
        self.whose = {work} if since else self.whose | {work}
        self.in_window = [at for at in self.in_window if self.now - at <= breaker.WINDOW] + [self.now]
        seen = Seen(since, answered)
        changes = breaker.failed(self.row, self.now, seen, work=work, code=AWAY, asked_for=asked, first=FIRST)
        self.change(changes)
        if self.row.state == Breaker.OPEN:
            many = len(self.in_window) >= ENOUGH
            least = {Breaker.CLOSED: STREAK, Breaker.RAMP: 2, Breaker.PROBING: 1}[before]
            alone = len(self.whose) == 1 and before != Breaker.PROBING
            assert (self.failures >= least and not alone) or many
            assert FIRST <= (self.row.until - self.now).total_seconds() <= FIRST * LONGEST_ASKED
            self.failures, self.in_window, self.whose = 0, [], set()

    @precondition(lambda self: self.row.state in (Breaker.OPEN, Breaker.PROBING))
    @rule(fence=st.integers(1, 9))
    def is_probed(self, fence: int) -> None:
        self.change(breaker.probed(self.row, work="w", fence=fence))

    @precondition(lambda self: self.row.state == Breaker.PROBING)
    @rule()
    def answers_the_probe(self) -> None:
        self.change(breaker.answered(self.row, self.now, first=FIRST))
        self.failures, self.in_window, self.whose = 0, [], set()

    @precondition(lambda self: self.row.state == Breaker.RAMP)
    @rule()
    def closes(self) -> None:
        self.change(breaker.closed(self.row))
        self.failures, self.in_window, self.whose = 0, [], set()

    @invariant()
    def says_since_when_and_why(self) -> None:
        away = self.row.state != Breaker.CLOSED
        assert (self.row.opened_at is not None, self.row.reason is not None) == (away, away)
        assert (self.row.probe is not None) == (self.row.state == Breaker.PROBING)
        assert (self.row.trips > 0) == away
        assert self.row.opened_at is None or self.row.opened_at <= self.now


TestMoves = Moves.TestCase
TestMoves.settings = settings(max_examples=40)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 50))
def test_a_provider_that_mostly_answers_is_never_given_up(pauses: list[float], answers: int) -> None:
    row, now = Breaker(name="gemini"), START
    for number, pause in enumerate(pauses, start=1):
        now += timedelta(seconds=pause)
        seen = Seen(answered_since=True, answered=number + answers)
        changes = breaker.failed(row, now, seen, work=f"{number}", code=AWAY, asked_for=None, first=FIRST)
        for name, value in changes.items():
            setattr(row, name, value)
        assert row.state == Breaker.CLOSED


@given(st.floats(0, 60), st.floats(0, 60))
def test_a_ramp_lets_more_and_more_go_and_a_handful_at_first(a: float, b: float) -> None:
    row = Breaker(name="gemini", state=Breaker.RAMP, ramp_at=START)
    early, late = (breaker.tickets(row, START + timedelta(seconds=s), first=FIRST) for s in sorted((a, b)))
    assert early <= late
    assert breaker.tickets(row, START, first=FIRST) == RAMP_FIRST
    assert breaker.tickets(row, START + timedelta(seconds=1), first=FIRST) <= RAMP_FIRST + 1
    assert breaker.tickets(row, START + timedelta(seconds=60), first=FIRST) > 700


@given(st.integers(1, 60), st.none() | st.floats(0, 1e9))
def test_it_stays_open_longer_each_time_and_never_for_long(trips: int, asked: float | None) -> None:
    now, then = (breaker.open_for(number, asked, FIRST) for number in (trips, trips + 1))
    assert FIRST <= now <= then <= FIRST * LONGEST_ASKED
    assert breaker.open_for(trips, None, FIRST) == min(FIRST * 2 ** (trips - 1), FIRST * 2**DOUBLINGS)


@pytest.mark.parametrize(
    ("failure", "trouble", "answer"),
    [
        (Temporary("provider.unavailable"), True, False),
        (Temporary("provider.busy", retry_after=3), True, False),
        (Temporary("http.timeout"), True, False),
        (Rejected("provider.refused"), False, True),
        (Rejected("provider.no_picture"), False, True),
        (Temporary("provider.no_picture"), False, True),
        (Temporary("provider.slots_full"), False, True),
        (Permanent("provider.bad_request"), False, True),
        (Temporary("database.unavailable"), False, False),
        (Temporary("store.unavailable"), False, False),
        (Permanent("orders.withdrawn"), False, False),
        (Waits("images.held"), False, False),
        (ValueError("provider."), False, False),
    ],
)
def test_only_trouble_counts_and_a_refusal_is_an_answer(failure: Exception, trouble: bool, answer: bool) -> None:
    assert (breaker.is_trouble(failure), breaker.is_answer(failure)) == (trouble, answer)
