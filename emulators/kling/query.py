"""Tells how tasks stand: many by their ids, one by one as of old, or page by page."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from emulators.kling import reading, shapes
from emulators.kling.desk import Desk
from emulators.kling.faults import ApiError, invalid, success
from emulators.kling.reading import one_of
from emulators.kling.scenario import QUERY, Rule, Scenario
from emulators.kling.tasks import FAILED, LEGACY, NEW, PROCESSING, SUBMITTED, SUCCEEDED, Task, Tasks
from emulators.records import Call
from emulators.words import words

OK = Rule(kind="ok", stage=QUERY)
FILTERS = {"status": (SUBMITTED, PROCESSING, SUCCEEDED, FAILED), "product_type": ("video", "image", "try_on")}
MONTH = 30 * 24 * 3600 * 1000


class Query:
    def __init__(self, *, desk: Desk, scenario: Scenario, tasks: Tasks) -> None:
        self.desk = desk
        self.settings = desk.settings
        self.scenario = scenario
        self.tasks = tasks

    async def batch(self, request: web.Request, call: Call) -> web.StreamResponse:
        """GET /tasks: an id that is not known is left out."""
        own, external = request.query.get("task_ids"), request.query.get("external_task_ids")
        if (own is None) == (external is None):
            raise ApiError(1200, "Give either task_ids or external_task_ids")
        ids = [one for one in (own or external or "").split(",") if one]
        call.update(batch=len(ids), task_ids=ids if own else [], external_ids=ids if external else [])
        if not ids:
            raise ApiError(1200, "No task id is given")
        if self.settings.max_batch is not None and len(ids) > self.settings.max_batch:
            raise invalid(f"The number of task ids cannot exceed {self.settings.max_batch}")
        found = self.tasks.by_ids(ids, external=external is not None)
        rule = self._rule(call, found)
        data = [] if rule.kind == "empty" else [self._shown(task, NEW, rule) for task in found]
        return await self._answer(request, call, data, rule)

    async def page(self, request: web.Request, call: Call) -> web.StreamResponse:
        """POST /tasks: newest first; the cursor is where the next page begins."""
        asked = reading.loaded(self.desk.body(call))
        reading.known(asked, words("start_time end_time cursor limit filters"), "the request")
        limit = one_of(asked.get("limit", 100), tuple(range(1, 501)), "limit")
        begin = _number(reading.text(asked.get("cursor"), "cursor") or "0", "cursor")
        found = _filtered(self._in_time(asked) if not begin else self.tasks.newest_first(), asked.get("filters"))
        rule = self._rule(call, found)
        result = [self._shown(task, NEW, rule) for task in found[begin : begin + limit]]
        more = begin + limit < len(found)
        page = {"result": result, "count": len(result), "next_cursor": str(begin + limit) if more else ""}
        return await self._answer(request, call, page | {"has_more": more}, rule)

    async def legacy_one(self, request: web.Request, call: Call) -> web.StreamResponse:
        any_id = request.match_info["id"]
        call.update(batch=1, external_ids=[any_id])
        task = self.tasks.find(any_id)
        rule = self._rule(call, [task] if task else [])
        if task is None or rule.kind == "empty":
            raise ApiError(1203, "Task not found")
        return await self._answer(request, call, self._shown(task, LEGACY, rule), rule)

    async def legacy_page(self, request: web.Request, call: Call) -> web.StreamResponse:
        page = _number(request.query.get("pageNum", "1"), "pageNum", most=1000)
        size = _number(request.query.get("pageSize", "30"), "pageSize", most=500)
        found = self.tasks.newest_first()[(page - 1) * size : page * size]
        rule = self._rule(call, found)
        return await self._answer(request, call, [self._shown(task, LEGACY, rule) for task in found], rule)

    def _rule(self, call: Call, found: list[Task]) -> Rule:
        rule = self.scenario.take(QUERY, [task.asked for task in found]) or OK
        call["scenario"] = rule.kind
        return rule

    def _shown(self, task: Task, api: str, rule: Rule) -> dict[str, Any]:
        state = {"stale": shapes.stale(task), "unknown-status": "reviewing"}.get(rule.kind)
        return shapes.whole(task, api, files_base=self.settings.files_base, state=state)

    async def _answer(self, request: web.Request, call: Call, data: object, rule: Rule) -> web.StreamResponse:
        await self.desk.pauses.wait(self.settings.latency)
        return await self.desk.spoilt(request, call, success(data), rule, model="")

    def _in_time(self, asked: dict[str, Any]) -> list[Task]:
        end = asked.get("end_time", round(self.desk.now() * 1000))
        start = asked.get("start_time", end - MONTH if isinstance(end, int) else 0)
        if type(start) is not int or type(end) is not int or start >= end:
            raise invalid("start_time must be earlier than end_time")
        return [task for task in self.tasks.newest_first() if start <= task.created <= end]


def _filtered(tasks: list[Task], filters: object) -> list[Task]:
    for one in reading.a_list(filters, "filters"):
        key = one_of(one.get("key"), tuple(FILTERS), "filters.key")
        values = one.get("values")
        if not isinstance(values, list):
            raise invalid("filters.values must be an array")
        wanted = [one_of(value, FILTERS[key], "filters.values") for value in values]
        if key == "status":
            tasks = [task for task in tasks if task.state in wanted]
        elif "video" not in wanted:
            tasks = []
    return tasks


def _number(text: str, name: str, *, most: int = 1_000_000) -> int:
    least = 0 if name == "cursor" else 1
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid(f"{name} value '{text[:40]}' is invalid")
    return int(text)
