"""What passes between the supervisor and its child."""

from __future__ import annotations

import socket
import struct

import pytest

from imaging import wire


def job(**changes: float) -> wire.Job:
    rules: dict[str, float] = dict.fromkeys(wire.Job.__dataclass_fields__, 10**9)
    return wire.Job(**(rules | changes))  # type: ignore[arg-type]


def heard(data: bytes, *, max_bytes: int = 100) -> wire.Answer:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(data)
        return wire.read_answer(ours, max_bytes=max_bytes)


def test_a_job_fills_exactly_one_frame_and_comes_back() -> None:
    given = job(max_ratio=1 / 3, wall_seconds=12345.678901234567, memory_bytes=2**63)
    assert len(wire.pack_job(given)) == wire.JOB_BYTES
    assert wire.unpack_job(wire.pack_job(given)) == given


@pytest.mark.parametrize("verdict", wire.VERDICTS)
def test_every_verdict_comes_back(verdict: str) -> None:
    assert heard(wire.pack_answer(wire.Answer(verdict=verdict))).verdict == verdict


def test_a_picture_comes_back_with_its_kind() -> None:
    answer = wire.Answer(verdict=wire.CLEAN, kind="webp", jpeg=b"pixels")
    assert heard(wire.pack_answer(answer)) == answer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        struct.pack("!BBI", 200, 0, 0),
        struct.pack("!BBI", 0, 200, 0),
        struct.pack("!BBI", 0, 1, 101) + bytes(101),
        struct.pack("!BBI", 0, 1, 50) + bytes(49),
    ],
    ids=["nothing", "half a head", "no such verdict", "no such kind", "too much", "cut short"],
)
def test_an_answer_that_makes_no_sense_is_none(data: bytes) -> None:
    with pytest.raises(wire.Incomplete):
        heard(data)
