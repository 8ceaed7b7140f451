"""One worker process: Dramatiq's threads, the clock, the renewal of leases, the drain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from dramatiq import Worker

import logs
from config import Settings
from errors import Failure
from jobs.runner import Runner
from jobs.tick import Clockwork
from workers.actors import declare
from workers.assembly import assemble
from workers.broker import Broker, Doorbell, connect, make_broker
from workers.house import House
from workers.parts import bell
from workers.unrung import PATIENCE, Unrung
from workers.watching import GROUPS, Telling

GIVE_BACK_BEFORE_KILL = 4.0  # seconds
BELL_CHECKED_EVERY = 1.0  # seconds
SIGNALS_HEARD_WITHIN = 1.0  # seconds
RESTORE_NOTICED_WITHIN = 5.0  # seconds after it was found that the database was exchanged for an older one

log = logs.get()


class WorkerProcess:
    """`run()` returns after `stop` was set and everything is finished or given back."""

    def __init__(self, house: House, broker: Broker, *, queue: str) -> None:
        self.house = house
        self.queue = queue
        self.stop = threading.Event()
        self._drained = threading.Event()
        self.runner = Runner(house.desk, heard=house.meters.worked)
        self._broker = broker
        self._clockwork = Clockwork(
            house.desk, house.duties(queue), looked_at=timedelta(seconds=house.settings.duties_seconds)
        )
        self._threads = house.settings.worker_threads
        self._unrung = Unrung(
            self.runner,
            queue=queue,
            threads=self._threads,
            line=broker.line,
            bell=bell(house.settings.redis_url, patience=PATIENCE),
            stop=self.stop,
        )
        self._telling = Telling(house, GROUPS[queue])
        declare(self._broker, self.runner.run, house.rounds())

    def run(self) -> None:
        settings = self.house.settings
        worker = Worker(self._broker, queues={self.queue}, worker_threads=self._threads)
        self._broker.emit_after("process_boot")
        worker.start()
        every = (
            (self._tick, settings.tick_seconds, self.stop),
            (self.runner.renew, settings.lease_seconds / 3, self._drained),  # a call that may finish keeps its lease
            (self._unrung.round, BELL_CHECKED_EVERY, self.stop),
            (self._leave_what_was_restored, RESTORE_NOTICED_WITHIN, self.stop),
        )
        for act, seconds, over in every:
            threading.Thread(target=self._repeat, args=(act, seconds, over), daemon=True).start()
        self._telling.start()
        log.info("worker.ready", count=self._threads)
        told_to(self.stop)
        self._drain(worker)

    def _drain(self, worker: Worker) -> None:
        """Claim nothing more, let calls finish, give back what is left shortly before the kill."""
        self.runner.drain()
        log.info("worker.draining")
        for consumer in worker.consumers.values():
            consumer.pause()  # what is rung for from now on is for the others
        seconds = self.house.settings.kill_timeout_seconds - GIVE_BACK_BEFORE_KILL
        until = time.monotonic() + seconds
        stopping = threading.Thread(target=worker.stop, kwargs={"timeout": int(seconds * 1000)}, daemon=True)
        stopping.start()
        passed_on: set[str] = set()
        while self.runner.busy() and time.monotonic() < until:
            if fetched := {item.message.args[0] for item in list(worker.work_queue.queue)} - passed_on:
                self.runner.pass_on(sorted(fetched))
                passed_on |= fetched
            time.sleep(0.05)
        given = self.runner.give_back()
        stopping.join(2.0 if not given else 0.5)
        self._drained.set()
        log.info("worker.stopped", count=given)
        self._telling.close()
        self.house.close()

    def _repeat(self, act: Callable[[], None], seconds: float, over: threading.Event) -> None:
        while not over.wait(seconds):
            self._once(act)

    @staticmethod
    def _once(act: Callable[[], None]) -> None:
        try:
            act()
        except Failure as error:
            log.warning("worker.round_failed", exc_info=error)
        except Exception as error:
            log.error("worker.round_broken", exc_info=error)

    def _tick(self) -> None:
        """A duty may wait for an outside service: neither the clock nor another duty waits with it."""
        for duty in self._clockwork.due():
            act = partial(self._clockwork.perform, duty)
            threading.Thread(target=self._once, args=(act,), name=duty.name, daemon=True).start()

    def _leave_what_was_restored(self) -> None:
        """Whoever starts this process anew is told why it does not start."""
        if self.house.erasure_marks.known_undone():
            log.error("worker.leaves", code="erasures.undone")
            self.stop.set()


def told_to(stop: threading.Event) -> None:
    """Returns once it is set. A signal that the system gave to another thread does not wake the one that handles it: it
    wakes by itself."""
    while not stop.wait(SIGNALS_HEARD_WITHIN):
        pass


def build(settings: Settings, *, queue: str) -> WorkerProcess:
    """A worker process on these settings, its bell and its broker being the same Redis."""
    broker = make_broker(connect(settings.redis_url))
    return WorkerProcess(assemble(settings, ring=Doorbell(broker)), broker, queue=queue)
