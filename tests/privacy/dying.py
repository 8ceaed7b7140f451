"""A run of retention in a process of its own, which is killed at a point."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import crash
from database import Database
from tests.conftest import TurnedClock
from tests.forks import FORKS
from tests.privacy.town import Town


def run_and_die(town: Town, address: str, folder: Path, point: str) -> int:
    """The exit status; that of a signal is negative. 0: it never came to the point."""
    process = FORKS.Process(target=_run, args=(address, str(folder), town.now.isoformat(), point), daemon=True)
    process.start()
    process.join(120)
    assert process.exitcode is not None, "the run does not end"
    return process.exitcode


def _run(address: str, folder: str, at: str, point: str) -> None:
    clock = TurnedClock()
    clock.time = datetime.fromisoformat(at)
    town = Town(Database(address, clock=clock), clock, Path(folder))
    crash.arm(point)
    town.retention.run()
