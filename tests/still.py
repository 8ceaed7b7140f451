"""A process that really stands still: SIGSTOP is heard by one of its threads, which the others do not wait for."""

from __future__ import annotations

import os
import signal
import subprocess


def stand_still(process: subprocess.Popen[bytes]) -> None:
    """Returns when every thread of this child has stopped: until the one that hears it comes to run, which may take
    long where others use the processors, the rest go on with their work."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
