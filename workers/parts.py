"""What a process needs to serve anybody, each part with the question whether it answers."""

from __future__ import annotations

from collections.abc import Callable

import redis

from errors import Failure
from watch.part import OK, Part
from workers.broker import connect
from workers.house import House

PATIENCE = 3.0  # seconds for all parts together; the platform waits 5 before it takes the machine out of traffic


def parts(house: House) -> dict[str, Part]:
    """By name. Each says "ok", or a code of what is wrong with it."""
    asks: dict[str, Callable[[], str]] = {
        "database": lambda: _code(lambda: _database(house)),
        "store": lambda: _code(lambda: house.media.store.check()),
        "erasures": lambda: _erasures(house),
    }
    found = {name: Part(ask, patience=PATIENCE) for name, ask in asks.items()}
    return found | {"bell": bell(house.settings.redis_url, patience=PATIENCE)}


def bell(url: str, *, patience: float) -> Part:
    """Redis, asked on a line of its own, which is given up sooner than one that waits for work."""
    client = connect(url, patience=1.0)
    return Part(lambda: _bell(client), patience=patience)


def _code(check: Callable[[], None]) -> str:
    try:
        check()
    except Failure as error:
        return error.code
    return OK


def _database(house: House) -> None:
    with house.database.connection():
        house.database.rows("SELECT 1")


def _erasures(house: House) -> str:
    """A database that was exchanged for an older one under the running service: no traffic for it until it is replayed
    and this process has started anew."""
    try:
        return "undone" if house.erasure_marks.known_undone() else OK
    except Failure as error:
        return error.code


def _bell(client: redis.Redis) -> str:
    try:
        client.ping()
    except redis.RedisError:
        return "away"
    return OK
