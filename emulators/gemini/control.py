"""The control surface: what tests, benchmarks and the chat page use to script and to look."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from emulators.gemini.calls import Calls
from emulators.gemini.scenario import Scenario, Settings


class Control:
    def __init__(self, *, scenario: Scenario, settings: Settings, calls: Calls) -> None:
        self.scenario = scenario
        self.settings = settings
        self.calls = calls

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/scenario", self.add_rules),
            web.delete("/control/scenario", self.clear_rules),
            web.post("/control/settings", self.change_settings),
            web.get("/control/calls", self.list_calls),
            web.get("/control/calls/{n:[0-9]+}/body", self.read_body),
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
        return web.json_response({name: value for name, value in vars(self.settings).items() if name != "key"})

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

    async def reset(self, request: web.Request) -> web.Response:
        self.scenario.rules.clear()
        for name, value in vars(Settings()).items():
            setattr(self.settings, name, value)
        self.calls.clear()
        return web.json_response({})


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        values = await request.json()
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(values, dict):
        raise web.HTTPBadRequest(text="an object is expected")
    return values
