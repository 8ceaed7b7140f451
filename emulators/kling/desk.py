"""What every call of the API has in common: its record, its key, its errors, and how an answer may be spoilt."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulators.kling.auth import admit
from emulators.kling.calls import Calls
from emulators.kling.faults import ERROR_KINDS, ApiError, by_kind, invalid
from emulators.kling.scenario import Rule
from emulators.kling.settings import Settings
from emulators.pauses import Pauses

Call = dict[str, Any]
Handler = Callable[[web.Request, Call], Awaitable[web.StreamResponse]]


class Desk:
    def __init__(self, *, settings: Settings, calls: Calls, pauses: Pauses, now: Callable[[], float]) -> None:
        self.settings = settings
        self.calls = calls
        self.pauses = pauses
        self.now = now

    def served(self, api: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            headers = sorted({header.lower() for header in request.headers})
            call = self.calls.open(method=request.method, path=request.path, api=api, headers=headers)
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
        return web.Response(status=http, body=json.dumps(body).encode(), content_type="application/json")

    async def spoilt(
        self, request: web.Request, call: Call, body: object, rule: Rule, *, model: str
    ) -> web.StreamResponse:
        """The answer as the rule's kind lets it leave. Raise ApiError for the kinds that are errors."""
        kind = rule.kind
        if kind in ERROR_KINDS:
            raise by_kind(kind, model=model)
        if kind in ("drop", "drop_reply"):
            return hang_up(request, call)
        if kind == "garbage":
            call["status"] = 200
            return web.Response(body=b"\x00\xffnot json{", content_type="application/json")
        if kind == "html-502":
            call["status"] = 502
            return web.Response(status=502, body=b"<html><body>Bad Gateway</body></html>", content_type="text/html")
        if kind == "slow":
            await self.pauses.wait(rule.lasting())
        if kind in ("stall", "truncate"):
            return await self._half(request, call, body, rule)
        return self.answer(call, body)

    async def _half(self, request: web.Request, call: Call, body: object, rule: Rule) -> web.StreamResponse:
        """Promise the whole body, send half of it, then wait (stall) or hang up (truncate)."""
        whole = json.dumps(body).encode()
        call["status"] = 200
        headers = {"Content-Type": "application/json", "Content-Length": str(len(whole))}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(whole[: len(whole) // 2])
        if rule.kind == "stall":
            await self.pauses.wait(rule.lasting())
        if request.transport is not None:
            request.transport.close()
        return response


def hang_up(request: web.Request, call: Call) -> web.Response:
    call["status"] = 0
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise invalid("The request is too large") from None
