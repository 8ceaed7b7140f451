"""What a process knows of a shared row for a moment, so that not everybody who asks makes a statement."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from database import Database

T = TypeVar("T")


class Recent(Generic[T]):
    """The answer of `ask`, given again for `seconds`. `ask` is called with a connection."""

    def __init__(self, database: Database, ask: Callable[[datetime], T], *, seconds: float) -> None:
        self._database = database
        self._ask = ask
        self._kept = timedelta(seconds=seconds)
        self._lock = threading.Lock()
        self._known: tuple[datetime, T] | None = None

    def get(self) -> T:
        now = self._database.clock.now()
        with self._lock:
            known = self._known
        if known is not None and known[0] <= now < known[0] + self._kept:
            return known[1]
        with self._database.connection():  # not under the lock: who has a connection may wait for who has the lock
            found = self._ask(now)
        with self._lock:
            self._known = (now, found)
        return found

    def forget(self) -> None:
        with self._lock:
            self._known = None
