"""The bell, rung by a thread of its own: who answers a person does not wait for Redis, and what was asked for meanwhile
goes to it in one question. A ring that is lost with its process is made up for by the clock, as any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from workers.broker import Doorbell, Ringing

AT_ONCE = 100  # rings in one question, so that none of them waits long for the others
LAST = 5.0  # seconds that the end waits for the rings that are left


class Ringer:
    """A ring is asked for by calling it; it sounds as soon as the one before it has."""

    def __init__(self, bell: Doorbell) -> None:
        self._bell = bell
        self._asked: SimpleQueue[Ringing | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._go_on, name="ringer", daemon=True)

    def __call__(self, queue: str, kind: str, work: str) -> None:
        self._asked.put(Ringing(queue, kind, work))

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ring what was asked for, and end."""
        self._asked.put(None)
        self._thread.join(LAST)

    def _go_on(self) -> None:
        while (first := self._asked.get()) is not None:
            self._bell.ring((first, *self._waiting()))

    def _waiting(self) -> Iterator[Ringing]:
        with suppress(Empty):
            for _ in range(AT_ONCE - 1):
                bell = self._asked.get_nowait()
                if bell is None:
                    self._asked.put(None)  # the end comes after these
                    return
                yield bell
