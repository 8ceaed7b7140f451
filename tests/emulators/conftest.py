"""The Telegram emulator as a real process, people in it, and a bot's webhook to receive what it tells."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.emulators import kling_hands
from tests.emulators.page_windows import browser as browser
from tests.emulators.page_windows import opened as opened
from tests.emulators.page_windows import talking_bot as talking_bot
from tests.emulators.page_windows import url as url
from tests.emulators.page_windows import window as window

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "12345:demo"


class Emulator:
    """A running emulator, seen from outside."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.http = requests.Session()

    def call(self, method: str, files: Any = None, **params: Any) -> Any:
        """A Bot API call as JSON, or as multipart with files; the answer's JSON, whatever it is."""
        url = f"{self.url}/bot{TOKEN}/{method}"
        if files:
            fields = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
            return self.http.post(url, data=fields, files=files, timeout=60).json()
        return self.http.post(url, json=params, timeout=60).json()

    def ok(self, method: str, files: Any = None, **params: Any) -> Any:
        answer = self.call(method, files, **params)
        assert answer["ok"], answer
        return answer["result"]

    def client(self, verb: str, path: str, **options: Any) -> Any:
        response = self.http.request(verb, f"{self.url}/client/{path}", timeout=60, **options)
        assert response.ok, response.text
        return response.json()

    def faults(self, *rules: dict[str, Any]) -> None:
        self.client("POST", "faults", json={"rules": list(rules)})

    def settings(self, **seconds: float) -> None:
        self.client("POST", "settings", json=seconds)

    def person(self, name: str = "Ann", **names: Any) -> Person:
        return Person(self, self.client("POST", "people", json={"first_name": name, **names})["id"])

    def download(self, file_id: str) -> bytes:
        path = self.ok("getFile", file_id=file_id)["file_path"]
        response = self.http.get(f"{self.url}/file/bot{TOKEN}/{path}", timeout=60)
        assert response.ok, response.text
        return response.content

    def settles(self, pending: int = 0) -> None:
        """Returns when only so many updates have not been taken."""
        ends = time.monotonic() + 60
        while self.ok("getWebhookInfo")["pending_update_count"] != pending:
            assert time.monotonic() < ends, "updates are still pending"
            time.sleep(0.01)

    def stop(self) -> int:
        self.http.close()
        self.process.terminate()
        return self.process.wait(30)


class Person:
    def __init__(self, emulator: Emulator, person_id: int) -> None:
        self.emulator = emulator
        self.id = person_id

    def send(self, **options: Any) -> list[int]:
        sent = self.emulator.client("POST", f"people/{self.id}/messages", **options)
        return list(sent["message_ids"])

    def says(self, text: str) -> int:
        return self.send(json={"text": text})[0]

    def press(self, message_id: int, data: str, **more: Any) -> str:
        body = {"message_id": message_id, "data": data, **more}
        return str(self.emulator.client("POST", f"people/{self.id}/press", json=body)["callback_query_id"])

    def does(self, what: str) -> Any:
        return self.emulator.client("POST", f"people/{self.id}/{what}")

    def chat(self, since: int = 0, wait: float = 0) -> Any:
        return self.emulator.client("GET", f"people/{self.id}/chat?since={since}&wait={wait}")

    def messages(self) -> list[Any]:
        return list(self.chat()["messages"])

    def sees(self, count: int, seconds: float = 60.0) -> list[Any]:
        """The chat once it holds `count` messages; fails when they do not come."""
        ends = time.monotonic() + seconds
        while len(chat := self.chat()["messages"]) < count:
            assert time.monotonic() < ends, f"the chat holds {len(chat)} messages"
            time.sleep(0.01)
        return list(chat)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An emulator that gave up waiting is part of the tests."""


class Webhook:
    """A bot's side: keeps what it is told, and answers as `answer` says: (status, headers, body)."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.at: list[float] = []
        self.answer: Callable[[dict[str, Any]], tuple[int, dict[str, str], bytes]] = lambda update: (200, {}, b"")
        self._changed = threading.Condition()
        self._server = _Quiet(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, count: int, seconds: float = 60.0) -> list[dict[str, Any]]:
        """The first `count` updates told; fails when they do not come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= count, seconds), f"told {len(self.told)} updates"
            return self.told[:count]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with webhook._changed:
                    webhook.told.append(update)
                    webhook.headers.append(dict(self.headers))
                    webhook.at.append(time.monotonic())
                    webhook._changed.notify_all()
                status, headers, body = webhook.answer(update)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


def run(*arguments: str) -> Emulator:
    command = [sys.executable, "-m", "emulators", "--telegram-port", "0", "--token", TOKEN, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    address = re.search(r"http://\S+", line)
    assert address, f"the emulator did not start: {line!r}"
    return Emulator(process, address[0])


@pytest.fixture
def start() -> Iterator[Callable[..., Emulator]]:
    """Starts emulators of this test's own; whatever still runs is ended."""
    started: list[Emulator] = []

    def begin(*arguments: str) -> Emulator:
        started.append(run(*arguments))
        return started[-1]

    yield begin
    for emulator in started:
        if emulator.process.poll() is None:
            emulator.stop()
        if emulator.process.stdout is not None:
            emulator.process.stdout.close()


