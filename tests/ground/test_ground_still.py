"""A process that a test stops does nothing more, not even for the moment that its threads need to hear of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.still import stand_still

THREADS, TIMES = 20, 50
BUSY = f"""
import threading, time
def works():
    while True:
        time.sleep(0.001)
for _ in range({THREADS}):
    threading.Thread(target=works, daemon=True).start()
print("works", flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no system tells how its threads stand but Linux")
def test_every_thread_has_stopped_when_it_returns() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        states = set[str]()
        for _ in range(TIMES):
            stand_still(process)
            states |= {of_thread(task) for task in Path(f"/proc/{process.pid}/task").iterdir()}
            process.send_signal(signal.SIGCONT)
        process.kill()
    assert states == {"T"}


def of_thread(task: Path) -> str:
    """R for running, S for sleeping, T for stopped."""
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_that_ends_meanwhile_is_not_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        stand_still(process)
        process.send_signal(signal.SIGCONT)
        assert process.wait(60) == 0
