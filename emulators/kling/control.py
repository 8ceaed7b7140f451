"""The control surface: what tests, benchmarks and people use to script, to look and to push a task along."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from emulators.kling.calls import Calls
from emulators.kling.faults import RISK
from emulators.kling.lifecycle import Lifecycle
from emulators.kling.scenario import Scenario
from emulators.kling.settings import Settings
from emulators.kling.tasks import Task

Json = dict[str, Any]
CLAIMS = ("ok", "forged", "unsigned", "old")


class Control:
    def __init__(self, *, scenario: Scenario, settings: Settings, calls: Calls, lifecycle: Lifecycle) -> None:
        self.scenario = scenario
        self.settings = settings
        self.calls = calls
        self.lifecycle = lifecycle
        self.tasks = lifecycle.tasks
        self.callbacks = lifecycle.callbacks

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/scenario", self.add_rules),
            web.delete("/control/scenario", self.clear_rules),
            web.post("/control/settings", self.change_settings),
            web.get("/control/calls", self.list_calls),
            web.get("/control/calls/{n:[0-9]+}/body", self.read_body),
            web.get("/control/callbacks", self.list_callbacks),
            web.get("/control/submits", self.count_submits),
            web.get("/control/tasks", self.list_tasks),
            web.post("/control/tasks/{id}", self.push_task),
            web.post("/control/reset", self.reset),
        ]

    async def add_rules(self, request: web.Request) -> web.Response:
        values = await _json(request)
        try:
            waiting = self.scenario.add(values.get("rules"))
        except (ValueError, TypeError) as refused:
            raise web.HTTPBadRequest(text=str(refused)) from None
        return web.json_response({"waiting": waiting})

    async def clear_rules(self, request: web.Request) -> web.Response:
        self.scenario.rules.clear()
        return web.json_response({"waiting": 0})

    async def change_settings(self, request: web.Request) -> web.Response:
        try:
            self.settings.update(await _json(request))
        except ValueError as refused:
            raise web.HTTPBadRequest(text=str(refused)) from None
        return web.json_response(self.settings.view())

    async def list_calls(self, request: web.Request) -> web.Response:
        try:
            since = int(request.query.get("since", "0"))
        except ValueError:
            raise web.HTTPBadRequest(text="since is a number") from None
        return web.json_response(self.calls.since(since))

    async def read_body(self, request: web.Request) -> web.Response:
        body = self.calls.body(int(request.match_info["n"]))
        if body is None:
            raise web.HTTPNotFound(text="that body is not kept")
        return web.Response(body=body, content_type="application/json")

    async def list_callbacks(self, request: web.Request) -> web.Response:
        return web.json_response(list(self.callbacks.sent))

    async def count_submits(self, request: web.Request) -> web.Response:
        made = self.tasks.made
        counts = {one: {"submits": count, "made": made[one]} for one, count in self.tasks.submits.items()}
        return web.json_response(counts)

    async def list_tasks(self, request: web.Request) -> web.Response:
        return web.json_response([self._view(task) for task in self.tasks.all()])

    async def push_task(self, request: web.Request) -> web.Response:
        task = self.tasks.find(request.match_info["id"])
        if task is None:
            raise web.HTTPNotFound(text="no such task")
        asked = await _json(request)
        seconds = asked.get("seconds", 0)
        if not isinstance(seconds, int | float) or seconds < 0:
            raise web.HTTPBadRequest(text="seconds is a number")
        await self._push(task, asked, seconds)
        return web.json_response(self._view(task))

    async def _push(self, task: Task, asked: Json, seconds: float) -> None:
        do = asked.get("do")
        if do in ("finish", "fail", "hang") and task.ended is not None:
            raise web.HTTPConflict(text=f"the task has {task.state}")
        if do == "finish":
            await self.lifecycle.finish(task, seconds)
        elif do == "fail":
            self.lifecycle.fail(task, str(asked.get("message", RISK)), seconds)
        elif do == "hang":
            self.lifecycle.hang(task)
        elif do == "clear":
            task.clip = None
        elif do == "claim" and task.asked.callback_url is not None and asked.get("kind", "ok") in CLAIMS:
            self.callbacks.claim(task, str(asked.get("status", "succeeded")), asked.get("kind", "ok"))
        else:
            raise web.HTTPBadRequest(text="do is finish, fail, hang, clear, or claim (of a task with a callback)")

    async def reset(self, request: web.Request) -> web.Response:
        self.scenario.rules.clear()
        self.callbacks.reset()
        self.tasks.clear()
        self.lifecycle.studio.clear()
        self.settings.reset()
        self.calls.clear()
        return web.json_response({})

    def _view(self, task: Task) -> Json:
        external_id = task.asked.external_id
        return {
            "id": task.id,
            "external_id": external_id,
            "api": task.api,
            "model": task.asked.model.name,
            "state": task.state,
            "message": task.message,
            "created": task.created,
            "ended": task.ended,
            "submits": self.tasks.submits[external_id] if external_id else 1,
            "made": self.tasks.made[external_id] if external_id else 1,
            "fetched": task.fetched,
        }


async def _json(request: web.Request) -> Json:
    try:
        values = await request.json()
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(values, dict):
        raise web.HTTPBadRequest(text="an object is expected")
    return values
