"""What may stay in memory for some seconds: gone after them, whether anybody asks for it again or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

N = TypeVar("N")
V = TypeVar("V")


class Memory(Generic[N, V]):
    """By name. Being asked for does not prolong a life."""

    def __init__(self, seconds: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: dict[N, tuple[float, V]] = {}
        self._sweep: threading.Timer | None = None

    def get(self, name: N) -> V | None:
        found = self._kept.get(name)
        return found[1] if found and found[0] > self._monotonic() else None

    def keep(self, name: N, value: V) -> None:
        with self._lock:
            self._kept[name] = (self._monotonic() + self._seconds, value)
            if self._sweep is None:
                self._sweep_in(self._seconds)

    def forget(self, names: Iterable[N]) -> None:
        with self._lock:
            for name in names:
                self._kept.pop(name, None)

    def _forget_old(self) -> None:
        with self._lock:
            self._sweep = None
            now = self._monotonic()
            self._kept = {name: found for name, found in self._kept.items() if found[0] > now}
            if self._kept:
                self._sweep_in(max(0.05, min(until for until, _ in self._kept.values()) - now))

    def _sweep_in(self, seconds: float) -> None:
        self._sweep = threading.Timer(seconds, self._forget_old)
        self._sweep.daemon = True
        self._sweep.start()
