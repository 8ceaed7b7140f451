"""Runs the emulators: python -m emulators --telegram-port 8081 --gemini-port 8082 --kling-port 8083 --state DIR."""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import sys
from pathlib import Path

from aiohttp import web

from emulators.gemini.app import make_app as gemini
from emulators.kling.app import make_app as kling
from emulators.telegram.app import make_app as telegram

# Long polls and slow answers are cut after this long.
GRACE_SECONDS = 0.3


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.telegram_port is None and options.gemini_port is None and options.kling_port is None:
        print("nothing to run: give one or more of --telegram-port, --gemini-port, --kling-port", file=sys.stderr)
        return 2
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    runners: list[web.AppRunner] = []
    try:
        for name, app, port in _apps(options):
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
            await runner.setup()
            runners.append(runner)
            try:
                await web.TCPSite(runner, options.host, port, backlog=1024).start()
            except OSError as error:
                print(f"{name}: cannot listen on port {port} of {options.host}: {_why(error)}", file=sys.stderr)
                return 1
            print(f"{name} ready on http://{options.host}:{runner.addresses[0][1]}", flush=True)
        await stop.wait()
    finally:
        await asyncio.gather(*(runner.cleanup() for runner in runners))
    return 0


def _apps(options: argparse.Namespace) -> list[tuple[str, web.Application, int]]:
    apps: list[tuple[str, web.Application, int]] = []
    if options.telegram_port is not None:
        state = options.state / "telegram" if options.state is not None else None
        app = telegram(token=options.token, state=state, name=options.bot_name, username=options.bot_username)
        apps.append(("telegram", app, options.telegram_port))
    if options.gemini_port is not None:
        apps.append(("gemini", gemini(), options.gemini_port))
    if options.kling_port is not None:
        apps.append(("kling", kling(), options.kling_port))
    return apps


def _why(error: OSError) -> str:
    return "the port is in use" if error.errno == errno.EADDRINUSE else (error.strerror or "unknown reason")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    parser.add_argument("--telegram-port", type=int, help="0 picks a free one")
    parser.add_argument("--gemini-port", type=int, help="0 picks a free one")
    parser.add_argument("--kling-port", type=int, help="0 picks a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="a folder; without it everything is forgotten at the end")
    parser.add_argument("--token", default="12345:demo")
    parser.add_argument("--bot-name", default="Demo bot")
    parser.add_argument("--bot-username", default="demo_bot")
    options = parser.parse_args(arguments)
    if not options.token.partition(":")[0].isdecimal():
        parser.error("--token begins with the bot's number and a colon, as in 12345:demo")
    return options


if __name__ == "__main__":
    sys.exit(main())
