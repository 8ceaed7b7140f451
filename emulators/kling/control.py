"""The control surface of a stand-in that has tasks: they are looked at and pushed along."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from emulators.control import Control, read_json
from emulators.kling.calls import Calls
from emulators.kling.faults import RISK
from emulators.kling.lifecycle import Lifecycle
from emulators.kling.scenario import Scenario
from emulators.kling.settings import Settings
from emulators.kling.tasks import Task

Json = dict[str, Any]
CLAIMS = ("ok", "forged", "unsigned", "old")


class TaskControl(Control):
    def __init__(self, *, scenario: Scenario, settings: Settings, calls: Calls, lifecycle: Lifecycle) -> None:
        super().__init__(scenario=scenario, settings=settings, calls=calls)
        self.lifecycle = lifecycle
        self.tasks = lifecycle.tasks
        self.callbacks = lifecycle.callbacks

    def routes(self) -> list[web.RouteDef]:
        return [
            *super().routes(),
            web.get("/control/callbacks", self.list_callbacks),
            web.get("/control/submits", self.count_submits),
            web.get("/control/tasks", self.list_tasks),
            web.post("/control/tasks/{id}", self.push_task),
        ]

    def forget(self) -> None:
        super().forget()
        self.callbacks.reset()
        self.tasks.clear()
        self.lifecycle.studio.clear()

    async def list_callbacks(self, request: web.Request) -> web.Response:
        return web.json_response(list(self.callbacks.sent))

    async def count_submits(self, request: web.Request) -> web.Response:
        tasks = self.tasks
        counts = {
            one: {"submits": count, "made": tasks.made[one], "twins": tasks.twins[one]}
            for one, count in tasks.submits.items()
        }
        return web.json_response(counts)

    async def list_tasks(self, request: web.Request) -> web.Response:
        return web.json_response([self._view(task) for task in self.tasks.all()])

    async def push_task(self, request: web.Request) -> web.Response:
        task = self.tasks.find(request.match_info["id"])
        if task is None:
            raise web.HTTPNotFound(text="no such task")
        asked = await read_json(request)
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
