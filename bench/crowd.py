"""256 pictures in the making at once in one worker process, the provider taking 12 s: `python -m bench crowd`."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from bench import asyncio_calls, people
from bench.figures import Found
from bench.ground import Ground, ground, resident_kib
from bench.share import part
from bench.sides import ASYNCIO, OURS, PROVIDER
from generation.kinds import PRODUCE
from models import Order, Work
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House

JOBS = 256
PROVIDER_SECONDS = 12.0  # seconds
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


def run(share: float = 1.0) -> Found:
    """Overshoot: from the ring to the committed result, less the provider's 12 s. Memory: beyond idle, per call.

    Steady: a new job every 12 / 256 s, until 256 are in flight and for one more round of 256. Burst: all 256 rung in
    one moment, so that 256 answers of 1.4 MB come back in one moment too. The limit of memory is one process that posts
    the same photo as often and waits.
    """
    jobs = part(JOBS, share, least=8)
    with ground() as parts:
        house = assemble(parts.settings(PARALLEL_ORDERS="100000"), ring=lambda *_: None)
        house.database.migrate()
        account = people.join(house, 0, credits=10_000)
        picture = people.picture(kib=PHOTO_KIB)
        photo = people.photo_of(house, account, picture)
        status_message = people.chat_with(parts, 0)
        orders = [people.order_of(house, account, photo, message=status_message()) for _ in range(3 * jobs)]
        people.postpone(house)
        parts.play(latency=0.0, gemini=PROVIDER_SECONDS, kib=PICTURE_KIB)
        steady = _crowd(parts, house, orders[: 2 * jobs], apart=PROVIDER_SECONDS / jobs, jobs=jobs)
        burst = _crowd(parts, house, orders[2 * jobs :], apart=0.0, jobs=jobs)
        calls = asyncio_calls.measure(parts, house.settings.gemini_model, picture, jobs=jobs, waits=PROVIDER_SECONDS)
        house.close()
    alone = {PROVIDER: [PROVIDER_SECONDS * 1e3]}
    return {
        "steady_p50": {OURS: [steady.percentile(0.5) * 1e3], **alone},
        "steady_p99": {OURS: [steady.percentile(0.99) * 1e3], **alone},
        "burst_p99": {OURS: [burst.percentile(0.99) * 1e3], **alone},
        "memory": {OURS: [(burst.waiting_kib - burst.idle_kib) / jobs], ASYNCIO: [calls]},
    }


def _crowd(parts: Ground, house: House, orders: list[str], *, apart: float, jobs: int) -> Seen:
    bell = Doorbell(make_broker(connect(parts.environ["REDIS_URL"])))
    calls = [people.work_of(house, order) for order in orders]
    worker = parts.start_worker(WORKER_THREADS=str(jobs), DATABASE_POOL="10", MALLOC_ARENA_MAX="2")
    time.sleep(1.0)
    idle = resident_kib(worker.pid)
    rung: dict[str, datetime] = {}
    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(_memory_at, worker.pid, time.monotonic() + PROVIDER_SECONDS - 1.0)
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
    return sorted((work.ended_at - rung[work.subject]).total_seconds() - PROVIDER_SECONDS for work in works)
