"""What the webhook is measured against: a bare Flask route behind our own gunicorn. `python -m bench.bare_web`."""

from __future__ import annotations

from typing import Any

from flask import Flask

from web.__main__ import Server
from web.webhook import PATH
from workers.startup import settings_or_exit


class Bare(Server):
    """Same server, same settings; the application does nothing."""

    def load(self) -> Any:
        app = Flask(__name__)

        @app.post(PATH)
        def receive() -> str:
            return ""

        return app


if __name__ == "__main__":
    Bare(settings_or_exit("bare")).run()
