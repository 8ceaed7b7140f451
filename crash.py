"""Named points between two effects, where a test lets this process die as if it were killed. Production has none."""

from __future__ import annotations

import os
import re
import signal
import threading

FORM = re.compile(r"([a-z_]+\.[a-z_]+)(?::([1-9][0-9]*))?")


class Fuse:
    """Burns at one pass of one point, counted over all threads."""

    def __init__(self, spec: str) -> None:
        found = FORM.fullmatch(spec)
        if found is None:
            raise ValueError("a point is kind.step or kind.step:n")
        self._point, self._left = found[1], int(found[2] or 1)
        self._lock = threading.Lock()

    def burns(self, point: str) -> bool:
        if point != self._point:
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0


_fuse: Fuse | None = None  # one a process, as a kill hits the whole of it, whichever thread passes


def arm(spec: str) -> None:
    """Die at the n-th pass of `kind.step:n`; without `:n` at the first. An empty one disarms."""
    global _fuse
    _fuse = Fuse(spec) if spec else None


def at(point: str) -> None:
    """One such point, `kind.step`: what stands before it in the code has happened, what stands after has not."""
    if _fuse is not None and _fuse.burns(point):
        os.kill(os.getpid(), signal.SIGKILL)
