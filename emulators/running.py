"""What each provider's stand-in has as a server: its health, its end, and a command line to run it alone."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import Executor

from aiohttp import web

from emulators.pauses import Pauses


def add_ground(app: web.Application, *, pauses: Pauses, executor: Executor) -> None:
    """At the end whoever sleeps is woken, and work that has not begun is dropped."""

    async def wake_sleepers(_: web.Application) -> None:
        pauses.stop()

    async def stop_working(_: web.Application) -> None:
        executor.shutdown(wait=False, cancel_futures=True)

    app.router.add_get("/healthz", _healthy)
    app.on_shutdown.append(wake_sleepers)
    app.on_cleanup.append(stop_working)


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


def command_line(program: str, *, ready: str) -> argparse.ArgumentParser:
    """`ready` names what a canned answer holds."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default=None, help="the only good API key (default: any)")
    parser.add_argument("--canned", action="store_true", help=f"answer with one ready {ready}")
    return parser


def run_alone(parser: argparse.ArgumentParser, make_app: Callable[..., web.Application]) -> None:
    """On the loopback address; every option but the port goes to `make_app` by its name."""
    options = vars(parser.parse_args())
    port = options.pop("port")
    # No access log: a caller may put its key in the query.
    web.run_app(make_app(**options), host="127.0.0.1", port=port, access_log=None, backlog=1024, print=None)
