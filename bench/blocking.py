"""What videos are measured against: a thread sends one, asks every 5 s until it is ready, shows it, takes the next.

`python -m bench.blocking JSON`. requests with one session a thread, no database, no sealing.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench import people
from bench.ground import TOKEN, ground
from bench.studio import Shown, Studio

ROOT = Path(__file__).resolve().parent.parent
ASKS_EVERY = 5.0  # seconds
MODEL = "kling-2.5-turbo"
ROUNDS = 1  # videos of each thread


@dataclass(frozen=True)
class Peer:
    """Seconds from the provider's end of each video to the chat, and the seconds each kept its thread busy."""

    threads: int
    spread: float
    late: list[float]
    busy: list[float]

    @property
    def videos(self) -> int:
        return len(self.busy)

    def seconds_for(self, videos: int, spread: float) -> float:
        """How long its threads would take for so many videos that take up to `spread` seconds, evenly: what each kept
        its thread beyond the provider's own time stays the same."""
        beyond = sum(self.busy) / len(self.busy) - self.spread / 2
        return videos / self.threads * (spread / 2 + beyond)


def measure(spread: float, *, threads: int, mib: int, kib: int) -> Peer:
    """Videos that take up to `spread` seconds, evenly; as many as four for each thread."""
    with ground() as parts:
        studio = Studio(parts, mib=mib, seconds=[0.0, spread])
        status_message = people.chat_with(parts, 0)
        photo = parts.folder / "photo.jpg"
        photo.write_bytes(people.picture(kib=kib))
        messages = [status_message() for _ in range(threads * ROUNDS)]
        order = {
            "telegram": f"{parts.telegram}/bot{TOKEN}/",
            "kling": studio.url,
            "chat": people.FIRST,
            "messages": messages,
            "photo": str(photo),
            "threads": threads,
        }
        command = [sys.executable, "-m", "bench.blocking", json.dumps(order)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        shown, ended = Shown(parts), studio.ended()
        shown.read()
    late = [shown.at[people.FIRST, message] - ended[f"order{message}"] for message in messages]
    return Peer(threads, spread, late, json.loads(done.stdout))


def main(order: dict[str, Any]) -> None:
    """Prints the seconds that each video kept its thread."""
    photo, mine = Path(order["photo"]).read_bytes(), threading.local()

    def film(message: int) -> float:
        began = time.monotonic()
        session = mine.__dict__.setdefault("session", requests.Session())
        external_id = f"order{message}-1"
        frame = base64.b64encode(photo).decode()
        made = session.post(
            f"{order['kling']}/image-to-video/{MODEL}",
            headers={"Authorization": "Bearer bench"},
            json={
                "contents": [{"type": "prompt", "text": "a slow walk"}, {"type": "first_frame", "url": frame}],
                "settings": {"resolution": "720p", "duration": 5},
                "options": {"external_task_id": external_id},
            },
        )
        made.raise_for_status()
        movie = session.get(_address(session, order["kling"], external_id)).content
        media = json.dumps({"type": "video", "media": "attach://file", "caption": "Ready"})
        about = {"chat_id": order["chat"], "message_id": message, "media": media}
        session.post(
            order["telegram"] + "editMessageMedia", data=about, files={"file": ("a.mp4", movie)}
        ).raise_for_status()
        return time.monotonic() - began

    with ThreadPoolExecutor(order["threads"]) as pool:
        print(json.dumps(list(pool.map(film, order["messages"]))))


def _address(session: requests.Session, kling: str, external_id: str) -> str:
    """Of the video, once there is one."""
    while True:
        time.sleep(ASKS_EVERY)
        answer = session.get(
            f"{kling}/tasks", params={"external_task_ids": external_id}, headers={"Authorization": "Bearer bench"}
        )
        answer.raise_for_status()
        [task] = answer.json()["data"]
        if task["status"] == "succeeded":
            return str(task["outputs"][0]["url"])


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
