"""What went to and fro, for the chat page's pane and for tests."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import Any

from .pulse import Pulse

KEPT = 2000  # entries with their bodies: a few kilobytes each, without the bytes of files
SUMMARY_LENGTH = 200
_HEAD = ("message_id", "from", "chat", "date", "edit_date", "media_group_id", "caption", "caption_entities", "id")


@dataclass(slots=True)
class Entry:
    n: int
    at: float
    direction: str
    name: str
    params: dict[str, Any]
    status: int
    ms: float
    response: Any
    person: int | None

    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = {"n": self.n, "at": self.at, "direction": self.direction}
        if self.direction == "update":
            view |= {"type": self.name, "summary": _update_summary(self.name, self.params)}
        else:
            view |= {"method": self.name, "summary": _call_summary(self.params)}
        view |= {"status": self.status, "ms": self.ms}
        return view | ({"person": self.person} if self.person is not None else {})

    def call(self) -> dict[str, Any]:
        facts = {"n": self.n, "at": self.at, "method": self.name, "direction": self.direction}
        return {**facts, "params": self.params, "status": self.status, "ms": self.ms, "response": self.response}

    def whole(self) -> dict[str, Any]:
        """The view with all that was said in both directions."""
        said = "update" if self.direction == "update" else "params"
        return {**self.view(), said: self.params, "response": self.response}


class Traffic:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._numbers = count(1)
        self.last = 0
        self.pulse = Pulse()

    def record(
        self,
        direction: str,
        name: str,
        params: dict[str, Any],
        *,
        status: int,
        started: float,
        response: Any = None,
        person: int | None = None,
    ) -> None:
        """`started` is a time.perf_counter() reading; `status` 0 means nothing came back."""
        self.last = next(self._numbers)
        ms = round((time.perf_counter() - started) * 1000, 2)
        entry = Entry(self.last, time.time(), direction, name, params, status, ms, response, person)
        self._entries.append(entry)
        self.pulse.beat()

    def since(self, n: int) -> list[Entry]:
        if n >= self.last:
            return []
        return [entry for entry in self._entries if entry.n > n]

    def entry(self, n: int) -> Entry | None:
        """None for one that is not known, or not any more."""
        first = self._entries[0].n if self._entries else 0
        return self._entries[n - first] if first <= n <= self.last and self._entries else None

    def forget(self) -> None:
        self._entries.clear()
        self.pulse.beat()


def _call_summary(params: dict[str, Any]) -> str:
    pieces = []
    for name, value in params.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        pieces.append(f"{name}={shown}")
    return _short(" ".join(pieces))


def _update_summary(kind: str, body: dict[str, Any]) -> str:
    """Who did what, as far as an update tells it: "Ann: photo, with a hat"."""
    payload = body.get(kind)
    if not isinstance(payload, dict):
        return _short(json.dumps(body, ensure_ascii=False))
    sender = payload.get("from")
    name = sender.get("first_name", "") if isinstance(sender, dict) else ""
    return _short(f"{name}: {_deed(payload)}")


def _deed(payload: dict[str, Any]) -> str:
    if "text" in payload:
        return str(payload["text"])
    if "data" in payload:
        return f"presses {payload['data']}"
    if isinstance(payload.get("new_chat_member"), dict):
        return str(payload["new_chat_member"].get("status"))
    content = [name for name in payload if name not in _HEAD]
    caption = f", {payload['caption']}" if "caption" in payload else ""
    return " ".join(content) + caption


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1] + "…"
