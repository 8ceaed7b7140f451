"""What a stand-in received: the last calls, and the exact bodies of the last 50. In memory only."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

KEPT_BODIES = 50
Call = dict[str, Any]


class Records:
    """`kept` calls, each dated by `clock`. Whoever opens a call fills in what it learns."""

    def __init__(self, *, kept: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0
        self._calls: deque[Call] = deque(maxlen=kept)
        self._bodies: OrderedDict[int, bytes] = OrderedDict()

    def begin(self, **facts: Any) -> Call:
        self._last += 1
        call: Call = {"n": self._last, "at": self._clock(), **facts}
        self._calls.append(call)
        return call

    def received(self, call: Call, body: bytes) -> None:
        call["body_bytes"] = len(body)
        self._bodies[call["n"]] = body
        while len(self._bodies) > KEPT_BODIES:
            self._bodies.popitem(last=False)

    def since(self, number: int) -> list[Call]:
        return [call for call in self._calls if call["n"] > number]

    def body(self, number: int) -> bytes | None:
        return self._bodies.get(number)

    def clear(self) -> None:
        """Forget the records; numbers go on, so that a reader's `since` stays true."""
        self._calls.clear()
        self._bodies.clear()


def header_names(request: web.Request) -> list[str]:
    """Names only: values hold the key."""
    return sorted({header.lower() for header in request.headers})


def picture_facts(picture: bytes) -> Call:
    """What a record tells of a picture in place of its bytes."""
    return {"image_sha256": hashlib.sha256(picture).hexdigest(), "image_bytes_len": len(picture)}
