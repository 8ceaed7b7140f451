"""What Redis holds, key by key, for those who look whether anything of anybody stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import redis

from privacy.places import Part


def contents(client: redis.Redis) -> Iterator[Part]:
    """Keys and values by SCAN. Raises redis.RedisError."""
    for key in client.scan_iter(count=1000):
        yield f"key {key!r}", bytes(key) + b"\0" + _value(client, key)


def _value(client: redis.Redis, key: bytes) -> bytes:
    reading: dict[bytes, tuple[str | bytes, ...]] = {
        b"string": ("GET", key),
        b"list": ("LRANGE", key, "0", "-1"),
        b"hash": ("HGETALL", key),
        b"set": ("SMEMBERS", key),
        b"zset": ("ZRANGE", key, "0", "-1"),
    }
    kind = asked(client, "TYPE", key)
    return repr(asked(client, *reading[kind])).encode() if kind != b"none" else b"gone meanwhile"


def asked(client: redis.Redis, *words: str | bytes) -> Any:
    """Values as the server says them: bytes, untouched."""
    return client.execute_command(*words)  # type: ignore[no-untyped-call]  # the library's has no types
