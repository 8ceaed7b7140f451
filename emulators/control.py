"""The control surface: what tests, benchmarks and people use to script a stand-in and to look at what it received."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from emulators.records import Records
from emulators.rules import Rules
from emulators.settings import Held


class Control:
    """A stand-in with more to control adds to `routes`, one with more to forget to `forget`."""

    def __init__(self, *, scenario: Rules[Any], settings: Held, calls: Records) -> None:
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

    def forget(self) -> None:
        """Everything but the numbers of what was received."""
        self.scenario.rules.clear()
        self.settings.reset()
        self.calls.clear()

    async def add_rules(self, request: web.Request) -> web.Response:
        values = await read_json(request)
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
            self.settings.update(await read_json(request))
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

    async def reset(self, request: web.Request) -> web.Response:
        self.forget()
        return web.json_response({})


async def read_json(request: web.Request) -> dict[str, Any]:
    """Raise HTTPBadRequest for anything but an object."""
    try:
        values = await request.json()
    except json.JSONDecodeError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(values, dict):
        raise web.HTTPBadRequest(text="an object is expected")
    return values
