"""generateContent itself: who asks, what is asked, which rule applies, and how the answer leaves."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import struct
from concurrent.futures import Executor
from typing import Any

from aiohttp import web

from emulators.gemini import faults
from emulators.gemini.answers import Answer, painted, plain, ready
from emulators.gemini.calls import Calls
from emulators.gemini.canned import Canned
from emulators.gemini.faults import ApiError
from emulators.gemini.models import Model
from emulators.gemini.pictures import Unreadable
from emulators.gemini.scenario import PICTURE_KINDS, REFUSAL_KINDS, Rule, Scenario, Settings
from emulators.gemini.wire import Asked, find_model, understand
from emulators.pauses import Pauses

OK = Rule(kind="ok")


class Generate:
    def __init__(self, *, scenario: Scenario, settings: Settings, calls: Calls, executor: Executor) -> None:
        self.scenario = scenario
        self.settings = settings
        self.calls = calls
        self.executor = executor
        self.canned = Canned()
        self.pauses = Pauses()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        name, version = request.match_info["model"], request.match_info["version"]
        key = request.headers.get("x-goog-api-key") or request.query.get("key")
        call = self.calls.open(
            model=name,
            version=version,
            key_ok=self._key_is_good(key),
            key_in_query="key" in request.query,
            headers=sorted({header.lower() for header in request.headers}),
        )
        body = await request.read()
        self.calls.received(call, body)
        try:
            model = self._admitted(call, key)
            if self.settings.canned and not self.scenario.rules:
                return await self._canned_answer(call, model)
            asked = understand(body, model)
            self.calls.understood(call, asked)
            return await self._follow(request, call, model, asked)
        except ApiError as refused:
            return _json(call, refused.http, refused.body)

    def _key_is_good(self, key: str | None) -> bool:
        if not key:
            return False
        if self.settings.key is None:
            return not key.startswith("bad")
        return hmac.compare_digest(key.encode(), self.settings.key.encode())

    def _admitted(self, call: dict[str, Any], key: str | None) -> Model:
        if not key:
            raise faults.missing_key()
        if not call["key_ok"]:
            raise faults.bad_key()
        model = find_model(call["model"])
        if model is None:
            raise faults.unknown_model(call["model"], call["version"])
        return model

    async def _canned_answer(self, call: dict[str, Any], model: Model) -> web.Response:
        """The cheap way for load: the body is neither parsed nor decoded."""
        call.update(status=200, scenario="canned")
        await self.pauses.wait(self.settings.latency)
        return web.Response(body=self.canned.body(model, self.settings.canned_kib), content_type="application/json")

    async def _follow(
        self, request: web.Request, call: dict[str, Any], model: Model, asked: Asked
    ) -> web.StreamResponse:
        rule = self.scenario.take(model.name, asked.prompt) or OK
        call["scenario"] = rule.kind
        await self.pauses.wait(self.settings.latency)
        if rule.kind in faults.ERROR_KINDS:
            error = faults.by_kind(rule.kind, model=model.name, version=call["version"])
            return _json(call, error.http, [error.body] if rule.kind == "array-error" else error.body)
        if rule.kind in ("drop", "reset"):
            return _hang_up(request, call, rudely=rule.kind == "reset")
        if rule.kind == "garbage":
            return _raw(call, 200, b"\x00\xffnot json{", "application/json")
        if rule.kind == "html-502":
            return _raw(call, 502, b"<html><body>Bad Gateway</body></html>", "text/html")
        if rule.kind == "slow":
            await self.pauses.wait(rule.seconds)
        answer = await self._answer(model, asked, rule)
        if answer.picture is not None:
            call["picture_sha256"] = Canned.digest(answer.picture)
        if rule.kind == "drop_reply":
            return _hang_up(request, call)
        if rule.kind in ("truncate", "stall"):
            return await self._half(request, call, answer, rule)
        return _json(call, 200, answer.body)

    async def _answer(self, model: Model, asked: Asked, rule: Rule) -> Answer:
        if rule.kind in REFUSAL_KINDS:
            return plain(model, asked, rule)
        if not asked.wants_image:
            return plain(model, asked, Rule(kind="text-only"))
        if rule.canned or self.settings.canned:
            return ready(self.canned.picture(self.settings.canned_kib), model, asked)
        kind = rule.kind if rule.kind in PICTURE_KINDS else "ok"
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.executor, painted, model, asked, kind)
        except Unreadable as unreadable:
            raise faults.invalid(str(unreadable)) from None

    async def _half(self, request: web.Request, call: dict[str, Any], answer: Answer, rule: Rule) -> web.StreamResponse:
        """Promise the whole body, send half of it, then wait (stall) or hang up (truncate)."""
        body = json.dumps(answer.body).encode()
        call["status"] = 200
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if rule.kind == "stall":
            await self.pauses.wait(rule.seconds)
        if request.transport is not None:
            request.transport.close()
        return response


def _json(call: dict[str, Any], status: int, body: object) -> web.Response:
    return _raw(call, status, json.dumps(body).encode(), "application/json")


def _raw(call: dict[str, Any], status: int, body: bytes, content_type: str) -> web.Response:
    call["status"] = status
    return web.Response(status=status, body=body, content_type=content_type)


def _hang_up(request: web.Request, call: dict[str, Any], *, rudely: bool = False) -> web.Response:
    """Close the connection without an answer; rudely, by a reset."""
    call["status"] = 0
    if request.transport is not None:
        if rudely:
            plug = request.transport.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response(status=500)