@pytest.fixture(scope="session")
def shared() -> Iterator[Emulator]:
    emulator = run()
    yield emulator
    assert emulator.stop() == 0
    if emulator.process.stdout is not None:
        emulator.process.stdout.close()


@pytest.fixture
def emulator(shared: Emulator) -> Emulator:
    """The shared emulator, with everything forgotten."""
    shared.client("POST", "reset")
    shared.settings(retry_first=0.05, retry_cap=0.4)
    return shared


@pytest.fixture
def ann(emulator: Emulator) -> Person:
    """Somebody who has written to the bot."""
    person = emulator.person("Ann", username="ann", language_code="en")
    person.says("/start")
    return person


@pytest.fixture
def hook() -> Iterator[Webhook]:
    webhook = Webhook()
    yield webhook
    webhook.close()


@pytest.fixture
def told(emulator: Emulator, hook: Webhook) -> Webhook:
    """A webhook that is set."""
    emulator.ok("setWebhook", url=hook.url, secret_token="secret-1")
    return hook


@pytest.fixture
def bot(emulator: Emulator) -> Iterator[Any]:
    """The client library bots are really written with, pointed at the emulator."""
    import telebot
    from telebot import apihelper

    before = apihelper.API_URL, apihelper.FILE_URL
    apihelper.API_URL = f"{emulator.url}/bot{{0}}/{{1}}"
    apihelper.FILE_URL = f"{emulator.url}/file/bot{{0}}/{{1}}"
    apihelper.CUSTOM_REQUEST_SENDER = None  # the library's own way, whoever used it before
    yield telebot.TeleBot(TOKEN, threaded=False)
    apihelper.API_URL, apihelper.FILE_URL = before
    with contextlib.suppress(AttributeError):
        apihelper._get_req_session(reset=True)


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """An image file drawn on the spot."""
    import io

    from PIL import Image

    def draw(width: int = 1600, height: int = 1200, *, kind: str = "JPEG", **options: Any) -> bytes:
        ramp = Image.linear_gradient("L").resize((width, height))
        image = Image.merge("RGB", (ramp, ramp.rotate(90), ramp.rotate(180)))
        out = io.BytesIO()
        image.save(out, kind, **options)
        return out.getvalue()

    return draw


@pytest.fixture(scope="session")
def shared_kling() -> Iterator[kling_hands.Kling]:
    emulator = kling_hands.start()
    yield emulator
    emulator.stop()


@pytest.fixture
def kling(shared_kling: kling_hands.Kling) -> kling_hands.Kling:
    """The shared Kling emulator with everything forgotten, quick, and with one clip for all."""
    shared_kling.key = "k"
    shared_kling.control("reset", {})
    shared_kling.set(seconds=0.05)
    shared_kling.rules({"kind": "ok", "stage": "task", "canned": True, "times": None})
    return shared_kling


@pytest.fixture
def ear() -> Iterator[kling_hands.Ear]:
    listener = kling_hands.Ear()
    yield listener
    listener.close()
