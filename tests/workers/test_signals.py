"""A worker that is told to stop hears it, whichever of its threads the system gave the signal to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ANOTHER = """
import signal, threading, time
from workers.process import told_to

def gets_it():
    time.sleep(0.3)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
threading.Thread(target=gets_it).start()
told_to(stop)
print("heard")
"""


def test_a_signal_that_another_thread_got_is_heard() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr
