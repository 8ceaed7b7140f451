"""A worker of ours with nothing to do: `python -m bench.queue_worker bare|rows`.

`bare` is the bell alone: our broker, eight threads, actors that return. `rows` is a whole worker process whose work is
a row, claimed and finished.
"""

from __future__ import annotations

import os
import sys
import time

import dramatiq
from dramatiq import Worker

from config import load
from jobs.claim import Claim
from jobs.kinds import GENERATION, Kind
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.process import WorkerProcess

NOTHING, NOTE, NOTED = "nothing", "note", "noted"


def bare(url: str, threads: int) -> None:
    broker, client = make_broker(connect(url)), connect(url)

    @dramatiq.actor(broker=broker, actor_name=NOTHING, queue_name=GENERATION)  # type: ignore[untyped-decorator]
    def nothing(work: str) -> None:
        """For the queue's own speed."""

    @dramatiq.actor(broker=broker, actor_name=NOTE, queue_name=GENERATION)  # type: ignore[untyped-decorator]
    def note(work: str) -> None:
        """When it began, for whoever waits at the list."""
        client.rpush(NOTED, time.time())

    Worker(broker, queues={GENERATION}, worker_threads=threads).start()
    print("worker.ready", flush=True)
    while True:
        time.sleep(60)


def rows() -> None:
    settings = load(os.environ)
    broker = make_broker(connect(settings.redis_url))
    house = assemble(settings, ring=Doorbell(broker))
    process = WorkerProcess(house, broker, queue=GENERATION)

    def finish(claim: Claim) -> None:
        with claim.finish():
            pass

    kind = Kind(name=NOTHING, queue=GENERATION, do=finish, ended_badly=lambda *_: None)
    house.desk.kinds = {**house.desk.kinds, NOTHING: kind}

    @dramatiq.actor(broker=broker, actor_name=NOTHING, queue_name=GENERATION)  # type: ignore[untyped-decorator]
    def nothing(work: str) -> None:
        process.runner.run(work)

    process.run()


if __name__ == "__main__":
    if sys.argv[1] == "rows":
        rows()
    else:
        bare(os.environ["REDIS_URL"], int(os.environ["WORKER_THREADS"]))
