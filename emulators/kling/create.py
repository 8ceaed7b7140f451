"""Makes a task, or refuses, or does one of the two and loses the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from aiohttp import web

from emulators.kling import shapes, wire_legacy, wire_new
from emulators.kling.callbacks import Callbacks
from emulators.kling.desk import Desk
from emulators.kling.faults import ApiError, discontinued, success
from emulators.kling.lifecycle import Lifecycle
from emulators.kling.models import DISCONTINUED, MODELS, Model
from emulators.kling.reading import Asked
from emulators.kling.scenario import CREATE, Rule, Scenario
from emulators.kling.tasks import LEGACY, NEW, Task, Tasks
from emulators.records import Call

OK = Rule(kind="ok", stage=CREATE)


class Create:
    def __init__(
        self,
        *,
        desk: Desk,
        scenario: Scenario,
        tasks: Tasks,
        lifecycle: Lifecycle,
        callbacks: Callbacks,
        now: Callable[[], float],
    ) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.scenario = scenario
        self.tasks = tasks
        self.lifecycle = lifecycle
        self.callbacks = callbacks
        self.now = now

    async def new(self, request: web.Request, call: Call) -> web.StreamResponse:
        name = request.match_info["model"]
        model = MODELS.get(name)
        if name in DISCONTINUED or self._retired(model):
            raise discontinued(name)
        if model is None:
            raise ApiError(1203, f"The model '{name}' does not exist")
        asked = wire_new.understand(self.desk.body(call), model, look=not self.settings.canned)
        return await self._serve(request, call, asked, NEW)

    async def legacy(self, request: web.Request, call: Call) -> web.StreamResponse:
        body = self.desk.body(call)
        name = wire_legacy.model_name(body)
        model = wire_legacy.find_model(name)
        if self._retired(model):
            raise discontinued(name)
        asked = wire_legacy.understand(body, model, look=not self.settings.canned)
        return await self._serve(request, call, asked, LEGACY)

    def _retired(self, model: Model | None) -> bool:
        return model is not None and not {model.name, model.legacy}.isdisjoint(self.settings.retired)

    async def _serve(self, request: web.Request, call: Call, asked: Asked, api: str) -> web.StreamResponse:
        self.desk.calls.understood(call, asked)
        if asked.external_id is not None:
            self.tasks.asked_for(asked.external_id)
        rule = self.scenario.take(CREATE, [asked]) or OK
        call["scenario"] = rule.kind
        await self.desk.pauses.wait(self.settings.latency)
        if not rule.makes:
            return await self.desk.spoilt(request, call, success({}), rule, model=asked.model.name)
        task = self._made(request, asked, api)
        call["task_ids"] = [task.id]
        answer = success(shapes.created(task, api))
        if rule.kind == "ok":
            return await self._answered_first(request, self.desk.answer(call, answer), task)
        self.lifecycle.begin(task)
        if rule.kind == "early" and asked.callback_url is not None:
            await self.callbacks.told(task, rule.status or task.state, rule.lasting(10.0))
        return await self.desk.spoilt(request, call, answer, rule, model=asked.model.name)

    def _made(self, request: web.Request, asked: Asked, api: str) -> Task:
        self.tasks.refuse_twin(asked)
        if self.settings.tasks_left == 0:
            raise ApiError(1102)
        if self.settings.slots is not None and self.tasks.running[asked.model.name] >= self.settings.slots:
            raise ApiError(1303)
        if self.settings.tasks_left is not None:
            self.settings.tasks_left -= 1
        plan = self.lifecycle.plan(asked)
        origin = f"{request.scheme}://{request.host}"
        return self.tasks.add(api=api, asked=asked, plan=plan, origin=origin, now=round(self.now() * 1000))

    async def _answered_first(self, request: web.Request, response: web.Response, task: Task) -> web.Response:
        """The first callback leaves after the answer, unless a scenario wants it otherwise."""
        try:
            with contextlib.suppress(ConnectionError):
                await response.prepare(request)
                await response.write_eof()
        finally:
            self.lifecycle.begin(task)
        return response
