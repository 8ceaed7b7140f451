"""All places of a running service where something of somebody could be left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import redis

from config import Settings
from database import Database
from errors import Temporary
from privacy.canary_places import logs, objects, rows
from privacy.places import Part, Place
from vault.store import Store
from workers.bell_contents import contents
from workers.broker import NAMESPACE, connect


def everywhere(settings: Settings, database: Database, store: Store) -> Callable[[datetime, str, str], Sequence[Place]]:
    """Given since when, a row's number and an object's name that stands in a record of erasure: the places."""

    def places(since: datetime, row: str, erased: str) -> Sequence[Place]:
        found = [
            Place("rows", rows(database), row.encode()),
            Place("objects", objects(store, since), erased.encode()),
            Place("queue", _queue(settings.redis_url), NAMESPACE.encode()),
        ]
        if settings.canary_logs:
            found.append(Place("logs", logs(Path(settings.canary_logs), since), b'"event"'))
        return found

    return places


def _queue(url: str) -> Iterator[Part]:
    with closing(connect(url)) as client:
        try:
            yield from contents(client)
        except redis.RedisError:
            raise Temporary("bell.away") from None
