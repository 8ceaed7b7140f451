"""While Redis is away nobody is rung for: the rows are found by asking the database."""

from __future__ import annotations

import threading

import logs
from jobs.runner import Runner
from watch.part import OK, Part
from workers.consumer import Line

ASK_EVERY = 0.25  # seconds between questions to the database
PATIENCE = 0.5  # seconds; a bell that says nothing for so long counts as away, which costs some questions

log = logs.get()


class Unrung:
    """`line`: what those hear who wait at Redis; `bell`: Redis, asked by itself where they hear nothing."""

    def __init__(
        self, runner: Runner, *, queue: str, threads: int, line: Line, bell: Part, stop: threading.Event
    ) -> None:
        self._runner = runner
        self._queue = queue
        self._threads = threads
        self._line = line
        self._bell = bell
        self._stop = stop
        self._askers: list[threading.Thread] = []

    def round(self) -> None:
        """Looks whether Redis is there. Where it is not, returns once it answers again, or the process is to stop."""
        broke = self._line.broke()
        if self._bell_works():
            if broke:  # it was away for less than a moment, and may have forgotten what rang
                self._runner.desk.forget_rings()
            return
        log.warning("bell.away")
        while not self._stop.wait(ASK_EVERY):
            if self._bell_works():
                self._runner.desk.forget_rings()
                log.info("bell.back")
                return
            self._take()

    def _take(self) -> None:
        self._askers = [thread for thread in self._askers if thread.is_alive()]
        free = self._threads - len(self._askers)
        for work in self._runner.desk.next_due({self._queue}, limit=free)[:free]:
            # A daemon, unlike a pool's threads: a call that was given back must not keep the process alive.
            asker = threading.Thread(target=self._runner.run, args=(work,), daemon=True)
            asker.start()
            self._askers.append(asker)

    def _bell_works(self) -> bool:
        return self._line.lives() or self._bell.begin()() == OK
