"""`/healthz`: the process answers. `/readyz`: what it needs answers too, each part by name."""

from __future__ import annotations

import redis
from flask import Blueprint, Response, jsonify

from errors import Failure
from workers.broker import connect
from workers.house import House


def blueprint(house: House) -> Blueprint:
    routes = Blueprint("health", __name__)
    bell = connect(house.settings.redis_url)

    @routes.get("/healthz")
    def alive() -> str:
        return "ok"

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        parts = {
            "database": _database(house),
            "store": _store(house),
            "erasures": _erasures(house),
            "bell": _bell(bell),
        }
        # Without the bell the rows are found by asking: slower, but nothing is refused.
        good = all(parts[needed] == "ok" for needed in ("database", "store", "erasures"))
        return jsonify(parts), 200 if good else 503

    return routes


def _database(house: House) -> str:
    try:
        with house.database.connection():
            house.database.rows("SELECT 1")
    except Failure as error:
        return error.code
    return "ok"


def _store(house: House) -> str:
    try:
        house.media.store.check()
    except Failure as error:
        return error.code
    return "ok"


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
