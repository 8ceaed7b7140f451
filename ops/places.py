"""Where data of the service can lie, looked at from outside the house: files, addresses, a bucket."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import redis

from privacy.places import Part, Place, files

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ("Part", "Place", "bucket", "files", "postgres", "sqlite", "streams", "valkey")


def sqlite(path: Path) -> Iterator[Part]:
    """The file with what stands beside it, byte for byte; then what a dump says."""
    for file in sorted(path.parent.glob(path.name + "*")):
        yield file.name, file.read_bytes()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield "dump", "\n".join(connection.iterdump()).encode("utf-8", "surrogateescape")


def postgres(address: str) -> Iterator[Part]:
    """Every table as COPY writes it."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # what memory holds goes to the files, which are looked at next
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
            )
        ]
        for table in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copied:
                yield table, table.encode() + b"\n" + b"".join(copied)


def bucket(client: S3Client, name: str) -> Iterator[Part]:
    """Every object, whatever its name, with what the store knows about it."""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", []):
            found = client.get_object(Bucket=name, Key=entry["Key"])
            about = f"{entry['Key']} {found['Metadata']} {found['ContentType']}".encode()
            yield entry["Key"], about + b"\0" + found["Body"].read()


def valkey(port: int, folder: Path) -> Iterator[Part]:
    """Keys and values by SCAN, then the dump that SAVE writes, uncompressed."""
    client = redis.Redis(port=port)
    try:
        for key in client.scan_iter(count=1000):
            yield f"key {key!r}", bytes(key) + b"\0" + _value(client, key)
        client.config_set("rdbcompression", "no")
        _asked(client, "SAVE")
        yield from files(folder)
    finally:
        client.close()


def _value(client: redis.Redis, key: bytes) -> bytes:
    reading: dict[bytes, tuple[str | bytes, ...]] = {
        b"string": ("GET", key),
        b"list": ("LRANGE", key, "0", "-1"),
        b"hash": ("HGETALL", key),
        b"set": ("SMEMBERS", key),
        b"zset": ("ZRANGE", key, "0", "-1"),
    }
    kind = _asked(client, "TYPE", key)
    return repr(_asked(client, *reading[kind])).encode() if kind != b"none" else b"gone meanwhile"


def _asked(client: redis.Redis, *words: str | bytes) -> Any:
    """Values as the server says them: bytes, untouched."""
    return client.execute_command(*words)  # type: ignore[no-untyped-call]  # the library's has no types


def streams(name: str, recorded: Iterable[bytes]) -> Iterator[Part]:
    """What went over connections."""
    yield from ((f"{name} {number}", stream) for number, stream in enumerate(recorded))
