"""A Redis that takes a connection and says nothing: nobody waits for it long, and only one at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
import redis
from structlog.testing import capture_logs

from jobs.kinds import GENERATION
from ops.processes import Processes, answers, free_port, valkey_command
from tests.silent import silent_machine
from workers.broker import PAUSE, Doorbell, connect, make_broker

WORK = "0" * 32
WAIT = 1.0  # seconds; what nobody waits for takes less on a busy machine, too


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def silent() -> Iterator[str]:
    with silent_machine() as port:
        yield f"redis://127.0.0.1:{port}/0"


def seconds(bell: Doorbell) -> float:
    began = time.monotonic()
    bell(GENERATION, "note", WORK)
    return time.monotonic() - began


def test_a_ring_waits_as_long_as_it_is_told(silent: str) -> None:
    waited = seconds(Doorbell(make_broker(connect(silent, patience=WAIT))))
    assert WAIT <= waited < 60 * WAIT  # it asks twice


def test_while_one_tries_whether_it_is_back_the_others_go_on_without(silent: str) -> None:
    hand = Hand()
    bell = Doorbell(make_broker(connect(silent, patience=WAIT)), monotonic=hand)
    bell(GENERATION, "note", WORK)
    assert min(seconds(bell) for _ in range(3)) < WAIT, "the silence is remembered"
    hand.now += PAUSE
    waited: list[float] = []
    threads = [threading.Thread(target=lambda: waited.append(seconds(bell))) for _ in range(8)]
    with capture_logs() as said:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert [entry["event"] for entry in said] == ["bell.silent"]  # one has tried
    assert len(waited) == 8
    assert max(waited) >= 2 * WAIT
    assert median(waited) < WAIT


def test_a_redis_that_is_back_is_rung_by_everybody(tmp_path: Path) -> None:
    port, processes, hand = free_port(), Processes(tmp_path / "logs"), Hand()
    client = connect(f"redis://127.0.0.1:{port}/0")
    bell = Doorbell(make_broker(client), monotonic=hand)
    bell(GENERATION, "note", WORK)
    processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
    processes.wait_until("valkey", lambda: answers(port))
    bell(GENERATION, "note", WORK)
    assert _rung(client) == 0, "it is not asked so soon"
    hand.now += PAUSE
    for _ in range(3):
        bell(GENERATION, "note", WORK)
    assert _rung(client) == 3
    processes.stop()


def _rung(client: redis.Redis) -> int:
    return int(str(client.llen(f"miomio:{GENERATION}")))
