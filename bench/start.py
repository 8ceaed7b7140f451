"""How soon an idle worker starts after a ring, and what its idleness costs Redis: `python -m bench.start`."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from statistics import median

import dramatiq
import redis
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker

from bench.ground import ground
from jobs.kinds import GENERATION
from workers.broker import Doorbell, connect, make_broker

RINGS = 60
IDLE = (0.3, 1.7)  # seconds of idleness before a ring
WATCHED = 20.0  # seconds over which idle commands are counted


@dataclass
class Idle:
    """A worker with nothing to do but to note when it starts."""

    broker: RedisBroker
    started: Queue[float] = field(default_factory=Queue)

    def __post_init__(self) -> None:
        self.bell = Doorbell(self.broker)

        @dramatiq.actor(broker=self.broker, actor_name="note", queue_name=GENERATION)  # type: ignore[untyped-decorator]
        def note(work: str) -> None:
            del work
            self.started.put(time.perf_counter())

    @contextmanager
    def running(self) -> Iterator[None]:
        worker = Worker(self.broker, queues={GENERATION}, worker_threads=4)
        worker.start()
        self.took()  # the first ring loads scripts
        yield
        worker.stop()

    def took(self) -> float:
        """Seconds from just before the ring to the first line of the actor."""
        began = time.perf_counter()
        self.bell(GENERATION, "note", "0" * 32)
        return self.started.get(timeout=30) - began


def run() -> dict[str, float]:
    """Percentiles over rings after 0.3 to 1.7 idle seconds, and Redis commands a second of an idle worker process."""
    random.seed(7)
    figures: dict[str, float] = {}
    with ground() as parts:
        client = connect(parts.environ["REDIS_URL"])
        stock = RedisBroker(client=connect(parts.environ["REDIS_URL"]), middleware=[], namespace="stock")
        for name, broker in (("ours", make_broker(connect(parts.environ["REDIS_URL"]))), ("stock", stock)):
            idle = Idle(broker)
            with idle.running():
                took = sorted(_after_a_pause(idle) for _ in range(RINGS))
                figures[f"{name}_p50_ms"] = median(took) * 1e3
                figures[f"{name}_p99_ms"] = took[-1] * 1e3
                figures[f"{name}_idle_commands"] = _commands(client)
    return figures


def _after_a_pause(idle: Idle) -> float:
    time.sleep(random.uniform(*IDLE))
    return idle.took()


def _commands(client: redis.Redis) -> float:
    """Commands a second, those that scripts issue left out."""
    before = _processed(client)
    time.sleep(WATCHED)
    return (_processed(client) - before - 1) / WATCHED  # the question itself is one


def _processed(client: redis.Redis) -> int:
    return int(client.info("stats")["total_commands_processed"])


if __name__ == "__main__":
    for figure, value in run().items():
        print(f"{figure:20} {value:10.3f}")
