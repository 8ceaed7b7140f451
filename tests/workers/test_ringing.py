"""The bell that a thread rings for others, on a real Valkey: nobody waits for it, and Redis is asked seldom."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import redis
from structlog.testing import capture_logs

from jobs.kinds import GENERATION, RIGHTS
from ops.processes import Processes, answers, free_port, valkey_command
from tests.silent import silent_machine
from workers.broker import Doorbell, connect, make_broker
from workers.ringing import AT_ONCE, Ringer

PATIENCE = 1.0
LONG = 60.0  # seconds that a busy machine may need


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("valkey")
    port, processes = free_port(), Processes(folder / "logs")
    processes.start("valkey", valkey_command(port, folder / "data"), {})
    processes.wait_until("valkey", lambda: answers(port))
    yield port
    processes.stop()


@pytest.fixture
def valkey(port: int) -> redis.Redis:
    client = connect(f"redis://127.0.0.1:{port}/0", patience=LONG)
    client.flushall()
    client.config_resetstat()
    return client


@pytest.fixture
def ringer(port: int) -> Iterator[Ringer]:
    started = Ringer(Doorbell(make_broker(connect(f"redis://127.0.0.1:{port}/0", patience=LONG))))
    started.start()
    yield started
    started.close()


def rung(valkey: redis.Redis, queue: str = GENERATION) -> int:
    return int(str(valkey.llen(f"miomio:{queue}")))


def wait_for(valkey: redis.Redis, count: int) -> None:
    until = time.monotonic() + LONG
    while rung(valkey) < count:
        assert time.monotonic() < until, f"{rung(valkey)} of {count} rings"
        time.sleep(0.005)


def questions(valkey: redis.Redis) -> int:
    """How often the script was called that rings."""
    stats = valkey.info("commandstats")
    assert isinstance(stats, dict)
    return int(stats["cmdstat_evalsha"]["calls"])


def works(count: int) -> list[str]:
    return [f"{number:032}" for number in range(count)]


def test_a_ring_sounds_though_nobody_asks_for_another_one(ringer: Ringer, valkey: redis.Redis) -> None:
    ringer(GENERATION, "note", "0" * 32)
    wait_for(valkey, 1)


def test_rings_that_are_asked_for_while_one_sounds_go_in_one_question(ringer: Ringer, valkey: redis.Redis) -> None:
    ringer(GENERATION, "note", "f" * 32)
    wait_for(valkey, 1)
    before = questions(valkey)
    valkey.client_pause(300, all=False)  # whoever writes waits
    for work in works(AT_ONCE // 2):
        ringer(GENERATION, "note", work)
    wait_for(valkey, 1 + AT_ONCE // 2)
    assert questions(valkey) - before <= 3  # one was under way; one more where the thread was slow to begin


def test_they_are_heard_in_the_order_in_which_they_were_asked_for_and_each_in_its_queue(
    port: int, valkey: redis.Redis
) -> None:
    broker = make_broker(connect(f"redis://127.0.0.1:{port}/0", patience=LONG))
    ringer = Ringer(Doorbell(broker))
    asked = works(2 * AT_ONCE + 7)
    for number, work in enumerate(asked):
        ringer(GENERATION if number % 3 else RIGHTS, "note", work)
    ringer.start()
    ringer.close()
    heard: dict[str, list[str]] = {}
    for queue in (GENERATION, RIGHTS):
        consumer = broker.consume(queue, len(asked))
        while message := next(consumer):
            heard.setdefault(queue, []).append(message.args[0])
            consumer.ack(message)
    assert heard == {RIGHTS: asked[::3], GENERATION: [work for n, work in enumerate(asked) if n % 3]}


def test_its_end_rings_what_was_asked_for_before(ringer: Ringer, valkey: redis.Redis) -> None:
    valkey.client_pause(200, all=False)
    for work in works(3 * AT_ONCE):
        ringer(GENERATION, "note", work)
    ringer.close()
    assert rung(valkey) == 3 * AT_ONCE
    until = time.monotonic() + LONG
    while any(thread.name == "ringer" for thread in threading.enumerate()):
        assert time.monotonic() < until, "its thread goes on"
        time.sleep(0.01)


def test_nobody_waits_for_a_redis_that_is_silent() -> None:
    with silent_machine() as port, capture_logs() as said:
        ringer = Ringer(Doorbell(make_broker(connect(f"redis://127.0.0.1:{port}/0", patience=PATIENCE))))
        ringer.start()
        began = time.monotonic()
        for work in works(20):
            ringer(GENERATION, "note", work)
        took = time.monotonic() - began
        ringer.close()
    assert took < PATIENCE
    assert {entry["event"] for entry in said} == {"bell.silent"}
