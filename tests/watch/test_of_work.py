"""Figures of work move with its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import Work


def test_what_waits_is_counted_by_kind_with_the_age_of_the_oldest(watcher: Any) -> None:
    watcher.work("produce", waits=90)
    watcher.work("produce", waits=30)
    watcher.work("deliver", waits=5)
    found = watcher.figures()
    assert found["miomio_work_due"] == {("deliver",): 1, ("destroy",): 0, ("produce",): 2, ("submit",): 0}
    oldest = {("deliver",): 5, ("destroy",): 0, ("produce",): 90, ("submit",): 0}
    assert found["miomio_work_oldest_seconds"] == oldest


def test_what_is_due_later_does_not_wait(watcher: Any) -> None:
    watcher.work("destroy", due_at=watcher.clock.now() + timedelta(days=30))
    assert watcher.value("miomio_work_due", "destroy") == 0
    watcher.clock.turn(31 * 86_400)
    assert watcher.value("miomio_work_due", "destroy") == 1
    assert watcher.value("miomio_work_oldest_seconds", "destroy") == 86_400


def test_what_is_worked_on_is_counted_and_what_its_worker_left(watcher: Any) -> None:
    for left in (10, 5, -3):
        watcher.work("produce", state=Work.HELD, lease_until=watcher.clock.now() + timedelta(seconds=left))
    assert watcher.value("miomio_work_held", "produce") == 3
    assert watcher.value("miomio_work_abandoned", "produce") == 1
    assert watcher.value("miomio_work_due", "produce") == 0


def test_what_was_given_up_after_crashes_is_counted(watcher: Any) -> None:
    watcher.work("produce", state=Work.QUARANTINED, ended_at=watcher.ago(60))
    assert watcher.value("miomio_work_quarantined", "produce") == 1
    assert watcher.value("miomio_work_quarantined", "deliver") == 0


def test_a_kind_that_this_release_does_not_know_is_seen_where_somebody_works_on_it(watcher: Any) -> None:
    watcher.work("of-a-newer-release", state=Work.HELD, lease_until=watcher.ago(-10))
    assert watcher.value("miomio_work_held", "of-a-newer-release") == 1
