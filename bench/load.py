"""Load on a web server from a process of its own, over connections that are kept: `python -m bench.load JSON`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from bench.ground import SECRET
from bench.people import FIRST, names
from web.webhook import PATH, SECRET_HEADER

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Plan:
    """`rate` in requests a second, evenly spread; without one each connection asks again as soon as it has its answer.

    Update ids count up from `first`; the updates come from `people` people in turn. With a `page` that is asked for
    instead.
    """

    port: int
    seconds: float
    first: int
    connections: int = 16
    people: int = 64
    rate: float | None = None
    page: str = ""


@dataclass(frozen=True)
class Outcome:
    """Latencies in seconds, sorted; with a rate they count from the moment the request was due."""

    requests: int
    seconds: float
    refused: int
    latencies: list[float]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def put(plan: Plan) -> Outcome:
    """Run the load in another process and wait for its outcome."""
    command = [sys.executable, "-m", "bench.load", json.dumps(asdict(plan))]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return Outcome(**orjson.loads(done.stdout))


async def _load(plan: Plan) -> Outcome:
    latencies: list[float] = []
    refused = 0
    numbers, began = count(plan.first), time.perf_counter()
    ends = began + plan.seconds
    due = _schedule(plan.rate, began)

    async def ask() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
        while (when := due()) < ends:
            if (ahead := when - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            writer.write(_page(plan.page) if plan.page else _request(next(numbers), plan.people))
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            latencies.append(time.perf_counter() - when)
            refused += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    await asyncio.gather(*(ask() for _ in range(plan.connections)))
    return Outcome(len(latencies), time.perf_counter() - began, refused, sorted(latencies))


def _schedule(rate: float | None, began: float) -> Callable[[], float]:
    """When the next request is due: at once, or at its place in an even row that does not wait for slow answers."""
    if rate is None:
        return time.perf_counter
    places: Iterator[int] = count()
    return lambda: began + next(places) / rate


def _page(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Language: en\r\n\r\n".encode()


def _request(number: int, people: int) -> bytes:
    body = orjson.dumps(photo_update(number, number % people))
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def photo_update(number: int, person: int) -> dict[str, Any]:
    """A photo as Telegram announces it, in four sizes."""
    sizes = [
        {
            "file_id": f"AgACAgIAAxkBAAIB{number:08}{side:05}{'x' * 40}",
            "file_unique_id": f"AQAD{number:08}",
            "width": side,
            "height": side * 3 // 4,
            "file_size": side * 90,
        }
        for side in (90, 320, 800, 1280)
    ]
    chat = {"id": FIRST + person, "first_name": "Una", "username": f"una{person}", "type": "private"}
    message = {"message_id": number, "from": names(person), "chat": chat, "date": 1_790_000_000, "photo": sizes}
    return {"update_id": number, "message": message}


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asdict(asyncio.run(_load(Plan(**json.loads(sys.argv[1])))))))
