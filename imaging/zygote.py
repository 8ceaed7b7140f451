"""The supervisor's end of one warm child: starting it, giving it a picture, ending it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from pathlib import Path

from imaging import wire

_HOUSE = Path(__file__).resolve().parent.parent
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_MAX_ANSWER_BYTES = 64 * 1024 * 1024


class Gone(Exception):
    """The child did not start, has ended or does not answer: nothing is known about the picture."""


class Zygote:
    """Used by many threads at once. Raises Gone where the child cannot be started."""

    def __init__(self, python: str) -> None:
        ours, theirs = socket.socketpair()
        self._control = ours
        self._sending = threading.Lock()
        with theirs:
            self._process = _start(python, theirs)
        self._await_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, job: wire.Job, data: bytes | memoryview, *, patience: float) -> wire.Answer:
        """Raises Gone where no answer comes; `patience` is in seconds."""
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(patience)
            try:
                with theirs:
                    self._hand_over(job, theirs)
                _send(ours, data)
                return wire.read_answer(ours, max_bytes=_MAX_ANSWER_BYTES)
            except (OSError, wire.Incomplete):
                raise Gone from None

    def stop(self) -> None:
        """Ends the child and with it every picture in work; may be called twice."""
        self._control.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """The same at once, for a child that no longer listens."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _hand_over(self, job: wire.Job, link: socket.socket) -> None:
        with self._sending:
            socket.send_fds(self._control, [wire.pack_job(job)], [link.fileno()])

    def _await_ready(self) -> None:
        self._control.settimeout(_START_SECONDS)
        try:
            ready = self._control.recv(1)
        except OSError:
            ready = b""
        if ready != wire.READY:
            self.kill()
            raise Gone


def _start(python: str, control: socket.socket) -> subprocess.Popen[bytes]:
    """With an empty environment, since ours holds keys; in a session of its own, since Ctrl-C is for the worker, which
    still wants its pictures while it drains. What decoders print may quote a file, so nobody reads it."""
    try:
        return subprocess.Popen(  # noqa: S603  (an interpreter of the operator's and a module of ours)
            [python, "-m", "imaging.child"],
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_HOUSE,
            env={},
            start_new_session=True,
        )
    except OSError:
        raise Gone from None


def _send(link: socket.socket, data: bytes | memoryview) -> None:
    # A child that died while reading has said why on the same link: that is worth more than our broken pipe.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        link.sendall(data)
        link.shutdown(socket.SHUT_WR)
