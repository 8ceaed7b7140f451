"""Waiting that costs one timer each, so that hundreds may wait at once, and that ends when the server stops."""

from __future__ import annotations

import asyncio


class Pauses:
    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self._stopped = False

    async def wait(self, seconds: float) -> None:
        if seconds <= 0 or self._stopped:
            return
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _end, over)
        self._waiting.add(over)
        try:
            await over
        finally:
            timer.cancel()
            self._waiting.discard(over)

    def stop(self) -> None:
        """Wake everybody, and let nobody sleep again."""
        self._stopped = True
        for over in self._waiting:
            _end(over)


def _end(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
