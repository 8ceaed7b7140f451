"""What was asked for: the last 2,000 calls."""

from __future__ import annotations

import time

from emulators.gemini.wire import Asked
from emulators.records import Call, Records, picture_facts

KEPT_CALLS = 2000


class Calls(Records):
    def __init__(self) -> None:
        super().__init__(kept=KEPT_CALLS, clock=time.time)

    def open(self, *, model: str, version: str, key_ok: bool, key_in_query: bool, headers: list[str]) -> Call:
        """Header names only: values hold the key."""
        return self.begin(
            model=model,
            version=version,
            key_ok=key_ok,
            key_in_query=key_in_query,
            headers=headers,
            body_bytes=0,
            body_keys=[],
            prompt=None,
            images=0,
            image_sha256=None,
            image_bytes_len=0,
            aspect_ratio=None,
            image_size=None,
            store=None,
            status=None,
            scenario=None,
            picture_sha256=None,
        )

    def understood(self, call: Call, asked: Asked) -> None:
        call.update(
            body_keys=list(asked.body_keys),
            prompt=asked.prompt,
            images=len(asked.images),
            aspect_ratio=asked.aspect_ratio,
            image_size=asked.image_size,
            store=asked.store,
        )
        if asked.images:
            call.update(picture_facts(asked.images[0]))
