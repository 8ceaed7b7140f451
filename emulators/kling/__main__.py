"""`python -m emulators.kling --port N`: the stand-in alone, on the loopback address."""

from __future__ import annotations

import argparse

from aiohttp import web

from emulators.kling.app import make_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emulators.kling")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default=None, help="the only good API key (default: any)")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a task takes")
    parser.add_argument("--canned", action="store_true", help="answer with one ready clip")
    options = parser.parse_args()
    app = make_app(key=options.key, seconds=options.seconds, canned=options.canned)
    web.run_app(app, host="127.0.0.1", port=options.port, access_log=None, backlog=1024, print=None)


if __name__ == "__main__":
    main()
