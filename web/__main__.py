"""`python -m web`: gunicorn with threads, serving the application."""

from __future__ import annotations

import atexit
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from config import Settings
from watch.alive import WEB
from web.app import create_app
from web.counts import Counts
from web.limits import REDIS_KEYS
from workers.assembly import assemble
from workers.broker import Doorbell, connect, make_broker
from workers.ringing import Ringer
from workers.startup import check_or_exit, settings_or_exit
from workers.watching import Telling

PATIENCE = 1.0  # seconds for a ring, for whose end those wait that are asked for meanwhile


class ServerLogger(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn quotes the address of who sent a malformed request; here only where and what kind is written, as for
    every library."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.propagate = True

    def _set_handler(self, *_: object, **__: object) -> None:
        """No handler of its own: the root's takes it."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn, configured by our settings. No access log: it would hold IP addresses."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"{self._settings.web_host}:{self._settings.web_port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._settings.web_threads,
            "keepalive": 65,  # longer than Telegram's 60 s of idleness, so that it is Telegram who closes
            "timeout": 60,
            "graceful_timeout": 20,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": ServerLogger,
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108  gunicorn's heartbeat file, empty
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in the serving process, after the fork: connections and threads belong to it alone."""
        ringer = Ringer(Doorbell(make_broker(connect(self._settings.redis_url, patience=PATIENCE))))
        house = assemble(self._settings, ring=ringer)
        try:
            check_or_exit(house, redis_keys=REDIS_KEYS)
        except SystemExit as refusal:
            sys.stderr.write(f"{refusal.code}\n")
            sys.exit(Arbiter.APP_LOAD_ERROR)  # with any other status gunicorn would fork the next one, for ever
        ringer.start()
        counts = Counts(house.database)
        counts.start()
        telling = Telling(house, WEB)
        telling.start()
        atexit.register(ringer.close)
        atexit.register(counts.close)
        atexit.register(telling.close)
        return create_app(house, counts=counts)


if __name__ == "__main__":
    Server(settings_or_exit("web")).run()
