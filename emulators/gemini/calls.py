"""What was received: the last 2,000 calls, and the exact bodies of the last 50. In memory only."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict, deque
from typing import Any

from emulators.gemini.wire import Asked

KEPT_CALLS = 2000
KEPT_BODIES = 50


class Calls:
    def __init__(self) -> None:
        self._last = 0
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)
        self._bodies: OrderedDict[int, bytes] = OrderedDict()

    def open(self, *, model: str, version: str, key_ok: bool, key_in_query: bool, headers: list[str]) -> dict[str, Any]:
        """Begin a record; the caller fills in what it learns. Header names only: values hold the key."""
        self._last += 1
        call: dict[str, Any] = {
            "n": self._last,
            "at": time.time(),
            "model": model,
            "version": version,
            "key_ok": key_ok,
            "key_in_query": key_in_query,
            "headers": headers,
            "body_bytes": 0,
            "body_keys": [],
            "prompt": None,
            "images": 0,
            "image_sha256": None,
            "image_bytes_len": 0,
            "aspect_ratio": None,
            "image_size": None,
            "store": None,
            "status": None,
            "scenario": None,
            "picture_sha256": None,
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
            body_keys=list(asked.body_keys),
            prompt=asked.prompt,
            images=len(asked.images),
            aspect_ratio=asked.aspect_ratio,
            image_size=asked.image_size,
            store=asked.store,
        )
        if asked.images:
            call["image_sha256"] = hashlib.sha256(asked.images[0]).hexdigest()
            call["image_bytes_len"] = len(asked.images[0])

    def since(self, number: int) -> list[dict[str, Any]]:
        return [call for call in self._calls if call["n"] > number]

    def body(self, number: int) -> bytes | None:
        return self._bodies.get(number)

    def clear(self) -> None:
        """Forget the records; numbers go on, so that a reader's `since` stays true."""
        self._calls.clear()
        self._bodies.clear()
