"""Hands on the Kling emulator: plain REST, no client of anybody's, and an ear for its callbacks."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
MODEL = "kling-3.0-turbo"
PATIENCE = 60.0
Json = dict[str, Any]


def picture(width: int = 320, height: int = 320, form: str = "JPEG") -> bytes:
    """A gradient with an edge in it, so that motion shows."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((200, 40, 40), (width // 8, height // 8, width // 3, height // 2))
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


PICTURE = base64.b64encode(picture()).decode()


class Kling:
    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url
        self.http = requests.Session()
        self.key: str | None = "k"

    def call(self, method: str, path: str, *, timeout: float = PATIENCE, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return self.http.request(method, self.url + path, headers=headers, timeout=timeout, **options)

    def create(
        self,
        external_id: str | None = None,
        *,
        prompt: str = "zoom",
        image: str = PICTURE,
        model: str = MODEL,
        settings: Json | None = None,
        hook: str | None = None,
        timeout: float = PATIENCE,
    ) -> requests.Response:
        body: Json = {"contents": [{"type": "prompt", "text": prompt}, {"type": "first_frame", "url": image}]}
        body["settings"] = {"duration": 5} | (settings or {})
        body["options"] = {"external_task_id": external_id, "callback_url": hook}
        return self.call("POST", f"/image-to-video/{model}", json=body, timeout=timeout)

    def made(self, external_id: str | None = None, **options: Any) -> str:
        answer = self.create(external_id, **options).json()
        assert answer["code"] == 0, answer
        return str(answer["data"]["id"])

    def create_legacy(self, **fields: Any) -> requests.Response:
        body = {"model_name": "kling-v3", "image": PICTURE, "prompt": "zoom", "duration": "5", **fields}
        return self.call("POST", "/v1/videos/image2video", json=body)

    def look(self, *ids: str) -> list[Json]:
        answer = self.call("GET", "/tasks", params={"external_task_ids": ",".join(ids)})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def state(self, external_id: str) -> str:
        return str(self.look(external_id)[0]["status"])

    def ended(self, external_id: str) -> Json:
        """The task, once it succeeded or failed."""
        ends = time.monotonic() + PATIENCE
        while (task := self.look(external_id)[0])["status"] not in ("succeeded", "failed"):
            assert time.monotonic() < ends, f"the task is still {task['status']}"
            time.sleep(0.02)
        return task

    def file(self, external_id: str, **options: Any) -> requests.Response:
        url = self.ended(external_id)["outputs"][0]["url"]
        return self.http.get(url, timeout=PATIENCE, **options)

    def control(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        answer = self.http.request(method, f"{self.url}/control/{path}", json=body, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def rules(self, *rules: Json) -> None:
        self.control("scenario", {"rules": list(rules)})

    def set(self, **settings: Any) -> None:
        self.control("settings", settings)

    def push(self, any_id: str, do: str, **more: Any) -> Any:
        return self.control(f"tasks/{any_id}", {"do": do, **more})

    def calls(self) -> list[Json]:
        return list(self.control("calls", method="GET"))

    def submits(self, external_id: str) -> tuple[int, int]:
        counts = self.control("submits", method="GET")[external_id]
        return counts["submits"], counts["made"]

    def twins(self, external_id: str) -> int:
        """How often it was asked for once more when it was made already."""
        return int(self.control("submits", method="GET")[external_id]["twins"])

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        assert self.process.wait(30) == 0
        if self.process.stdout is not None:
            self.process.stdout.close()


def start() -> Kling:
    command = [sys.executable, "-m", "emulators", "--kling-port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    address = re.search(r"http://\S+", line)
    assert address, f"the emulator did not start: {line!r}"
    return Kling(process, address[0])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Ear:
    """Listens where callbacks arrive. `before` runs ahead of each answer."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.before: Callable[[Json], None] = lambda body: None
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/kling"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait(self, count: int, seconds: float = PATIENCE) -> list[Json]:
        """The bodies of the first `count` callbacks; fails when they do not come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.heard) >= count, seconds), f"heard {len(self.heard)}"
            return [json.loads(body) for _, body in self.heard[:count]]

    def statuses(self, count: int) -> list[str]:
        return [body.get("status") or body["task_status"] for body in self.wait(count)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.before(json.loads(body))
                with ear._changed:
                    ear.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                    ear._changed.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        return Handler
