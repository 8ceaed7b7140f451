"""The stand-in as an aiohttp application."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from emulators.kling.callbacks import Callbacks
from emulators.kling.calls import Calls
from emulators.kling.control import TaskControl
from emulators.kling.create import Create
from emulators.kling.desk import Desk
from emulators.kling.faults import ApiError
from emulators.kling.files import Files
from emulators.kling.lifecycle import Lifecycle
from emulators.kling.query import Query
from emulators.kling.scenario import Scenario
from emulators.kling.settings import Settings
from emulators.kling.studio import Studio
from emulators.kling.tasks import LEGACY, NEW, Tasks
from emulators.pauses import Pauses
from emulators.running import add_ground

CAMERAS = 2
MAX_BODY = 72 * 1024 * 1024  # a picture of 50 MB in Base64
LEGACY_PATH = "/v1/videos/image2video"


def make_app(
    *,
    key: str | None = None,
    seconds: float = 8.0,
    canned: bool = False,
    clock: Callable[[], float] = time.time,
) -> web.Application:
    """`key`: the only good API key; None takes any that does not start with "bad". `seconds`: how long a task takes.
    `clock` gives the seconds since 1970 that answers and signatures tell."""
    scenario, calls, pauses, tasks = Scenario(), Calls(), Pauses(), Tasks()
    settings = Settings(key=key, seconds=seconds, canned=canned)
    executor = ThreadPoolExecutor(CAMERAS, thread_name_prefix="camera")

    def now() -> float:
        return clock() + settings.clock_skew

    callbacks = Callbacks(scenario=scenario, settings=settings, now=now)
    lifecycle = Lifecycle(
        tasks=tasks, scenario=scenario, settings=settings, studio=Studio(executor), callbacks=callbacks, now=now
    )
    desk = Desk(settings=settings, calls=calls, pauses=pauses, now=now)
    create = Create(desk=desk, scenario=scenario, tasks=tasks, lifecycle=lifecycle, callbacks=callbacks, now=now)
    query = Query(desk=desk, scenario=scenario, tasks=tasks)
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(TaskControl(scenario=scenario, settings=settings, calls=calls, lifecycle=lifecycle).routes())
    app.router.add_post("/image-to-video/{model}", desk.served(NEW, create.new))
    app.router.add_get("/tasks", desk.served(NEW, query.batch))
    app.router.add_post("/tasks", desk.served(NEW, query.page))
    app.router.add_post(LEGACY_PATH, desk.served(LEGACY, create.legacy))
    app.router.add_get(LEGACY_PATH, desk.served(LEGACY, query.legacy_page))
    app.router.add_get(LEGACY_PATH + "/{id}", desk.served(LEGACY, query.legacy_one))
    app.router.add_get("/files/{task}.mp4", Files(tasks=tasks, scenario=scenario, calls=calls, pauses=pauses))

    async def stop_telling(_: web.Application) -> None:
        tasks.clear()
        await callbacks.stop()

    app.on_cleanup.append(stop_telling)
    add_ground(app, pauses=pauses, executor=executor)
    app.router.add_route("*", "/{rest:.*}", _nothing_here)
    return app


async def _nothing_here(request: web.Request) -> web.Response:
    known = request.path.startswith(("/image-to-video/", "/tasks", LEGACY_PATH))
    error = ApiError(1202 if known else 1203)
    return web.json_response(error.body, status=error.http)
