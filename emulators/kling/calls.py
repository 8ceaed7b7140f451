"""What was received: the last 20,000 calls, and the exact bodies of the last 50. In memory only."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from typing import Any

from emulators.kling.reading import Asked

KEPT_CALLS = 20_000
KEPT_BODIES = 50


class Calls:
    def __init__(self) -> None:
        self._last = 0
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self._bodies: OrderedDict[int, bytes] = OrderedDict()

    def open(self, *, method: str, path: str, api: str, headers: list[str]) -> dict[str, Any]:
        """Begin a record; the caller fills in what it learns. Header names only: values hold the key."""
        self._last += 1
        call: dict[str, Any] = {
            "n": self._last,
            "at": time.monotonic(),
            "method": method,
            "path": path,
            "api": api,
            "headers": headers,
            "external_ids": [],
            "task_ids": [],
            "batch": 0,
            "status": None,
            "code": None,
            "scenario": None,
        }
        self._calls.append(call)
        return call

    def received(self, call: dict[str, Any], body: bytes) -> None:
        call["body_bytes"] = len(body)
        self._bodies[call["n"]] = body
        while len(self._bodies) > KEPT_BODIES:
            self._bodies.popitem(last=False)

    def understood(self, call: dict[str, Any], asked: Asked) -> None:
        call.update(
            model=asked.model.name,
            prompt=asked.prompt,
            duration=asked.seconds,
            resolution=asked.resolution,
            body_keys=list(asked.names),
            callback=asked.callback_url is not None,
            external_ids=[asked.external_id] if asked.external_id else [],
        )
        if asked.picture is not None:
            call["image_sha256"] = hashlib.sha256(asked.picture).hexdigest()
            call["image_bytes_len"] = len(asked.picture)

    def since(self, number: int) -> list[dict[str, Any]]:
        return [call for call in self._calls if call["n"] > number]

    def body(self, number: int) -> bytes | None:
        return self._bodies.get(number)

    def clear(self) -> None:
        """Forget the records; numbers go on, so that a reader's `since` stays true."""
        self._calls.clear()
        self._bodies.clear()
