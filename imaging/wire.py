"""What the supervisor and its child say to each other: a job one way, an answer the other way."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass

# One frame per job, always whole: the file descriptor that travels beside it then belongs to exactly one job.
JOB_BYTES = 512
READY = b"+"

CLEAN = "clean"
TRUNCATED = "photo.truncated"
TOO_HEAVY = "photo.too_heavy"
VERDICTS = (
    CLEAN,
    TRUNCATED,
    TOO_HEAVY,
    "photo.not_a_picture",
    "photo.unsupported_format",
    "photo.too_many_pixels",
    "photo.too_narrow",
    "photo.too_small",
    "photo.animated",
)
KINDS = ("", "jpeg", "png", "webp", "heif")

# Verdict, kind of the source, number of bytes that follow.
_HEAD = struct.Struct("!BBI")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One picture's rules. `max_output` is 0 where the size of the result does not matter; `frame_side` and
    `frame_ratio` are 0 where no frame is to be made of it."""

    max_pixels: int
    min_side: int
    max_ratio: float
    long_side: int
    quality: int
    max_output: int
    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    frame_side: int = 0
    frame_ratio: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the child claims. It has read a stranger's file, so its words are checked before they are believed."""

    verdict: str
    kind: str = ""
    jpeg: bytes = b""


class Incomplete(Exception):
    """The other side went away in the middle of a sentence."""


def pack_job(job: Job) -> bytes:
    return json.dumps(asdict(job)).encode().ljust(JOB_BYTES)


def unpack_job(frame: bytes) -> Job:
    return Job(**json.loads(frame))


def pack_answer(answer: Answer) -> bytes:
    head = _HEAD.pack(VERDICTS.index(answer.verdict), KINDS.index(answer.kind), len(answer.jpeg))
    return head + answer.jpeg


def read_answer(link: socket.socket, *, max_bytes: int) -> Answer:
    """Raises Incomplete where the answer is cut short or makes no sense."""
    verdict, kind, length = _HEAD.unpack(_exactly(link, _HEAD.size))
    if verdict >= len(VERDICTS) or kind >= len(KINDS) or length > max_bytes:
        raise Incomplete
    return Answer(verdict=VERDICTS[verdict], kind=KINDS[kind], jpeg=bytes(_exactly(link, length)))


def _exactly(link: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    filled = 0
    while filled < size:
        count = link.recv_into(view[filled:])
        if not count:
            raise Incomplete
        filled += count
    return buffer
