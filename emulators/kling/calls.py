"""What was asked for: the last 20,000 calls."""

from __future__ import annotations

import time

from aiohttp import web

from emulators.kling.reading import Asked
from emulators.records import Call, Records, header_names, picture_facts

KEPT_CALLS = 20_000


class Calls(Records):
    def __init__(self) -> None:
        super().__init__(kept=KEPT_CALLS, clock=time.monotonic)

    def open(self, request: web.Request, *, api: str) -> Call:
        return self.begin(
            method=request.method,
            path=request.path,
            api=api,
            headers=header_names(request),
            external_ids=[],
            task_ids=[],
            batch=0,
            status=None,
            code=None,
            scenario=None,
        )

    def understood(self, call: Call, asked: Asked) -> None:
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
            call.update(picture_facts(asked.picture))
