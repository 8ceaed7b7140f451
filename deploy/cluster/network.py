"""Network namespaces as machines, a bridge as their switch, and cables that can be pulled. Needs root and iproute2."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.cluster.plan import INTERNET, Machine, public
from ops.processes import StackError

NAMED = "miomio-"  # what every namespace of ours begins with, before the number of the process that made it
SWITCH = "switch"
HANDLES = Path("/run/netns")
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Network:
    """Of this process: `open` makes it, `close` takes it away with every process that is left in it."""

    def __init__(self, machines: Sequence[Machine], *, owner: int | None = None) -> None:
        self.machines = machines
        self._owner = os.getpid() if owner is None else owner

    def open(self) -> None:
        """Raises StackError."""
        self._make(SWITCH)
        ip("-n", self.named(SWITCH), "link", "add", "lan", "type", "bridge")
        ip("-n", self.named(SWITCH), "link", "set", "lan", "up")
        for machine in self.machines:
            self._plug_in(machine)
        for address in public():
            ip("-n", self.named(INTERNET.name), "addr", "add", f"{address}/32", "dev", "lo")

    def close(self) -> None:
        """May be repeated, and takes what is not there for taken away."""
        for name in (*(machine.name for machine in self.machines), SWITCH):
            remove(self.named(name))

    def named(self, name: str) -> str:
        return f"{NAMED}{self._owner}-{name}"

    def cut(self, machine: Machine) -> None:
        """The cable is out: nobody hears anything, and nobody is told."""
        ip("-n", self.named(SWITCH), "link", "set", _port(machine), "down")

    def mend(self, machine: Machine) -> None:
        ip("-n", self.named(SWITCH), "link", "set", _port(machine), "up")

    def enter(self, machine: Machine) -> None:
        """This thread, and all that it starts, is on that machine from here on."""
        _enter(HANDLES / self.named(machine.name))

    @contextmanager
    def at(self, machine: Machine) -> Iterator[None]:
        """The same for a while."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            self.enter(machine)
            yield
        finally:
            _enter_handle(before)
            os.close(before)

    def _make(self, name: str) -> None:
        ip("netns", "add", self.named(name))
        ip("-n", self.named(name), "link", "set", "lo", "up")

    def _plug_in(self, machine: Machine) -> None:
        self._make(machine.name)
        there, switch = self.named(machine.name), self.named(SWITCH)
        ip("-n", switch, "link", "add", _port(machine), "type", "veth", "peer", "name", "eth0", "netns", there)
        ip("-n", switch, "link", "set", _port(machine), "master", "lan")
        ip("-n", switch, "link", "set", _port(machine), "up")
        ip("-n", there, "addr", "add", f"{machine.address}/24", "dev", "eth0")
        ip("-n", there, "link", "set", "eth0", "up")
        if machine != INTERNET:
            ip("-n", there, "route", "add", "default", "via", INTERNET.address)


def demand(user: int) -> None:
    """What this user needs is there. Raises StackError with what is missing."""
    if user != 0:
        raise StackError("make cluster needs root: it makes network namespaces. Try: sudo make cluster")
    if shutil.which("ip") is None:
        raise StackError("make cluster needs `ip`: apt-get install iproute2")
    name = f"{NAMED}{os.getpid()}-try"
    ip("netns", "add", name)
    ip("netns", "del", name)


def sweep() -> list[str]:
    """Takes away what a run left that was killed: namespaces whose owner is gone. Their names."""
    gone = [name for name in names() if not lives(owner_of(name))]
    for name in gone:
        remove(name)
    return gone


def names() -> list[str]:
    return sorted(entry.name for entry in HANDLES.glob(f"{NAMED}*"))


def owner_of(name: str) -> int:
    number = name.removeprefix(NAMED).partition("-")[0]
    return int(number) if number.isdecimal() else 0


def lives(process: int) -> bool:
    return process > 0 and Path(f"/proc/{process}").exists()


def remove(name: str) -> None:
    """With the processes in it, which would keep it alive unseen."""
    if not (HANDLES / name).exists():
        return
    for word in ip("netns", "pids", name).split():
        if int(word) != os.getpid():
            try:
                os.kill(int(word), signal.SIGKILL)
            except ProcessLookupError:
                continue
    ip("netns", "del", name)


def ip(*words: str) -> str:
    """What it printed. Raises StackError with what it minded."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def _port(machine: Machine) -> str:
    return f"to-{machine.name}"


def _enter(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        _enter_handle(handle)
    finally:
        os.close(handle)


def _enter_handle(handle: int) -> None:
    if LIBC.setns(handle, CLONE_NEWNET) != 0:
        raise StackError(f"cannot enter a network namespace: {os.strerror(ctypes.get_errno())}")
