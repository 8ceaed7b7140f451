"""Has clips made off the event loop, keeps the one ready clip, and forgets the oldest when they weigh too much."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Executor

from emulators.kling.clips import canned_clip, clip, padded
from emulators.kling.reading import Asked
from emulators.kling.tasks import Task

KEPT_BYTES = 256 * 1024 * 1024
MIB = 1024 * 1024


class Studio:
    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self._canned: dict[int, asyncio.Future[bytes]] = {}
        self._kept: deque[Task] = deque()
        self._weight = 0

    def canned(self, mib: int) -> asyncio.Future[bytes]:
        """The same future for everybody: thousands of tasks cost one clip."""
        if mib not in self._canned:
            loop = asyncio.get_running_loop()
            self._canned[mib] = loop.run_in_executor(self.executor, _canned, mib)
        return self._canned[mib]

    def film(self, asked: Asked) -> asyncio.Future[bytes]:
        """Fails with clips.Unreadable. Without a picture (nobody read it): the ready clip."""
        if asked.picture is None:
            return self.canned(0)
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self.executor, _filmed, asked.picture, asked.prompt, asked.seconds, asked.sound)

    def keep(self, task: Task, movie: bytes, *, shared: bool) -> None:
        task.clip = movie
        if shared:
            return
        self._kept.append(task)
        self._weight += len(movie)
        while self._weight > KEPT_BYTES and len(self._kept) > 1:
            oldest = self._kept.popleft()
            self._weight -= len(oldest.clip or b"")
            oldest.clip = None

    def clear(self) -> None:
        self._kept.clear()
        self._weight = 0


def _canned(mib: int) -> bytes:
    return padded(canned_clip(), mib * MIB)


def _filmed(picture: bytes, prompt: str, seconds: int, sound: bool) -> bytes:
    return clip(picture, prompt, seconds=seconds, sound=sound)
