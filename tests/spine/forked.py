"""Worker processes forked from one that has imported the program already: starting one costs a second less."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.forks import FORKS
from workers.__main__ import prepare

TELLS_WHERE = signal.SIGUSR1  # it writes into its log where each of its threads is


class Forked:
    """`python -m workers generation|rights` with this environment, its log in a file of its own. With `held` it
    prepares itself at once and begins to work when it is let go."""

    def __init__(self, queue: str, environ: Mapping[str, str], log: Path, *, held: bool = False) -> None:
        self.log = log
        self.held = held
        self._go = FORKS.Event()
        if not held:
            self._go.set()
        self._process: ForkServerProcess = FORKS.Process(
            target=_run, args=(queue, {**os.environ, **environ}, str(log), self._go), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def let_go(self) -> None:
        self.held = False
        self._go.set()

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def said(self, event: str) -> int:
        """How often it wrote an event into its log."""
        return self.log.read_text().count(f'"{event}"') if self.log.exists() else 0

    def ready(self, *, seconds: float = 90.0) -> Forked:
        """Returns when it takes work."""
        ends = time.monotonic() + seconds
        while not self.said("worker.ready"):
            assert self._process.is_alive(), self.log.read_text()
            assert time.monotonic() < ends, "the worker is not ready"
            time.sleep(0.02)
        return self

    def ended(self, *, seconds: float = 90.0, knows: Callable[[], object] = lambda: None) -> int:
        """Its exit status; that of a signal is negative. Where it does not end, what it said, what `knows` tells and
        where its threads are is told."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            known, lines = knows(), self._last_words()
            raise AssertionError(f"the worker still runs after {seconds:.0f} s; {known}; it said last: {lines}")
        return self._process.exitcode

    def _last_words(self) -> str:
        said = self.log.read_text()[-4_000:] if self.log.exists() else ""
        with suppress(ProcessLookupError):
            self.send(TELLS_WHERE)
        ends = time.monotonic() + 10
        while (where := self.log.read_text()[-20_000:]).count("most recent call first") < 2 and time.monotonic() < ends:
            time.sleep(0.1)
        return f"{said}\n{where[where.find('Thread 0x') :]}"

    def kill(self) -> None:
        if self._process.is_alive():
            self.send(signal.SIGKILL)
            self._process.join(30)


def _run(queue: str, environ: Mapping[str, str], log: str, go: Event) -> None:
    os.environ.clear()
    os.environ.update(environ)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(written, stream)
    faulthandler.register(TELLS_WHERE, all_threads=True)
    process = prepare(queue)
    go.wait()
    process.run()
