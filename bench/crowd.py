"""256 pictures in the making at once in one worker process, the provider taking 12 s: `python -m bench.crowd`."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from bench import people
from bench.ground import Ground, ground, resident_kib
from generation.kinds import PRODUCE
from models import Order, Work
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House

JOBS = 256
PROVIDER = 12.0  # seconds
PICTURE_KIB, PHOTO_KIB = 1024, 256
PATIENCE = 120.0


@dataclass(frozen=True)
class Seen:
    """Of one crowd: seconds beyond the provider's, sorted, and KiB of the process."""

    over: list[float]
    idle_kib: int
    waiting_kib: int
    peak_kib: int

    def percentile(self, share: float) -> float:
        return self.over[min(len(self.over) - 1, int(len(self.over) * share))]


def run() -> dict[str, float]:
    """Overshoot: from the ring to the committed result, less the provider's 12 s. Memory: beyond idle, per job.

    `steady_…`: a new job every 12 / 256 s, until 256 are in flight and for one more round of 256. `burst_…`: all 256
    rung in one moment, so that 256 answers of 1.4 MB come back in one moment too. `waiting` is memory while all wait
    for the provider, `peak` the most there ever was.
    """
    with ground() as parts:
        house = assemble(parts.settings(PARALLEL_ORDERS="100000"), ring=lambda *_: None)
        house.database.migrate()
        account = people.join(house, 0, credits=10_000)
        photo = people.photo_of(house, account, people.picture(kib=PHOTO_KIB))
        status_message = people.chat_with(parts, 0)
        orders = [people.order_of(house, account, photo, message=status_message()) for _ in range(3 * JOBS)]
        people.postpone(house)
        parts.play(latency=0.0, gemini=PROVIDER, kib=PICTURE_KIB)
        steady = _crowd(parts, house, orders[: 2 * JOBS], apart=PROVIDER / JOBS)
        burst = _crowd(parts, house, orders[2 * JOBS :], apart=0.0)
        house.close()
    return {**_figures("steady", steady), **_figures("burst", burst)}


def _figures(name: str, seen: Seen) -> dict[str, float]:
    return {
        f"{name}_p50_over_ms": seen.percentile(0.5) * 1e3,
        f"{name}_p99_over_ms": seen.percentile(0.99) * 1e3,
        f"{name}_waiting_kib": (seen.waiting_kib - seen.idle_kib) / JOBS,
        f"{name}_peak_kib": (seen.peak_kib - seen.idle_kib) / JOBS,
        f"{name}_idle_mib": seen.idle_kib / 1024,
    }


def _crowd(parts: Ground, house: House, orders: list[str], *, apart: float) -> Seen:
    bell = Doorbell(make_broker(connect(parts.environ["REDIS_URL"])))
    calls = [people.work_of(house, order) for order in orders]
    worker = parts.start_worker(WORKER_THREADS=str(JOBS), DATABASE_POOL="10", MALLOC_ARENA_MAX="2")
    time.sleep(1.0)
    idle = resident_kib(worker.pid)
    rung: dict[str, datetime] = {}
    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(_memory_at, worker.pid, time.monotonic() + PROVIDER - 1.0)
        began = time.monotonic()
        for place, (order, call) in enumerate(zip(orders, calls, strict=True)):
            time.sleep(max(0.0, began + place * apart - time.monotonic()))
            rung[order] = people.due_now(house, call[2])
            bell(*call)
        waiting = watched.result()
    _wait(house, orders)
    seen = Seen(_over(house, rung), idle, waiting, resident_kib(worker.pid, peak=True))
    parts.stop(worker)
    return seen


def _memory_at(pid: int, when: float) -> int:
    time.sleep(max(0.0, when - time.monotonic()))
    return resident_kib(pid)


def _wait(house: House, orders: list[str]) -> None:
    until = time.monotonic() + PATIENCE
    while people.state_of(house, orders) != {Order.DELIVERED: len(orders)}:
        if time.monotonic() > until:
            sys.exit(f"not delivered within {PATIENCE:.0f} s: {people.state_of(house, orders)}")
        time.sleep(0.5)


def _over(house: House, rung: dict[str, datetime]) -> list[float]:
    with house.database.connection():
        works = list(Work.select().where((Work.kind == PRODUCE) & Work.subject.in_(list(rung))))
    repeated = [work for work in works if work.tries != 1]
    if repeated:
        sys.exit(f"{len(repeated)} jobs were tried more than once: no figure")
    return sorted((work.ended_at - rung[work.subject]).total_seconds() - PROVIDER for work in works)


if __name__ == "__main__":
    for figure, value in run().items():
        print(f"{figure:20} {value:10.3f}")
