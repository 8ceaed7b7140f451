"""What a process gives up before it reads a stranger's picture: files, network, memory, time, core dumps."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

# Standard input is the link to the supervisor, output and errors go nowhere. No number is left for another file
# or socket, so none can be opened, whatever the decoder is talked into.
OPEN_FILES = 3

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def enter(*, memory_bytes: int, cpu_seconds: int, parent: int) -> None:
    """Irrevocable. `parent` is the process this one must not outlive; exits at once if it is gone already.

    Threads are not forbidden: libheif always starts one, and aborts where it may not (root would not notice).
    """
    if sys.platform == "linux":
        _enter_linux(parent)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_AS, memory_bytes)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)


def _enter_linux(parent: int) -> None:
    # When the machine runs out of memory, this process goes and not the worker. A container may forbid saying so.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The core limit does not bind a core that is piped to a program; a process that may not be dumped is.
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _limit(kind: int, value: int) -> None:
    try:
        resource.setrlimit(kind, (value, value))
    except (ValueError, OSError):
        # macOS knows no limit on addresses. Production is Linux, where a limit that fails must stop us.
        if sys.platform == "linux":
            raise
