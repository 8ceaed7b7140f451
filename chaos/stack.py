"""The real stack with a proxy on every line: Postgres, Valkey, S3, emulators, web, workers and rights. Each part can be
taken away; whoever of ours ends is started again, as a platform does."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import requests

from chaos import wrong_clock
from chaos.links import (
    CALLBACK,
    GEMINI,
    KLING,
    POSTGRES,
    RIGHTS,
    SEALED,
    STORE,
    TELEGRAM,
    VALKEY,
    WEB,
    WEBHOOK,
    WEIGHTS,
    WORKER,
    served_by,
)
from chaos.proxy import Link
from config import Settings, load
from ops.postgres import Postgres
from ops.processes import Processes, answers, free_port, valkey_command
from vault.s3 import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TOKEN = "12345:chaos"  # noqa: S105  the emulator's, not a secret
DATABASE, BUCKET = "chaos", "chaos"
SLOTS = 24
LONGEST_START = 300.0  # seconds: of anything, on a machine that has much else to do
PACE = {
    "LEASE_SECONDS": "4",
    "TICK_SECONDS": "0.5",
    "BREAKER_SECONDS": "1",  # a storm of this run lasts seconds, where one of a real day lasts minutes
    "KILL_TIMEOUT_SECONDS": "5",
    "WORKER_THREADS": "12",
    "WEB_THREADS": "12",
    "GEMINI_PATIENCE_SECONDS": "8",
    "KLING_SLOTS": str(SLOTS),
}
# People's and Telegram's patience, shortened as the run is; what is repeated, and why, is as it is there.
SPEEDS = {"retry_first": 0.5, "retry_cap": 2.0, "pending_timeout": 20}


class Stack:
    """`watched`: words of people that may not pass a line to what only keeps sealed things."""

    def __init__(self, folder: Path, *, workers: int, watched: tuple[bytes, ...]) -> None:
        self.folder = folder
        self.processes = Processes(folder / "logs")
        self.postgres = Postgres(_open_folder(folder / "postgres"), options=("-c", "max_connections=200"))
        self.ports = {part: free_port() for part in (VALKEY, STORE, TELEGRAM, GEMINI, KLING, WEB)}
        self.ports[POSTGRES] = self.postgres.port
        self.links = {
            name: Link(name, self.ports[served_by(name)], watched=watched if served_by(name) in SEALED else ())
            for name in WEIGHTS
        }
        self.groups = {WEB: WEB, **{f"worker-{number + 1}": WORKER for number in range(workers)}, RIGHTS: RIGHTS}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.skewed: dict[str, int] = {}  # name of a process -> by how many seconds its own clock is wrong
        self.taken_away: set[str] = set()  # not started again for now
        self.ended_alone: Counter[str] = Counter()
        self._said_before: dict[str, int] = {}
        self._keys = _keys()
        self._clock = wrong_clock.built(folder)
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        (self._temporary / "witness").write_text("this folder was looked at")

    def start_grounds(self) -> None:
        """All but our own processes. Returns when they answer; those that take long to start begin first."""
        self.processes.start("moto", [_beside("moto_server"), "-H", "127.0.0.1", "-p", str(self.ports[STORE])], {})
        ports = [word for part in (TELEGRAM, GEMINI, KLING) for word in (f"--{part}-port", str(self.ports[part]))]
        self.processes.start("emulators", [sys.executable, "-m", "emulators", *ports, "--token", TOKEN], {})
        self.postgres.create()
        self.postgres.start(LONGEST_START)
        with psycopg.connect(self.address_of("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {DATABASE}")
        self.start_valkey()
        for part in (STORE, TELEGRAM, GEMINI, KLING):
            self.processes.wait_until("emulators", lambda part=part: answers(self.ports[part]), LONGEST_START)  # type: ignore[misc]
        self.bucket().create_bucket(Bucket=BUCKET)
        self._play()
        self.verb("migrate")

    def start_ours(self) -> None:
        """Web, workers, rights; the webhook is told to Telegram. Returns when all are ready."""
        for name in self.groups:
            self.spawn(name)
        for name in self.groups:
            self.processes.wait_until(name, lambda name=name: self.ready(name), LONGEST_START)  # type: ignore[misc]
        self.verb("webhook")

    def spawn(self, name: str) -> None:
        group = self.groups[name]
        command = [sys.executable, "-m", "web"] if group == WEB else [sys.executable, "-m", "workers", group]
        if group == WORKER:
            command[-1] = "generation"
        environ = self.environ(group)
        if name in self.skewed:
            environ |= wrong_clock.environ(self._clock, self.skewed[name])
        log = self._log(name)
        self._said_before[name] = log.stat().st_size if log.exists() else 0
        self.processes.start(name, command, environ)
        self.running[name] = self.processes.running.pop()[1]

    def ready(self, name: str) -> bool:
        if self.groups[name] == WEB:
            return answers(self.ports[WEB])
        with self._log(name).open("rb") as log:
            log.seek(self._said_before[name])
            return b"worker.ready" in log.read()

    def kill(self, name: str, number: int = signal.SIGKILL) -> bool:
        """Signals a process of ours and all it has started; a request to stop is for itself alone. False when it had
        ended before."""
        process = self.running[name]
        if process.poll() is not None:
            return False
        (os.kill if number == signal.SIGTERM else os.killpg)(process.pid, number)
        if number == signal.SIGKILL:
            process.wait(60)
        return True

    def revive(self) -> list[str]:
        """Starts again whoever has ended and was not taken away; their names."""
        gone = [n for n, process in self.running.items() if n not in self.taken_away and process.poll() is not None]
        for name in gone:
            self.ended_alone[name] += 1
            self.spawn(name)
        return gone

    def start_valkey(self) -> None:
        self.processes.start("valkey", valkey_command(self.ports[VALKEY], self.folder / "valkey"), {})
        self.running_valkey = self.processes.running.pop()[1]
        until = time.monotonic() + LONGEST_START
        while not answers(self.ports[VALKEY]) and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        for name, process in self.running.items():
            self.kill(name, signal.SIGCONT)
            if process.poll() is None:
                process.terminate()
        for name, process in self.running.items():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self.processes.stop()
        if self.running_valkey.poll() is None:
            self.running_valkey.kill()
            self.running_valkey.wait()
        self.postgres.stop()

    def address_of(self, database: str = DATABASE) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.postgres.port}/{database}"

    def url(self, part: str) -> str:
        """Past every proxy."""
        return f"http://127.0.0.1:{self.ports[part]}"

    def bucket(self) -> S3Client:
        os.environ.update(AWS_OF_TESTS)
        return s3_client(region="us-east-1", endpoint=self.url(STORE))

    def settings(self) -> Settings:
        """For a house of our own, past every proxy: who looks and prepares is not part of the trial."""
        direct = {
            "DATABASE_URL": self.address_of(),
            "REDIS_URL": f"redis://127.0.0.1:{self.ports[VALKEY]}/0",
            "AWS_ENDPOINT_URL_S3": self.url(STORE),
            **{f"{part.upper()}_API_URL": self.url(part) for part in (TELEGRAM, GEMINI, KLING)},
        }
        os.environ.update(AWS_OF_TESTS)
        return load({**self.environ(WORKER), **direct})

    def environ(self, group: str) -> dict[str, str]:
        """What a group of our processes is started with: its own end of each line."""
        port = {part: self.links[f"{group}-{part}"].port for part in (POSTGRES, VALKEY, STORE, TELEGRAM)}
        asked = {part: self.links[f"{WORKER}-{part}"].port for part in (GEMINI, KLING)}  # only workers ask them
        public = self.links[CALLBACK if group == WORKER else WEBHOOK].port
        return {
            **self._keys,
            **AWS_OF_TESTS,
            **PACE,
            "MIOMIO_ENV": "test",
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port[POSTGRES]}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{port[VALKEY]}/0",
            "S3_BUCKET": BUCKET,
            "STORE_PATH": "",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port[STORE]}",
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API_URL": f"http://127.0.0.1:{port[TELEGRAM]}",
            "GEMINI_API_KEY": "chaos",
            "GEMINI_API_URL": f"http://127.0.0.1:{asked[GEMINI]}",
            "KLING_API_KEY": "chaos",
            "KLING_API_URL": f"http://127.0.0.1:{asked[KLING]}",
            "KLING_WEBHOOK_SECRET": "",
            "PUBLIC_URL": f"http://127.0.0.1:{public}",
            "SUPPORT_EMAIL": "support@miomio.invalid",
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.ports[WEB]),
            "TMPDIR": str(self._temporary),
        }

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def verb(self, *words: str) -> None:
        environ = {**os.environ, **self.environ(WEB)}
        command = [sys.executable, "-m", "ops", *words]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} failed: {done.stderr.strip()}")

    def _play(self) -> None:
        """Ready pictures and clips, as load wants them."""
        telling = [
            (f"{self.url(TELEGRAM)}/client/settings", SPEEDS),
            (f"{self.url(GEMINI)}/control/settings", {"canned": True, "canned_kib": 32, "latency": 0.15}),
            (f"{self.url(KLING)}/control/settings", {"canned": True, "seconds": [0.5, 3.0]}),
        ]
        for address, values in telling:
            requests.post(address, json=values, timeout=60).raise_for_status()


# Whatever the machine has: its own profile and endpoint settings would be found otherwise.
AWS_OF_TESTS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "test-id",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def _keys() -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "MASTER_KEYS": f"m1:{key}",
        "INDEX_KEY": f"1:{key}",
        "RECEIPT_KEY": f"chaos:{key}",
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        "CALLBACK_SECRET": secrets.token_urlsafe(32),
    }


def _open_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o755)
    return folder


def _beside(program: str) -> str:
    """Of the development requirements, beside this interpreter."""
    found = Path(sys.executable).parent / program
    return str(found) if found.exists() else shutil.which(program) or program
