"""The door for strangers' pictures: each goes to a caged process and comes back clean, or is refused."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from dataclasses import dataclass, replace
from types import TracebackType
from typing import BinaryIO, Self

from errors import Rejected, Temporary
from imaging import markers, wire
from imaging.limits import MIB, Limits
from imaging.zygote import Gone, Zygote

# A child may die under a picture through another one's fault (the machine's memory, an operator): once more, then tell.
_ATTEMPTS = 2
# A provider's 4K PNG is larger than any photo we take in, and its shape may be one that we refuse from people.
_RESULT_BYTES = 64 * MIB
_RESULT_RATIO = 20.0
# What Kling takes as a first frame: sides of 300 pixels, 1:2.5 to 2.5:1. More pixels than the film has are not seen.
_FRAME_SIDE, _FRAME_RATIO = 300, 2.5
_FRAME_LONG_SIDE, _FRAME_BYTES = 1920, 5 * MIB
# What Telegram takes as a thumbnail.
_THUMBNAIL_SIDE, _THUMBNAIL_BYTES = 320, 190_000
# The fact that makes the sentence: "at most 20 MB" is by looking up the limit that was broken.
_BROKEN_LIMIT = {
    "photo.too_large": "max_bytes",
    "photo.too_many_pixels": "max_pixels",
    "photo.too_narrow": "max_ratio",
    "photo.too_small": "min_side",
}


@dataclass(frozen=True, kw_only=True)
class CleanPhoto:
    """A baseline sRGB JPEG without any metadata, upright. `source_format` is jpeg, png, webp or heif."""

    data: bytes
    width: int
    height: int
    source_format: str


class Intake:
    """Used by many worker threads at once; the child starts with the first picture, or with `start`.

    A picture that is refused raises Rejected("photo.…"); Temporary("photo.intake_unavailable") says that the child
    could not be had, and nothing about the picture.
    """

    def __init__(self, limits: Limits | None = None, *, python: str = sys.executable) -> None:
        self._limits = limits or Limits()
        self._python = python
        self._gate = threading.BoundedSemaphore(self._limits.parallel)
        self._lock = threading.Lock()
        self._zygote: Zygote | None = None
        self._owner = 0
        self._closed = False

    def clean(self, data: bytes | memoryview | BinaryIO) -> CleanPhoto:
        """A person's photo for storing and for generation."""
        limits = self._limits
        return self._ask(
            _whole(data, limits.max_bytes),
            self._job(min_side=limits.min_side, max_ratio=limits.max_ratio, long_side=limits.long_side),
        )

    def shrink(self, data: bytes | memoryview, *, long_side: int, max_bytes: int) -> CleanPhoto:
        """A picture of ours or a provider's as a JPEG that a receiver takes; the original is not touched."""
        job = self._job(min_side=1, max_ratio=_RESULT_RATIO, long_side=long_side, max_output=max_bytes)
        return self._ask(_whole(data, _RESULT_BYTES), job)

    def first_frame(self, data: bytes | memoryview | BinaryIO) -> CleanPhoto:
        """A photo or result as the picture a video starts from: enlarged when it is small, and never cropped."""
        job = self._job(min_side=1, max_ratio=_RESULT_RATIO, long_side=_FRAME_LONG_SIDE, max_output=_FRAME_BYTES)
        job = replace(job, frame_side=_FRAME_SIDE, frame_ratio=_FRAME_RATIO)
        return self._ask(_whole(data, _RESULT_BYTES), job)

    def thumbnail(self, data: bytes | memoryview | BinaryIO) -> CleanPhoto:
        """What a chat shows of a video until it has loaded."""
        job = self._job(min_side=1, max_ratio=_RESULT_RATIO, long_side=_THUMBNAIL_SIDE, max_output=_THUMBNAIL_BYTES)
        return self._ask(_whole(data, _RESULT_BYTES), job)

    @property
    def pid(self) -> int | None:
        """The warm child's process id, for health and memory figures."""
        zygote = self._zygote
        return zygote.pid if zygote else None

    def start(self) -> None:
        """Start the child now, so that the first picture need not wait for it."""
        with contextlib.suppress(Gone):
            self._warm()

    def close(self) -> None:
        """Ends the child and the pictures in work; every later call is refused."""
        with self._lock:
            self._closed = True
            zygote, self._zygote = self._zygote, None
        if zygote:
            zygote.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _job(self, *, min_side: int, max_ratio: float, long_side: int, max_output: int = 0) -> wire.Job:
        limits = self._limits
        return wire.Job(
            max_pixels=limits.max_pixels,
            min_side=min_side,
            max_ratio=max_ratio,
            long_side=long_side,
            quality=limits.quality,
            max_output=max_output,
            memory_bytes=limits.memory_bytes,
            cpu_seconds=limits.cpu_seconds,
            wall_seconds=limits.wall_seconds,
        )

    def _ask(self, data: bytes | memoryview, job: wire.Job) -> CleanPhoto:
        if not self._gate.acquire(timeout=self._limits.queue_seconds):
            raise Temporary("photo.intake_unavailable", waited=self._limits.queue_seconds)
        try:
            return _judged(self._answered(data, job), job)
        finally:
            self._gate.release()

    def _answered(self, data: bytes | memoryview, job: wire.Job) -> wire.Answer:
        for _ in range(_ATTEMPTS):
            zygote: Zygote | None = None
            try:
                zygote = self._warm()
                return zygote.ask(job, data, patience=job.wall_seconds + self._limits.grace_seconds)
            except Gone:
                self._drop(zygote)
        raise Temporary("photo.intake_unavailable", attempts=_ATTEMPTS)

    def _warm(self) -> Zygote:
        with self._lock:
            if self._closed:
                raise Gone
            # After a fork of this process the child is still the other one's: two voices on one socket would mix.
            if self._zygote is None or self._owner != os.getpid():
                self._zygote, self._owner = Zygote(self._python), os.getpid()
            return self._zygote

    def _drop(self, zygote: Zygote | None) -> None:
        if zygote is None:
            return
        with self._lock:
            if self._zygote is zygote:
                self._zygote = None
        zygote.kill()


def _whole(data: bytes | memoryview | BinaryIO, limit: int) -> bytes | memoryview:
    """All of it, or Rejected: a stream is read no further than it takes to know that it is too long."""
    if not isinstance(data, bytes | memoryview):
        data = _read(data, limit + 1)
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    if not size:
        raise Rejected("photo.empty")
    if size > limit:
        raise Rejected("photo.too_large", limit=limit)
    return data


def _read(stream: BinaryIO, limit: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < limit and (piece := stream.read(limit - len(pieces))):
        pieces += piece
    return bytes(pieces)


def _judged(answer: wire.Answer, job: wire.Job) -> CleanPhoto:
    if answer.verdict != wire.CLEAN:
        raise Rejected(answer.verdict, **_facts(answer.verdict, job))
    size = markers.bare_size(answer.jpeg)
    if size is None or not answer.kind or not _within(size, job):
        # A child that returns anything else has been taken over by the picture it was given.
        raise Rejected(wire.TRUNCATED)
    return CleanPhoto(data=answer.jpeg, width=size[0], height=size[1], source_format=answer.kind)


def _within(size: tuple[int, int], job: wire.Job) -> bool:
    short, long = sorted(size)
    if job.frame_side and (short < job.frame_side or long > short * job.frame_ratio):
        return False
    return long <= job.long_side


def _facts(code: str, job: wire.Job) -> dict[str, float]:
    name = _BROKEN_LIMIT.get(code)
    return {"limit": getattr(job, name)} if name else {}
