"""The video provider's emulator as a process of its own, and the chat's record of when each video was shown."""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests

from bench.ground import Ground
from ops.processes import answers, free_port

NEVER = 1_000_000.0  # seconds: a task ends when it is told to
SECRET = "a-path-that-nobody-guesses"
APART = 2.0  # seconds without a question between two polls


class Studio:
    """Makes every video of one ready clip; tasks wait until `end_within`, or take `seconds`. No callback comes for a
    prompt that holds `unheard`."""

    def __init__(
        self, parts: Ground, *, mib: int, seconds: list[float] | None = None, unheard: str | None = None
    ) -> None:
        port = free_port()
        parts.processes.start("kling", [sys.executable, "-m", "emulators.kling", "--port", str(port)], {})
        parts.processes.wait_until("kling", lambda: answers(port))
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._post("settings", {"canned": True, "canned_mib": mib, "seconds": seconds or NEVER, "seed": 7})
        if unheard is not None:
            lost = {"kind": "lost", "stage": "callback", "times": None, "prompt_contains": unheard}
            self._post("scenario", {"rules": [lost]})

    def environ(self, *, slots: int, public_url: str) -> dict[str, str]:
        """What our processes need to make videos here; callbacks go to the public address."""
        return {
            "KLING_API_KEY": "bench",
            "KLING_API_URL": self.url,
            "KLING_SLOTS": str(slots),
            "CALLBACK_SECRET": SECRET,
            "PUBLIC_URL": public_url,
        }

    def end_within(self, seconds: float) -> None:
        """Every task succeeds, each at a moment of its own within these seconds."""
        moments = random.Random(7)
        for task in self.tasks():
            self._post(f"tasks/{task['id']}", {"do": "finish", "seconds": moments.uniform(0.0, seconds)})

    def ended(self) -> dict[str, float]:
        """When each succeeded, in Unix seconds, by the order that it was made for."""
        over = (task for task in self.tasks() if task["state"] == "succeeded")
        return {task["external_id"].rpartition("-")[0]: task["ended"] / 1000 for task in over}

    def tasks(self) -> list[dict[str, Any]]:
        return self._get("tasks")

    def polls(self) -> list[Poll]:
        """Questions about how tasks stand, taken together where no task is asked about twice and none is long after."""
        polls: list[Poll] = []
        for call in self._get("calls"):
            if call["path"] != "/tasks" or call["method"] != "GET":
                continue
            ids = set(call["external_ids"])
            if not polls or polls[-1].ids & ids or call["at"] - polls[-1].last > APART:
                polls.append(Poll())
            polls[-1].ids |= ids
            polls[-1].questions += 1
            polls[-1].last = call["at"]
        return polls

    def _get(self, path: str) -> list[dict[str, Any]]:
        answer = self._session.get(f"{self.url}/control/{path}", timeout=60)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._session.post(f"{self.url}/control/{path}", json=body, timeout=60).raise_for_status()


@dataclass
class Poll:
    ids: set[str] = field(default_factory=set)
    questions: int = 0
    last: float = 0.0


@dataclass
class Shown:
    """When a status message first became a picture or a video, in Unix seconds, and how often it did; by chat and
    message. The record is short: read it every second or so."""

    parts: Ground
    at: dict[tuple[int, int], float] = field(default_factory=dict)
    times: Counter[tuple[int, int]] = field(default_factory=Counter)
    _read: int = 0

    def read(self) -> None:
        asked = {"method": "editMessageMedia", "since": str(self._read)}
        for call in requests.get(f"{self.parts.telegram}/client/calls", params=asked, timeout=30).json():
            self._read = max(self._read, call["n"])
            if call["status"] == 200:
                place = int(call["params"]["chat_id"]), int(call["params"]["message_id"])
                self.at.setdefault(place, call["at"])
                self.times[place] += 1
