"""The queue alone, beside stock Dramatiq and Celery: how soon an idle worker starts, how many jobs that do nothing go
through: `python -m bench queue`."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker

from bench.figures import Found
from bench.ground import PEERS, PEERS_PYTHON, Ground, ground
from bench.queue_worker import NOTE, NOTED, NOTHING
from bench.share import part
from bench.sides import CELERY, ONE_PROCESS, OURS, STOCK, STOCK_ONE
from jobs.kinds import GENERATION
from workers.assembly import assemble
from workers.broker import NAMESPACE, Doorbell, connect, make_broker

THREADS = 8
RINGS = 12
IDLE = (0.3, 1.3)  # seconds of idleness before a ring
JOBS = 2_000
ROUNDS = 3
PATIENCE = 120.0
OURS_READY, STOCK_READY = "worker.ready", "Worker process is ready"
ID = "0" * 32
FILL = """
INSERT INTO work (id, kind, subject, account, state, due_at, rung_at, tries, crashes, fence, created_at)
SELECT %s || n, %s, 'subject', 'account', 'due', timezone('utc', now()), timezone('utc', now()), 0, 0, 0,
       timezone('utc', now())
FROM generate_series(1, %s) AS s(n) RETURNING id
"""


@dataclass
class Workers:
    """Worker processes at a Redis database of their own. Stopped but in their own rounds, so that they cost nobody
    else anything."""

    parts: Ground
    name: str
    url: str
    put: Callable[[int], float]  # so many jobs that do nothing; how many a second
    waiting: Callable[[redis.Redis], int]
    slower: int = 1  # so many times fewer jobs are as telling

    def __post_init__(self) -> None:
        self.client = connect(self.url)
        self.stop()

    def stop(self) -> None:
        self._signal(signal.SIGSTOP)

    def go(self) -> None:
        self._signal(signal.SIGCONT)

    def round(self, jobs: int) -> tuple[float, float]:
        """Jobs a second put, while nobody takes them, and taken, while nobody puts."""
        put = self.put(jobs)
        began = time.perf_counter()
        self.go()
        while self.waiting(self.client):
            if time.perf_counter() - began > PATIENCE:
                sys.exit(f"{self.name}: jobs are left: no figure")
            time.sleep(0.01)
        took = time.perf_counter() - began
        self.stop()
        return put, jobs / took

    def _signal(self, number: int) -> None:
        for name, process in self.parts.processes.running:
            if name == self.name:
                os.killpg(process.pid, number)


def run(share: float = 1.0) -> Found:
    """`start`: from just before the ring to the first line of the actor, in another process, after 0.3 to 1.3 idle
    seconds. `put` and `take`: 2,000 jobs that do nothing, put while the workers are stopped and taken while nobody
    puts, sides in turns there and back. `rows`: the same through the work table."""
    random.seed(7)
    jobs = part(JOBS, share, least=100)
    with ground() as parts:
        one, two = _ours(parts, 0, 1), _ours(parts, 3, 2)
        stock, stock_two = _stock(parts, 2, 1), _stock(parts, 4, 2)
        celery, rows = _celery(parts, 1), _rows(parts, 5)
        sides = [one, stock, two, stock_two, celery, rows]
        try:
            started = _started(one, stock, celery, part(RINGS, share))
            seen = _rounds(sides, jobs, part(ROUNDS, share))
        finally:
            for each in sides:
                each.go()  # what is stopped cannot be ended
    put = {name: [one for one, _ in rounds] for name, rounds in seen.items()}
    take = {name: [one for _, one in rounds] for name, rounds in seen.items()}
    return {
        **started,
        "put": {OURS: put[one.name], STOCK: put[stock.name], CELERY: put[celery.name]},
        "take": {OURS: take[one.name], STOCK: take[stock.name], CELERY: take[celery.name]},
        "take_two": {
            OURS: take[two.name],
            STOCK_ONE: take[stock.name],
            ONE_PROCESS: take[one.name],
            STOCK: take[stock_two.name],
        },
        "rows": {OURS: take[rows.name], STOCK: take[stock.name], CELERY: take[celery.name]},
    }


def _rounds(sides: list[Workers], jobs: int, rounds: int) -> dict[str, list[tuple[float, float]]]:
    seen: dict[str, list[tuple[float, float]]] = {each.name: [] for each in sides}
    for each in sides:
        each.round(part(jobs, 0.1, least=50))  # not counted: scripts are loaded, connections are made
    for number in range(rounds):
        for each in sides if number % 2 == 0 else reversed(sides):
            seen[each.name].append(each.round(jobs // each.slower))
    return seen


def _started(ours: Workers, stock: Workers, celery: Workers, rings: int) -> Found:
    bell, broker = Doorbell(make_broker(connect(ours.url))), RedisBroker(url=stock.url)
    took: dict[str, list[float]] = {ours.name: [], stock.name: []}
    put: dict[str, Callable[[], object]] = {
        ours.name: lambda: bell(GENERATION, NOTE, ID),
        stock.name: lambda: broker.enqueue(_message(NOTE)),
    }
    listening = {each.name: redis.Redis.from_url(each.url, socket_timeout=40) for each in (ours, stock)}
    for each in (ours, stock, celery):
        each.go()
    for number in range(rings + 1):
        for each in (ours, stock):
            time.sleep(random.uniform(*IDLE))
            began = time.time()
            put[each.name]()
            noted = listening[each.name].blpop([NOTED], 30) or sys.exit(f"{each.name} does not start: no figure")
            if number:  # the first loads scripts
                took[each.name].append((float(noted[1]) - began) * 1e3)
    theirs = [one * 1e3 for one in json.loads(_celery_put(celery.url, "start", rings))]
    for each in (ours, stock, celery):
        each.stop()
    sides = {OURS: sorted(took[ours.name]), STOCK: sorted(took[stock.name]), CELERY: sorted(theirs)}
    return {
        "start_p50": sides,
        "start_p99": {side: [one[min(len(one) - 1, int(len(one) * 0.99))]] for side, one in sides.items()},
    }


def _ours(parts: Ground, place: int, processes: int) -> Workers:
    name, url = f"ours-{processes}", _database(parts, place)
    environ = {"REDIS_URL": url, "WORKER_THREADS": str(THREADS)}
    for _ in range(processes):
        parts.start(name, "bench.queue_worker", "bare", environ=environ)
    _ready(parts, name, OURS_READY, processes)
    bell = Doorbell(make_broker(connect(url)))
    return Workers(parts, name, url, lambda jobs: _rate(jobs, lambda: bell(GENERATION, NOTHING, ID)), _ours_waiting)


def _rows(parts: Ground, place: int) -> Workers:
    name, url = "rows", _database(parts, place)
    assembled = assemble(parts.settings(), ring=lambda *_: None)
    assembled.database.migrate()
    assembled.close()
    parts.start(name, "bench.queue_worker", "rows", environ={"REDIS_URL": url, "WORKER_THREADS": str(THREADS)})
    _ready(parts, name, OURS_READY, 1)
    bell = Doorbell(make_broker(connect(url)))
    database = psycopg.connect(parts.database, autocommit=True)

    def put(jobs: int) -> float:
        began = time.perf_counter()
        for (work,) in database.execute(FILL, (os.urandom(8).hex(), NOTHING, jobs)).fetchall():
            bell(GENERATION, NOTHING, work)
        return jobs / (time.perf_counter() - began)

    def waiting(_: redis.Redis) -> int:
        [(left,)] = database.execute("SELECT count(*) FROM work WHERE state <> 'done'").fetchall()
        return int(left)

    return Workers(parts, name, url, put, waiting, slower=6)


def _stock(parts: Ground, place: int, processes: int) -> Workers:
    name, url = f"stock-{processes}", _database(parts, place)
    words = ["-m", "dramatiq", "--path", str(PEERS), "-p", str(processes), "-t", str(THREADS), "stock_queue"]
    parts.start_peer(name, *words, environ={"REDIS_URL": url})
    _ready(parts, name, STOCK_READY, processes)
    broker = RedisBroker(url=url)
    put = lambda jobs: _rate(jobs, lambda: broker.enqueue(_message(NOTHING)))  # noqa: E731  as with ours
    return Workers(parts, name, url, put, lambda client: client.hlen("dramatiq:default.msgs"))


def _celery(parts: Ground, place: int) -> Workers:
    name, url = "celery", _database(parts, place)
    words = ["-m", "celery", "--workdir", str(PEERS), "-A", "celery_app", "worker", "-P", "threads", "-c", str(THREADS)]
    parts.start_peer(name, *words, "-l", "WARNING", environ={"REDIS_URL": url})
    _answers(url)
    return Workers(
        parts,
        name,
        url,
        lambda jobs: float(_celery_put(url, "put", jobs)),
        lambda client: client.llen("celery") + client.hlen("unacked"),
    )


def _celery_put(url: str, *words: object) -> str:
    command = [str(PEERS_PYTHON), str(PEERS / "celery_put.py"), *map(str, words)]
    return subprocess.run(
        command, env={**os.environ, "REDIS_URL": url}, check=True, capture_output=True, text=True
    ).stdout


def _answers(url: str) -> None:
    """Returns once a worker has begun a task, and is idle."""
    _celery_put(url, "start", 0)


def _ours_waiting(client: redis.Redis) -> int:
    return int(client.hlen(f"{NAMESPACE}:{GENERATION}.msgs"))


def _message(actor: str) -> Message:
    return Message(queue_name="default", actor_name=actor, args=(ID,), kwargs={}, options={})


def _rate(jobs: int, put: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(jobs):
        put()
    return jobs / (time.perf_counter() - began)


def _database(parts: Ground, place: int) -> str:
    """The address of one of the databases of this Redis."""
    return parts.environ["REDIS_URL"].removesuffix("0") + str(place)


def _ready(parts: Ground, name: str, words: str, processes: int) -> None:
    log = parts.processes.logs / f"{name}.log"
    parts.processes.wait_until(name, lambda: log.read_text().count(words) >= processes)
