"""An image job through a real worker process beside a bare script that makes the same calls: `python -m bench job`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import requests

from bench import people
from bench.figures import Found, Runs
from bench.ground import TOKEN, Ground, cpu_seconds, ground
from bench.share import part
from bench.sides import BARE_SCRIPT, OURS
from jobs.desk import Ring
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.house import House

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
AT_ONCE = 20  # jobs of a round for the CPU
ONE_BY_ONE = 4  # jobs of a round for the wall
LATENCY = 0.2  # seconds of each call, for the wall
PICTURE_KIB, PHOTO_KIB = 1024, 256
PATIENCE = 60.0


class Bench:
    """One person whose orders are made by our worker, and by the script, in turns."""

    def __init__(self, parts: Ground) -> None:
        self.parts = parts
        self._rung: Ring = Doorbell(make_broker(connect(parts.environ["REDIS_URL"])))
        self.house: House = assemble(parts.settings(PARALLEL_ORDERS="100000"), ring=lambda *_: None)
        self.house.database.migrate()
        photo = people.picture(kib=PHOTO_KIB)
        self._account = people.join(self.house, 0, credits=10_000)
        self._photo = people.photo_of(self.house, self._account, photo)
        self._status_message: Callable[[], int] = people.chat_with(parts, 0)
        self._file = parts.folder / "photo.jpg"
        self._file.write_bytes(photo)
        self._folder = parts.folder / "bare"
        self._folder.mkdir()

    def order(self) -> str:
        return people.order_of(self.house, self._account, self._photo, message=self._status_message())

    def ring(self, order: str) -> None:
        self._rung(*people.work_of(self.house, order))

    def bare(self, jobs: int) -> dict[str, Any]:
        order = {
            "telegram": self.parts.telegram,
            "token": TOKEN,
            "gemini": self.parts.gemini,
            "model": self.house.settings.gemini_model,
            "database": self.parts.database,
            "chat": people.FIRST,
            "messages": [self._status_message() for _ in range(jobs + 1)],
            "photo": str(self._file),
            "folder": str(self._folder),
        }
        command = [sys.executable, "-m", "bench.bare_job", json.dumps(order)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def notes(self) -> list[float]:
        """When the notes went out that end each delivery, by the emulator's record."""
        calls = requests.get(f"{self.parts.telegram}/client/calls?method=sendMessage", timeout=10).json()
        return [call["at"] for call in calls if "ready" in str(call["params"].get("text", "")).lower()]

    def wait(self, orders: list[str]) -> None:
        until = time.monotonic() + PATIENCE
        while (states := people.state_of(self.house, orders)) != {"delivered": len(orders)}:
            if time.monotonic() > until:
                sys.exit(f"not delivered within {PATIENCE:.0f} s: {states}")
            time.sleep(0.02)


def run(share: float = 1.0) -> Found:
    """The two take turns.

    `cpu`: of the whole worker process a job, and of the script; no latency, 16 threads, jobs rung at once. `wall`: from
    the ring to the end of the last call, one job at a time on an idle worker, and the script's job, each of the four
    calls taking 200 ms. A photo of 256 KiB goes out, a picture of 1 MiB comes back.
    """
    rounds, at_once, one_by_one = part(ROUNDS, share), part(AT_ONCE, share, least=5), part(ONE_BY_ONE, share, least=2)
    with ground() as parts:
        bench = Bench(parts)
        parts.play(latency=0.0, kib=PICTURE_KIB)
        worker = parts.start_worker()
        _cpu_of_ours(bench, worker.pid, at_once)  # not counted: connections are made, statements are prepared
        cpu = [(_cpu_of_ours(bench, worker.pid, at_once), bench.bare(at_once)["cpu"]) for _ in range(rounds)]
        parts.play(latency=LATENCY, kib=PICTURE_KIB)
        wall = [(_wall_of_ours(bench, one_by_one), median(bench.bare(one_by_one)["took"])) for _ in range(rounds)]
        bench.house.close()
    return {"cpu": _beside(cpu, 1e3 / at_once), "wall": _beside(wall, 1e3)}


def _beside(pairs: list[tuple[float, float]], factor: float) -> Runs:
    ours, bare = zip(*pairs, strict=True)
    return {OURS: [each * factor for each in ours], BARE_SCRIPT: [each * factor for each in bare]}


def _cpu_of_ours(bench: Bench, pid: int, jobs: int) -> float:
    orders = [bench.order() for _ in range(jobs)]
    before = cpu_seconds(pid)
    for order in orders:
        bench.ring(order)
    bench.wait(orders)
    time.sleep(0.3)  # the note after the last delivery
    return cpu_seconds(pid) - before


def _wall_of_ours(bench: Bench, jobs: int) -> float:
    """Median seconds of a job."""
    took = []
    for _ in range(jobs):
        order = bench.order()
        seen = len(bench.notes())
        time.sleep(0.5)  # so that the worker is idle, as it is for most of a day
        began = time.time()
        bench.ring(order)
        while len(ended := bench.notes()) == seen:
            time.sleep(0.05)
        took.append(ended[-1] - began)
    return median(took)
