"""A process that was told to die at a point dies there, as if killed, and nowhere else."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import crash

STORY = """
import crash
crash.arm({spec!r})
try:
    for step in ("deliver.claimed", "deliver.edited", "deliver.edited", "deliver.finished"):
        crash.at(step)
        print(step, flush=True)
finally:
    print("cleaned up", flush=True)
"""


def lived(spec: str) -> tuple[int, list[str]]:
    """Exit status, and what was done before."""
    command = [sys.executable, "-c", STORY.format(spec=spec)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stdout.splitlines()


def test_it_dies_at_the_point_without_cleaning_up() -> None:
    assert lived("deliver.edited") == (-signal.SIGKILL, ["deliver.claimed"])


def test_it_dies_at_the_second_pass_where_that_was_asked_for() -> None:
    assert lived("deliver.edited:2") == (-signal.SIGKILL, ["deliver.claimed", "deliver.edited"])


def test_unarmed_or_armed_for_another_point_it_lives() -> None:
    assert lived("")[0] == 0
    assert lived("deliver.edited:3")[0] == 0
    assert lived("produce.edited")[0] == 0


@pytest.mark.parametrize("spec", ["edited", "deliver.edited:0", "deliver.edited:x", "a.b.c", "deliver.edited "])
def test_a_point_that_cannot_be_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match="a point is"):
        crash.arm(spec)
