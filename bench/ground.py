"""The real parts that a figure needs, on ports of their own: Postgres with fsync, Valkey, emulators, our processes."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests
import structlog

from config import Settings, load
from ops.processes import Processes, StackError, answers, free_port, valkey_command
from tests.parts import postgres

TOKEN = "12345:bench"
SECRET = "a-secret-for-the-figures"
ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).parent / "peers"
PEERS_PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
TICKS = os.sysconf("SC_CLK_TCK")
KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class Ground:
    """What is running, and the environment that our processes are started with."""

    folder: Path
    processes: Processes
    environ: dict[str, str]
    database: str
    telegram: str
    gemini: str

    def settings(self, **changes: str) -> Settings:
        return load({**self.environ, **changes})

    def start_peer(self, name: str, *words: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A process of a peer, in the environment that has its libraries."""
        if not PEERS_PYTHON.exists():
            raise StackError("The peers are not installed: run `make bench`, which installs them.")
        return self.processes.start(name, [str(PEERS_PYTHON), *words], {**self.environ, **(environ or {})})

    def start(self, name: str, *words: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A process of ours: `python -m` these words."""
        return self.processes.start(name, [sys.executable, "-m", *words], {**self.environ, **(environ or {})})

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        self.processes.running[:] = [pair for pair in self.processes.running if pair[1] is not process]
        process.terminate()
        process.wait(30)

    def forget(self, name: str) -> None:
        """Of a process that was killed on purpose."""
        for started, process in list(self.processes.running):
            if started == name and process.poll() is not None:
                self.processes.running.remove((started, process))

    def start_worker(self, **environ: str) -> subprocess.Popen[bytes]:
        """Returns once it is ready."""
        log = self.processes.logs / "worker.log"
        before = log.read_text().count("worker.ready") if log.exists() else 0
        worker = self.start("worker", "workers", "generation", environ=environ)
        self.processes.wait_until("worker", lambda: log.read_text().count("worker.ready") > before)
        return worker

    def start_server(self, name: str, module: str) -> tuple[subprocess.Popen[bytes], int]:
        """A web server of ours and its port, once it answers."""
        port = free_port()
        server = self.start(name, module, environ={"WEB_PORT": str(port)})
        self.processes.wait_until(name, lambda: answers(port))
        return server, port

    def database_pid(self) -> int:
        return int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    def pid(self, name: str) -> int:
        """Of the last process that was started under this name."""
        return [process.pid for started, process in self.processes.running if started == name][-1]

    def play(self, *, latency: float, gemini: float | None = None, kib: int = 1024) -> None:
        """Seconds before each answer of the emulators, and the size of Gemini's canned picture."""
        wanted = {"canned": True, "canned_kib": kib, "latency": latency if gemini is None else gemini}
        requests.post(f"{self.gemini}/control/settings", json=wanted, timeout=10).raise_for_status()
        requests.delete(f"{self.telegram}/client/faults", timeout=10).raise_for_status()
        if latency:
            slow = {"method": "*", "kind": "delay", "seconds": latency, "times": None}
            requests.post(f"{self.telegram}/client/faults", json={"rules": [slow]}, timeout=10).raise_for_status()


@contextmanager
def ground() -> Iterator[Ground]:
    """Everything is gone afterwards. Of what ours would log in this process itself only errors are said: other lines
    would bury the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="miomio-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        with postgres(folder / "postgres") as postgres_port:
            with psycopg.connect(f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres", autocommit=True) as admin:
                admin.execute("CREATE DATABASE bench")
            processes = Processes(folder / "logs")
            try:
                yield _started(folder, processes, postgres_port)
            finally:
                processes.stop()
                _hang_up(postgres_port)


def _hang_up(port: int) -> None:
    """A database that is told to stop waits for its clients, and a figure that broke has left some."""
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def _started(folder: Path, processes: Processes, postgres_port: int) -> Ground:
    valkey, chat, gemini = free_port(), free_port(), free_port()
    processes.start("valkey", valkey_command(valkey, folder / "valkey"), {})
    ports = ["--telegram-port", str(chat), "--gemini-port", str(gemini), "--token", TOKEN]
    processes.start("emulators", [sys.executable, "-m", "emulators", *ports], {})
    for port in (valkey, chat, gemini):
        processes.wait_until("emulators", lambda port=port: answers(port))  # type: ignore[misc]  # the loop's value
    database = f"postgresql://postgres@127.0.0.1:{postgres_port}/bench"
    environ = {
        "MIOMIO_ENV": "test",
        "DATABASE_URL": database,
        "REDIS_URL": f"redis://127.0.0.1:{valkey}/0",
        "STORE_PATH": str(folder / "objects"),
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"http://127.0.0.1:{chat}",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "GEMINI_API_KEY": "bench",
        "GEMINI_MODEL": Settings.gemini_model,
        "GEMINI_API_URL": f"http://127.0.0.1:{gemini}",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SUPPORT_EMAIL": "support@miomio.invalid",
        "INDEX_KEY": f"1:{KEY}",
        "MASTER_KEYS": f"m1:{KEY}",
        "RECEIPT_KEY": f"test:{KEY}",
        "WEB_HOST": "127.0.0.1",
    }
    return Ground(
        folder=folder,
        processes=processes,
        environ=environ,
        database=database,
        telegram=environ["TELEGRAM_API_URL"],
        gemini=environ["GEMINI_API_URL"],
    )


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children, those that ended included: a web server is a parent and one
    worker, a database one process a connection."""
    total = 0.0
    for each in (pid, *_children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11 : 15 if each == pid else 13])) / TICKS
    return total


def resident_kib(pid: int, *, peak: bool = False) -> int:
    """Memory of one process now, or the most it ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:" if peak else "VmRSS:")[1].split()[0])


def family_kib(pid: int) -> int:
    """Memory of a process and its children, what they share counted once."""
    total = 0
    for each in (pid, *_children(pid)):
        total += int(Path(f"/proc/{each}/smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return total


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
