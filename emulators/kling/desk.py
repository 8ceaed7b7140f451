"""What every call of the API has in common: its record, its key, its errors, and how an answer may be spoilt."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from emulators.kling.auth import admit
from emulators.kling.calls import Calls
from emulators.kling.faults import ERROR_KINDS, ApiError, by_kind, invalid
from emulators.kling.scenario import Rule
from emulators.kling.settings import Settings
from emulators.pauses import Pauses
from emulators.records import Call
from emulators.spoiling import SPOILT, spoilt

Handler = Callable[[web.Request, Call], Awaitable[web.StreamResponse]]


class Desk:
    def __init__(self, *, settings: Settings, calls: Calls, pauses: Pauses, now: Callable[[], float]) -> None:
        self.settings = settings
        self.calls = calls
        self.pauses = pauses
        self.now = now

    def served(self, api: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            call = self.calls.open(request, api=api)
            try:
                if request.method == "POST":
                    self.calls.received(call, await _body(request))
                admit(request.headers.get("Authorization"), api=api, key=self.settings.key, now=self.now())
                return await handler(request, call)
            except ApiError as refused:
                return self.answer(call, refused.body, http=refused.http)

        return serve

    def body(self, call: Call) -> bytes:
        return self.calls.body(call["n"]) or b""

    def answer(self, call: Call, body: object, *, http: int = 200) -> web.Response:
        code = body.get("code") if isinstance(body, dict) else None
        call.update(status=http, code=code)
        return web.Response(status=http, body=_bytes(body), content_type="application/json")

    async def spoilt(
        self, request: web.Request, call: Call, body: object, rule: Rule, *, model: str
    ) -> web.StreamResponse:
        """The answer as the rule's kind lets it leave. Raise ApiError for the kinds that are errors."""
        kind = rule.kind
        if kind in ERROR_KINDS:
            raise by_kind(kind, model=model)
        if kind in SPOILT:
            return await spoilt(request, call, kind, _bytes(body), pauses=self.pauses, seconds=rule.lasting())
        if kind == "slow":
            await self.pauses.wait(rule.lasting())
        return self.answer(call, body)


def _bytes(body: object) -> bytes:
    return json.dumps(body).encode()


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise invalid("The request is too large") from None
