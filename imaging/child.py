"""The warm child: loads the decoders once, then forks one caged process for each picture.

Started as `python -m imaging.child` with the supervisor's socket as standard input; ends when that socket does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import selectors
import signal
import socket
import time
from dataclasses import dataclass

from imaging import cage, clean, wire

# Enough for the links of all pictures in work; it also bounds what each fork has to close.
_OPEN_FILES = 256
# A decoder that stumbles over its own pointers met a damaged file; every other violent end is a limit.
_FAULTS = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE})
_OUT_OF_MEMORY = 2
_WARM_UP = wire.Job(
    max_pixels=10_000,
    min_side=8,
    max_ratio=2.0,
    long_side=8,
    quality=80,
    max_output=0,
    memory_bytes=0,
    cpu_seconds=0,
    wall_seconds=0,
)


@dataclass(frozen=True, kw_only=True)
class _Fork:
    link: socket.socket
    deadline: float


def main() -> None:
    control = socket.socket(fileno=os.dup(0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    clean.warm_up(_WARM_UP)
    # A collector's pass in a fork would otherwise touch, and so copy, every page of the decoders.
    gc.freeze()
    control.sendall(wire.READY)
    _Nursery(control).serve()


class _Nursery:
    """It hands each link on unread: this process lives long and must never hold a picture."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._forks: dict[int, _Fork] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(control, selectors.EVENT_READ)
        self._wake, waker = socket.socketpair()
        self._wake.setblocking(False)
        waker.setblocking(False)
        self._waker = waker
        self._events.register(self._wake, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> None:
        while True:
            ready = {key.fileobj for key, _ in self._events.select(self._patience())}
            if self._wake in ready:
                self._wake.recv(4096)
            if self._control in ready and not self._take():
                break
            self._kill_overdue()
            self._reap()
        for pid in self._forks:
            os.kill(pid, signal.SIGKILL)

    def _patience(self) -> float | None:
        if not self._forks:
            return None
        return max(0.0, min(fork.deadline for fork in self._forks.values()) - time.monotonic())

    def _take(self) -> bool:
        frame, numbers, _, _ = socket.recv_fds(self._control, wire.JOB_BYTES, 1)
        if len(frame) < wire.JOB_BYTES or not numbers:
            return False
        job = wire.unpack_job(frame)
        link = socket.socket(fileno=numbers[0])
        pid = self._fork(job, link)
        self._forks[pid] = _Fork(link=link, deadline=time.monotonic() + job.wall_seconds)
        return True

    def _fork(self, job: wire.Job, link: socket.socket) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        try:
            signal.set_wakeup_fd(-1)
            # Standard input becomes the one link; those of other people's pictures are closed.
            os.dup2(link.fileno(), 0)
            os.closerange(cage.OPEN_FILES, _OPEN_FILES)
            cage.enter(memory_bytes=job.memory_bytes, cpu_seconds=job.cpu_seconds, parent=parent)
            _work(job)
            os._exit(0)
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        finally:
            os._exit(1)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for pid, fork in self._forks.items():
            if fork.deadline <= now:
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._forks:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            fork = self._forks.pop(pid)
            if verdict := _verdict(status):
                _tell(fork.link, verdict)
            fork.link.close()


def _work(job: wire.Job) -> None:
    link = socket.socket(fileno=0)
    with link.makefile("rb") as stream:
        data = stream.read()
    link.sendall(wire.pack_answer(clean.answer(data, job)))


def _verdict(status: int) -> str:
    """What a process that could not speak for itself died of; empty where its end says nothing about the picture."""
    code = os.waitstatus_to_exitcode(status)
    if -code in _FAULTS:
        return wire.TRUNCATED
    return wire.TOO_HEAVY if code < 0 or code == _OUT_OF_MEMORY else ""


def _tell(link: socket.socket, verdict: str) -> None:
    """Never blocks, since the supervisor may be gone or slow."""
    with contextlib.suppress(OSError):
        link.send(wire.pack_answer(wire.Answer(verdict=verdict)), socket.MSG_DONTWAIT)


if __name__ == "__main__":
    main()
