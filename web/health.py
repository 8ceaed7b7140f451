"""`/healthz`: the process answers. `/readyz`: what it needs answers too, each part by name, and in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import redis
from flask import Blueprint, Response, jsonify

import logs
from errors import Failure
from workers.broker import connect
from workers.house import House

PATIENCE = 3.0  # seconds for all parts together; the platform waits 5 before it takes the machine out of traffic
SILENT = "silent"

log = logs.get()


class Part:
    """One part, asked in a thread of its own and once at a time: a line that is cut keeps its thread for long, and the
    platform asks again every few seconds."""

    def __init__(
        self, ask: Callable[[], str], *, patience: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._patience = patience
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._question: _Question | None = None

    def begin(self) -> Callable[[], str]:
        """Puts the question, unless it is put already; what is returned waits for its answer."""
        with self._lock:
            if self._question is None or self._question.over.is_set():
                self._question = _Question(self._ask, self._monotonic() + self._patience)
            question = self._question
        return lambda: question.answer(self._monotonic())


class _Question:
    def __init__(self, ask: Callable[[], str], until: float) -> None:
        self.over = threading.Event()
        self._ask = ask
        self._until = until
        self._said = SILENT
        threading.Thread(target=self._put, daemon=True).start()

    def answer(self, now: float) -> str:
        self.over.wait(max(0.0, self._until - now))
        return self._said

    def _put(self) -> None:
        try:
            self._said = self._ask()
        except Exception as error:
            self._said = "broken"
            log.error("health.broken", exc_info=error)
        finally:
            self.over.set()


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("health", __name__)
    bell = connect(house.settings.redis_url, patience=1.0)
    asks = {
        "database": lambda: _code(lambda: _database(house)),
        "store": lambda: _code(lambda: house.media.store.check()),
        "erasures": lambda: _erasures(house),
        "bell": lambda: _bell(bell),
    }
    parts = {name: Part(ask, patience=PATIENCE) for name, ask in asks.items()}

    @routes.get("/healthz")
    def alive() -> str:
        return "ok"

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        asked = {name: part.begin() for name, part in parts.items()}
        said = {name: answer() for name, answer in asked.items()}
        # Without the bell the rows are found by asking: slower, but nothing is refused.
        good = all(said[needed] == "ok" for needed in ("database", "store", "erasures"))
        return jsonify(said), 200 if good else 503

    return routes


def _code(check: Callable[[], None]) -> str:
    try:
        check()
    except Failure as error:
        return error.code
    return "ok"


def _database(house: House) -> None:
    with house.database.connection():
        house.database.rows("SELECT 1")


def _erasures(house: House) -> str:
    """A database that was exchanged for an older one under the running service: no traffic for it until it is replayed
    and this process has started anew."""
    try:
        return "undone" if house.erasure_marks.known_undone() else "ok"
    except Failure as error:
        return error.code


def _bell(client: redis.Redis) -> str:
    try:
        client.ping()
    except redis.RedisError:
        return "away"
    return "ok"
