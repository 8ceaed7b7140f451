"""The whole service on one machine: Valkey, emulators where wanted, web, worker, rights. Ctrl-C ends all of it."""

from __future__ import annotations

import base64
import os
import secrets
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import requests

from config import SettingsError, load
from jobs.kinds import GENERATION, RIGHTS
from ops.processes import Processes, StackError, answers, demand_free, free_port, valkey_command

DEMO_TOKEN = "12345:demo"  # noqa: S105  the emulator's, not a secret
PYTHON = sys.executable
CANARY = 7_700_000_001  # the demo's test account
SETTINGS = "settings.env"  # for whoever wants to use a verb on a stack that runs: `make ops`

__all__ = ["Ports", "Stack", "StackError", "demo", "run"]


@dataclass(frozen=True)
class Ports:
    """Where the parts listen on this machine."""

    chat: int = 8081
    gemini: int = 8082
    kling: int = 8083
    web: int = 8080
    valkey: int = 6390
    web_figures: int = 9091  # a machine of its own would have the same one for each
    worker_figures: int = 9092
    rights_figures: int = 9093

    @classmethod
    def unused(cls) -> Ports:
        return cls(*(free_port() for _ in fields(cls)))


class Stack:
    """Started and stopped as one. With `emulators` the outside world is played on this machine. `python` is how our own
    processes are started: an image brings its own."""

    def __init__(
        self,
        data: Path,
        ports: Ports,
        *,
        emulators: bool,
        extra: Mapping[str, str] | None = None,
        python: Sequence[str] = (PYTHON,),
    ) -> None:
        self.data = data.absolute()
        self.ports = ports
        self.emulators = emulators
        self.python = tuple(python)
        self.processes = Processes(self.data / "logs")
        self.environ = {**self._environ(), **(extra or {})}

    def start(self) -> None:
        """Returns when every part answers. Raises StackError."""
        named = {"web": self.ports.web, "valkey": self.ports.valkey}
        if self.emulators:
            named |= {"chat page": self.ports.chat, "gemini": self.ports.gemini, "kling": self.ports.kling}
        demand_free(named)
        if "REDIS_URL" not in os.environ or self.emulators:
            self.processes.start("valkey", valkey_command(self.ports.valkey, self.data / "valkey"), {})
            self.processes.wait_until("valkey", lambda: answers(self.ports.valkey))
        if self.emulators:
            self._start_emulators()
        self._verb("migrate")
        _write_settings(self.data / SETTINGS, self.environ)
        self.processes.start("web", [*self.python, "-m", "web"], self._telling_on(self.ports.web_figures))
        self.start_worker()
        rights = {**self._telling_on(self.ports.rights_figures), "WORKER_THREADS": "4"}
        self.processes.start("rights", [*self.python, "-m", "workers", RIGHTS], rights)
        self.processes.wait_until("web", self._web_ready)
        for name in ("worker", "rights"):
            self.processes.wait_until(name, lambda name=name: "worker.ready" in self.processes.last_words(name))  # type: ignore[misc]
        if self.emulators or os.environ.get("PUBLIC_URL"):
            self._verb("webhook")
        else:
            self.processes.start("bot", [*self.python, "-m", "bot"], self.environ)

    def start_worker(self) -> subprocess.Popen[bytes]:
        told = self._telling_on(self.ports.worker_figures)
        return self.processes.start("worker", [*self.python, "-m", "workers", GENERATION], told)

    def stop(self) -> None:
        self.processes.stop()

    @property
    def chat(self) -> str:
        return f"http://127.0.0.1:{self.ports.chat}"

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.ports.web}"

    def _telling_on(self, port: int) -> dict[str, str]:
        """Where a process tells its figures. A second worker finds the port taken, and works without."""
        return {**self.environ, "METRICS_PORT": str(port)}

    def _start_emulators(self) -> None:
        ports = ["--telegram-port", str(self.ports.chat), "--gemini-port", str(self.ports.gemini)]
        ports += ["--kling-port", str(self.ports.kling)]
        named = ["--token", DEMO_TOKEN, "--bot-name", "MIOMIO", "--bot-username", "miomio_demo_bot"]
        command = [PYTHON, "-m", "emulators", *ports, "--state", str(self.data / "emulators"), *named]
        self.processes.start("emulators", command, {})
        for port in (self.ports.chat, self.ports.gemini, self.ports.kling):
            self.processes.wait_until("emulators", lambda port=port: answers(port))  # type: ignore[misc]

    def _web_ready(self) -> bool:
        try:
            return requests.get(f"{self.web}/readyz", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def _verb(self, *words: str) -> None:
        done = subprocess.run(
            [*self.python, "-m", "ops", *words],
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StackError(f"{' '.join(words)} failed: {done.stderr.strip()}")

    def _environ(self) -> dict[str, str]:
        keys = _keys(self.data / "keys.env")
        local = {
            **keys,
            "MIOMIO_ENV": "development",
            "DATABASE_URL": f"sqlite:///{self.data / 'miomio.db'}",
            "STORE_PATH": str(self.data / "objects"),
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(self.ports.web),
            "REDIS_URL": f"redis://127.0.0.1:{self.ports.valkey}/0",
            "KILL_TIMEOUT_SECONDS": "12",
            "WORKER_THREADS": "16",
        }
        if self.emulators:
            outside = {
                "TELEGRAM_TOKEN": DEMO_TOKEN,
                "TELEGRAM_API_URL": self.chat,
                "GEMINI_API_KEY": "demo",
                "GEMINI_API_URL": f"http://127.0.0.1:{self.ports.gemini}",
                "KLING_API_KEY": "demo",
                "KLING_API_URL": f"http://127.0.0.1:{self.ports.kling}",
                "KLING_WEBHOOK_SECRET": "",
                "PUBLIC_URL": self.web,
                "SUPPORT_EMAIL": "support@miomio.invalid",
                "S3_BUCKET": "",
            }
            return local | outside
        return {name: value for name, value in local.items() if not os.environ.get(name)}


def demo(data: Path) -> None:
    """Start everything with emulators, print one address, end with Ctrl-C."""
    stack = Stack(data, Ports(), emulators=True, extra={"CANARY_CHAT": str(CANARY)})
    sentence = 'Open {chat} and press Start. Staff: make ops VERB="status". Ctrl-C ends the demo.'
    _until_interrupted(stack, sentence)


def run() -> None:
    """Start everything against the real services."""
    stack = Stack(Path("var/run"), Ports(), emulators=False)
    try:
        settings = load({**os.environ, **stack.environ}, dotenv=Path(".env"))
    except SettingsError as error:
        raise StackError(str(error)) from None
    os.environ.setdefault("PUBLIC_URL", settings.public_url)
    _until_interrupted(stack, "Running. Ctrl-C ends it.")


def introduce_canary(chat: str) -> None:
    """The test account that the canary person visits; it has written to the bot, as it must. Once for all starts."""
    known = requests.post(f"{chat}/client/people", json={"id": CANARY, "first_name": "Canary"}, timeout=10)
    if known.ok:
        requests.post(f"{chat}/client/people/{CANARY}/messages", json={"text": "/start"}, timeout=10).raise_for_status()


def _until_interrupted(stack: Stack, sentence: str) -> None:
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    try:
        stack.start()
        if stack.emulators:
            introduce_canary(stack.chat)
        print(sentence.format(chat=stack.chat), flush=True)
        while not over.wait(0.5):
            stack.processes.check()
    finally:
        print("Stopping …", flush=True)
        stack.stop()


def _keys(path: Path) -> dict[str, str]:
    """This machine's own keys, made once, so that a second start can read what the first one sealed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    kept = dict(line.split("=", 1) for line in path.read_text().split())
    made = {
        "MASTER_KEYS": f"m1:{_random_key()}",
        "INDEX_KEY": f"1:{_random_key()}",
        "RECEIPT_KEY": f"demo:{_random_key()}",
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        "CALLBACK_SECRET": secrets.token_urlsafe(32),
    }
    keys = {**made, **kept}
    path.write_text("".join(f"{name}={value}\n" for name, value in keys.items()))
    return keys


def _write_settings(path: Path, environ: Mapping[str, str]) -> None:
    path.touch(mode=0o600)  # keys are among them
    path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environ.items()))


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
