"""A part that the service needs, asked whether it answers: by name, and in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import logs

SILENT, OK = "silent", "ok"

log = logs.get()


class Part:
    """One part, asked in a thread of its own and once at a time: a line that is cut keeps its thread for long, and the
    platform asks again every few seconds."""

    def __init__(
        self, ask: Callable[[], str], *, patience: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._patience = patience
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._question: _Question | None = None

    def begin(self) -> Callable[[], str]:
        """Puts the question, unless it is put already; what is returned waits for its answer."""
        with self._lock:
            if self._question is None or self._question.over.is_set():
                self._question = _Question(self._ask, self._monotonic() + self._patience)
            question = self._question
        return lambda: question.answer(self._monotonic())


class _Question:
    def __init__(self, ask: Callable[[], str], until: float) -> None:
        self.over = threading.Event()
        self._ask = ask
        self._until = until
        self._said = SILENT
        threading.Thread(target=self._put, daemon=True).start()

    def answer(self, now: float) -> str:
        self.over.wait(max(0.0, self._until - now))
        return self._said

    def _put(self) -> None:
        try:
            self._said = self._ask()
        except Exception as error:
            self._said = "broken"
            log.error("health.broken", exc_info=error)
        finally:
            self.over.set()
