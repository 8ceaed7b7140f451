"""The whole service in real processes, with a recorder on every line out of it and notes of all it opens."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from config import load
from jobs.kinds import GENERATION
from ops.processes import ROOT
from ops.stack import PYTHON, Ports, Stack
from tests.canary.marks import Marks
from tests.canary.recorder import Recorder
from tests.spine.kling import KlingControl
from tests.spine.person import Person, until
from workers.assembly import assemble
from workers.house import House

OVERHEARD = Path(__file__).parent / "overheard"
FAST = {"LEASE_SECONDS": "4", "TICK_SECONDS": "0.2", "DUTIES_SECONDS": "0.5", "KILL_TIMEOUT_SECONDS": "6"}
SPEEDS = {"retry_first": 0.2, "retry_cap": 0.5, "pending_timeout": 20}
OTHERS_LOGS = ("emulators.log",)


class Bird(Person):
    """A person of whom everything is known: names, words and photos carry the run's marks."""

    def __init__(self, address: str, marks: Marks, number: int, *, language: str = "en") -> None:
        self.address, self.marks, self.number = address, marks, number
        self.id = marks.id_of(number)
        names = {**marks.names(number), "language_code": language}
        made = requests.post(f"{address}/client/people", json={"id": self.id, "stars": 100_000, **names}, timeout=60)
        made.raise_for_status()


@dataclass
class Service:
    """`store` and `database` are settings of the run; whatever is outside is reached through a recorder."""

    data: Path
    marks: Marks
    database: Mapping[str, str]
    store: Mapping[str, str]
    s3: Recorder | None
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        ports = Ports.unused()
        self.telegram = Recorder("telegram", ports.chat)
        self.gemini = Recorder("gemini", ports.gemini)
        self.kling = Recorder("kling", ports.kling)
        self.redis = Recorder("redis", ports.valkey)
        self.web = Recorder("web", ports.web)
        self.tmp, self.notes = self.data / "tmp", self.data / "overheard.txt"
        self.tmp.mkdir(parents=True)
        (self.tmp / "witness").write_text("this folder was looked at")
        watched = {
            "PYTHONPATH": str(OVERHEARD),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OVERHEARD": str(self.notes),
            "TMPDIR": str(self.tmp),
        }
        lines = {
            "TELEGRAM_API_URL": self.telegram.address,
            "GEMINI_API_URL": self.gemini.address,
            "KLING_API_URL": self.kling.address,
            "PUBLIC_URL": self.web.address,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
        }
        extra = {**FAST, **watched, **lines, **self.database, **self.store}
        self.stack = Stack(self.data, ports, emulators=True, extra=extra)
        self.control = KlingControl(f"http://127.0.0.1:{ports.kling}")

    @property
    def sqlite(self) -> Path | None:
        """The database file, if it is one."""
        url = self.stack.environ["DATABASE_URL"]
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None

    @property
    def postgres(self) -> str:
        return self.stack.environ["DATABASE_URL"]

    @property
    def lines(self) -> dict[str, Recorder]:
        """Recorders of everybody data may go to, by what the register calls them."""
        return {"telegram": self.telegram, "gemini": self.gemini, "kling": self.kling} | (
            {"cloud": self.s3} if self.s3 else {}
        )

    def start(self) -> None:
        with cores_allowed():
            self.stack.start()
        requests.post(f"{self.stack.chat}/client/settings", json=SPEEDS, timeout=60).raise_for_status()
        self.gemini_control("settings", {"canned": True})
        self.control.settings(seconds=0.2, canned=True)

    def close(self) -> None:
        self.stack.stop()
        for core in self.cores():
            core.unlink()  # seen by a test that failed, and not to be left behind
        for recorder in (self.telegram, self.gemini, self.kling, self.redis, self.web):
            recorder.close()

    def bird(self, number: int, *, language: str = "en") -> Bird:
        return Bird(self.stack.chat, self.marks, number, language=language)

    def gemini_control(self, what: str, values: Mapping[str, Any]) -> None:
        address = f"http://127.0.0.1:{self.stack.ports.gemini}/control/{what}"
        requests.post(address, json=values, timeout=60).raise_for_status()

    def gemini_does(self, kind: str, words: str, **how: Any) -> None:
        """What Gemini does next to a prompt with these words."""
        self.gemini_control("scenario", {"rules": [{"kind": kind, "prompt_contains": words, **how}]})

    def telegram_does(self, **rule: Any) -> None:
        answer = requests.post(f"{self.stack.chat}/client/faults", json={"rules": [rule]}, timeout=60)
        answer.raise_for_status()

    def called(self, method: str, chat: int, status: int) -> bool:
        """Whether Telegram answered a call to a chat so."""
        calls = requests.get(f"{self.stack.chat}/client/calls?method={method}", timeout=60).json()
        entries = calls["calls"] if isinstance(calls, dict) else calls
        return any(e["status"] == status and str(e["params"].get("chat_id")) == str(chat) for e in entries)

    def at_once(self, acts: list[Callable[[], object]]) -> None:
        """Stories that have nothing to do with each other; raises what the first of them raised."""
        with ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(act) for act in acts]:
                done.result()

    def log(self, name: str) -> str:
        return (self.data / "logs" / f"{name}.log").read_text(errors="replace")

    def doomed(self, point: str) -> subprocess.Popen[bytes]:
        """A worker that dies at a point; it stands still until it is let go."""
        name = f"doomed-{point}"
        with cores_allowed():
            process = self.stack.processes.start(
                name, [PYTHON, "-m", "workers", GENERATION], {**self.stack.environ, "MIOMIO_CRASH_AT": point}
            )
        self.stack.processes.running.remove((name, process))
        return process

    def wait_ready(self, name: str, times: int = 1) -> None:
        until(f"{name}", lambda: self.log(name).count("worker.ready") >= times)

    def process(self, name: str) -> subprocess.Popen[bytes]:
        [found] = [process for known, process in self.stack.processes.running if known == name]
        return found

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        process = self.process(name)
        self.stack.processes.running.remove((name, process))
        process.send_signal(number)
        return process.wait(60)

    def start_worker(self) -> None:
        before = self.log("worker").count("worker.ready")
        with cores_allowed():
            self.stack.start_worker()
        self.wait_ready("worker", before + 1)

    @contextmanager
    def house(self) -> Iterator[House]:
        """Our own parts on the same database and store, to read what is sealed."""
        environ = {**os.environ, **self.stack.environ}
        house = assemble(load(environ), ring=lambda *_: None)
        try:
            yield house
        finally:
            house.close()

    def cores(self) -> list[Path]:
        """Core files that appeared where our processes run."""
        found = [path for folder in (ROOT, self.data) for path in folder.glob("core*") if path.is_file()]
        return [path for path in found if path.stat().st_mtime >= self.started - 1]

    def logs_of_ours(self) -> Path:
        """A folder with our processes' logs alone; the emulators play the outside world, theirs are not ours."""
        ours = self.data / "logs-of-ours"
        shutil.rmtree(ours, ignore_errors=True)
        shutil.copytree(self.data / "logs", ours, ignore=shutil.ignore_patterns(*OTHERS_LOGS))
        return ours


@contextmanager
def cores_allowed() -> Iterator[None]:
    """What is started meanwhile may write core files, as on a machine that somebody set up so."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
