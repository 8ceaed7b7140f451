"""A process that works until it comes to a point, and dies there as if it were killed: a fork of the test's own."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

import crash
from jobs.kinds import GENERATION, RIGHTS
from jobs.runner import CRASHES
from models import Work
from tests.conftest import TurnedClock

LEASE = 61.0  # seconds, longer than that of any desk of these tests


def falls(point: str, works: Callable[[], object]) -> None:
    """Another process does `works` and is killed at the point. It opens connections of its own."""
    child = os.fork()
    if child == 0:
        try:
            crash.arm(point)
            works()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"nobody came to {point}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def work(part: Any, *kinds: str) -> None:
    """Everything that is due at a desk, and what follows from it; with names only work of these kinds."""
    tried: set[tuple[str, int]] = set()
    while due := [one for one in _due(part) if not kinds or one.kind in kinds]:
        for one in due:
            assert (one.id, one.tries) not in tried, f"{one.kind} does not go on"
            tried.add((one.id, one.tries))
            part.runner.run(one.id)


def again(clock: TurnedClock, part: Any) -> None:
    """The lease of whoever was killed is over, and another process does what is due."""
    clock.turn(LEASE)
    work(part)


def condemned(part: Any, kind: str) -> None:
    """The one piece of due work of a kind took its worker down too often: whoever claims it next gives it up."""
    with part.database.unit():
        of_kind = (Work.kind == kind) & (Work.state == Work.DUE)
        assert Work.update(crashes=CRASHES).where(of_kind).execute() == 1


def open_kinds(part: Any) -> list[str]:
    """Kinds of the work that still waits or is held."""
    with part.database.connection():
        rows = Work.select().where(Work.state.in_((Work.DUE, Work.HELD))).order_by(Work.kind)
        return [row.kind for row in rows]


def _due(part: Any) -> list[Work]:
    ids = part.desk.next_due({GENERATION, RIGHTS}, limit=50)
    with part.database.connection():
        return list(Work.select().where(Work.id.in_(ids)))
