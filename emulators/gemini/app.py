"""The stand-in as an aiohttp application."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from emulators.control import Control
from emulators.gemini.calls import Calls
from emulators.gemini.faults import error_body
from emulators.gemini.scenario import Scenario, Settings
from emulators.gemini.serve import Generate
from emulators.gemini.wire import MAX_BODY
from emulators.running import add_ground

PAINTERS = 2


def make_app(*, key: str | None = None, latency: float = 0.0, canned: bool = False) -> web.Application:
    """`key`: the only good API key; None takes any that does not start with "bad".

    Serve it without an access log: a caller may put its key in the query.
    """
    scenario, calls = Scenario(), Calls()
    settings = Settings(latency=latency, canned=canned, key=key)
    app = web.Application(client_max_size=MAX_BODY + 1024)
    executor = ThreadPoolExecutor(PAINTERS, thread_name_prefix="painter")
    generate = Generate(scenario=scenario, settings=settings, calls=calls, executor=executor)
    app.add_routes(Control(scenario=scenario, settings=settings, calls=calls).routes())
    app.router.add_post("/{version:v1|v1beta}/models/{model:[^:/]+}:generateContent", generate)
    add_ground(app, pauses=generate.pauses, executor=executor)
    app.router.add_route("*", "/{rest:.*}", _nothing_here)
    return app


async def _nothing_here(request: web.Request) -> web.Response:
    return web.json_response(error_body(404, "The requested URL was not found on this server."), status=404)
