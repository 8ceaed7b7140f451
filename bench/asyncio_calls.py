"""The least memory that a call in flight takes: one asyncio process that posts a photo so often and waits.

`python -m bench.asyncio_calls JSON`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp

from bench.ground import Ground, resident_kib

ROOT = Path(__file__).resolve().parent.parent
BEFORE_ANSWERS = 1.0  # seconds


def measure(parts: Ground, model: str, photo: bytes, *, jobs: int, waits: float) -> float:
    """KiB for each of so many calls in flight; the provider answers after `waits` seconds."""
    file = parts.folder / "photo.jpg"
    file.write_bytes(photo)
    order = {
        "url": f"{parts.gemini}/v1/models/{model}:generateContent",
        "photo": str(file),
        "jobs": jobs,
        "waits": waits,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.asyncio_calls", json.dumps(order)], cwd=ROOT, check=True, capture_output=True
    )
    return float(done.stdout) / jobs


async def main(order: dict[str, Any]) -> None:
    """Prints the KiB by which this process grows while all wait. A call keeps what it sent, as aiohttp does with bytes,
    and nothing else."""

    def body() -> bytes:
        photo = base64.b64encode(Path(order["photo"]).read_bytes())
        part = b'{"inlineData": {"mimeType": "image/jpeg", "data": "%s"}}, {"text": "as a lighthouse"}' % photo
        return b'{"contents": [{"role": "user", "parts": [%s]}]}' % part

    headers = {"x-goog-api-key": "bench", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call() -> None:
            async with session.post(order["url"], data=body(), headers=headers) as answer:
                await answer.read()

        idle = resident_kib(os.getpid())
        calls = [asyncio.create_task(call()) for _ in range(order["jobs"])]
        await asyncio.sleep(order["waits"] - BEFORE_ANSWERS)
        print(resident_kib(os.getpid()) - idle)
        for each in calls:
            each.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
