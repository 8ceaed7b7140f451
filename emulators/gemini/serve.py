"""generateContent itself: who asks, what is asked, which rule applies, and how the answer leaves."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Executor

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
from emulators.records import Call, header_names
from emulators.settings import good_key
from emulators.spoiling import SPOILT, spoilt
from emulators.words import words

OK = Rule(kind="ok")
# Nobody sees a picture behind these, so that none is painted.
UNPAINTED = words("drop reset garbage html-502")


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
            key_ok=good_key(key, only=self.settings.key),
            key_in_query="key" in request.query,
            headers=header_names(request),
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

    def _admitted(self, call: Call, key: str | None) -> Model:
        if not key:
            raise faults.missing_key()
        if not call["key_ok"]:
            raise faults.bad_key()
        model = find_model(call["model"])
        if model is None:
            raise faults.unknown_model(call["model"], call["version"])
        return model

    async def _canned_answer(self, call: Call, model: Model) -> web.Response:
        """The cheap way for load: the body is neither parsed nor decoded."""
        call.update(status=200, scenario="canned")
        await self.pauses.wait(self.settings.latency)
        return web.Response(body=self.canned.body(model, self.settings.canned_kib), content_type="application/json")

    async def _follow(self, request: web.Request, call: Call, model: Model, asked: Asked) -> web.StreamResponse:
        rule = self.scenario.take(model.name, asked.prompt) or OK
        call["scenario"] = rule.kind
        await self.pauses.wait(self.settings.latency)
        if rule.kind in faults.ERROR_KINDS:
            error = faults.by_kind(rule.kind, model=model.name, version=call["version"])
            return _json(call, error.http, [error.body] if rule.kind == "array-error" else error.body)
        if rule.kind in UNPAINTED:
            return await self._spoilt(request, call, rule, b"")
        if rule.kind == "slow":
            await self.pauses.wait(rule.seconds)
        answer = await self._answer(model, asked, rule)
        if answer.picture is not None:
            call["picture_sha256"] = Canned.digest(answer.picture)
        if rule.kind in SPOILT:
            return await self._spoilt(request, call, rule, _bytes(answer.body))
        return _json(call, 200, answer.body)

    async def _spoilt(self, request: web.Request, call: Call, rule: Rule, body: bytes) -> web.StreamResponse:
        return await spoilt(request, call, rule.kind, body, pauses=self.pauses, seconds=rule.seconds)

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


def _json(call: Call, status: int, body: object) -> web.Response:
    call["status"] = status
    return web.Response(status=status, body=_bytes(body), content_type="application/json")


def _bytes(body: object) -> bytes:
    return json.dumps(body).encode()
