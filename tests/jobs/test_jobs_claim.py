"""One holder at a time, and nothing counts that was done without the fence."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jobs.claim import FenceLost
from models import Pacing, Work


def note(name: str, clock: Any) -> None:
    """A row written in the same transaction, by which a test sees whether it counted."""
    Pacing.insert(name=name, until=clock.now()).execute()


def notes(process: Any) -> list[str]:
    with process.database.connection():
        return sorted(row.name for row in Pacing.select())


def test_a_row_rung_three_times_at_once_is_worked_on_once(process: Any) -> None:
    rows = [process.add() for _ in range(5)]
    for work in rows:
        start = threading.Barrier(3)
        threads = [threading.Thread(target=lambda s=start, w=work: (s.wait(), process.runner.run(w))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert process.done == rows
    assert {process.row(work).state for work in rows} == {Work.DONE}
    assert {process.row(work).tries for work in rows} == {1}


def test_work_is_not_taken_before_it_is_due(process: Any, clock: Any) -> None:
    work = process.add(wait=60)
    assert process.desk.claim(work) is None
    clock.turn(60)
    assert process.desk.claim(work) is not None


def test_a_lease_that_runs_is_respected_and_one_that_ran_out_is_not(process: Any, other: Any, clock: Any) -> None:
    work = process.add()
    process.desk.claim(work)
    clock.turn(15)
    assert other.desk.claim(work) is None
    clock.turn(0.001)
    taken = other.desk.claim(work)
    assert (taken.fence, taken.tries, taken.crashes) == (2, 2, 1)
    assert process.row(work).holder == "two"


@pytest.mark.parametrize("way", ["checkpoint", "finish", "give_up", "put_back"])
def test_who_lost_the_fence_writes_nothing(process: Any, other: Any, clock: Any, way: str) -> None:
    work = process.add()
    late = process.desk.claim(work)
    clock.turn(16)
    other.desk.claim(work)
    options: dict[str, dict[str, Any]] = {
        "give_up": {"state": Work.FAILED, "reason": "x"},
        "put_back": {"wait": 1.0, "reason": "x"},
    }
    with pytest.raises(FenceLost), getattr(late, way)(**options.get(way, {})):
        note("late", clock)
    assert notes(process) == []
    assert (process.row(work).state, process.row(work).holder, process.row(work).fence) == (Work.HELD, "two", 2)


def test_a_holder_whose_lease_ran_out_may_still_finish_when_nobody_else_came(process: Any, clock: Any) -> None:
    work = process.add()
    claim = process.desk.claim(work)
    clock.turn(3600)
    with claim.finish():
        note("mine", clock)
    assert notes(process) == ["mine"]


def test_a_checkpoint_prolongs_the_lease(process: Any, other: Any, clock: Any) -> None:
    work = process.add()
    claim = process.desk.claim(work)
    clock.turn(14)
    with claim.checkpoint():
        pass
    clock.turn(14)
    assert other.desk.claim(work) is None


def test_a_transaction_that_breaks_leaves_the_row_held(process: Any, clock: Any) -> None:
    work = process.add()
    claim = process.desk.claim(work)
    with pytest.raises(RuntimeError), claim.finish():
        note("half", clock)
        raise RuntimeError
    assert notes(process) == []
    assert process.row(work).state == Work.HELD


def test_withdrawn_work_cannot_be_committed_nor_claimed(process: Any, clock: Any) -> None:
    held, due, elsewhere = process.add(), process.add(), process.add(subject="else")
    claim = process.desk.claim(held)
    with process.database.unit() as unit:
        assert process.desk.withdraw(unit, subject="s", kinds=("paint",)) == 2
    with pytest.raises(FenceLost), claim.finish():
        note("late", clock)
    assert notes(process) == []
    assert process.desk.claim(due) is None
    assert process.desk.claim(elsewhere) is not None
    assert process.row(held).fence == claim.fence + 1


def test_renewal_keeps_the_leases_that_are_ours_and_marks_the_others_lost(process: Any, other: Any, clock: Any) -> None:
    kept, lost, done = (process.desk.claim(process.add()) for _ in range(3))
    clock.turn(16)
    other.desk.claim(lost.id)
    with done.finish():
        pass
    process.desk.renew([kept, lost, done])
    assert [claim.lost.is_set() for claim in (kept, lost, done)] == [False, True, True]
    clock.turn(14)
    assert other.desk.claim(kept.id) is None
    assert process.row(lost.id).lease_until < clock.now() + other.desk.lease


def test_a_row_that_the_same_process_claimed_again_is_lost_to_its_first_claim(process: Any, clock: Any) -> None:
    first = process.desk.claim(process.add())
    clock.turn(16)
    process.desk.claim(first.id)
    process.desk.renew([first])
    assert first.lost.is_set()


def test_who_stood_still_past_the_lease_asks_before_it_goes_on(process: Any, other: Any, clock: Any) -> None:
    work = process.add()
    late = process.desk.claim(work)
    clock.turn(14)
    late.demand()
    clock.turn(2)
    other.desk.claim(work)
    with pytest.raises(FenceLost):
        late.demand()


def test_who_stood_still_and_was_not_missed_goes_on_and_holds_it_again(process: Any, other: Any, clock: Any) -> None:
    work = process.add()
    late = process.desk.claim(work)
    clock.turn(16)
    late.demand()
    clock.turn(14)
    assert other.desk.claim(work) is None


def test_a_lease_that_was_renewed_is_known_without_a_question(process: Any, clock: Any) -> None:
    work = process.add()
    claim = process.desk.claim(work)
    clock.turn(14)
    process.desk.renew([claim])
    clock.turn(14)
    with process.database.connection():
        Work.update(fence=9).execute()  # which a question would find
    claim.demand()
