"""Where data of the service can lie. Each place shows that it was really looked at, by something known to be there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import redis

from ops.search import Search, Sighting

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Part = tuple[str, bytes]


@dataclass(frozen=True)
class Place:
    """Parts by name, and a `witness`: bytes that one of them must hold, or nobody has looked."""

    name: str
    parts: Iterable[Part] = field(repr=False)
    witness: bytes

    def searched(self, search: Search) -> list[Sighting]:
        """What was seen. Raises LookupError when the place is empty or its witness is not there."""
        seen: list[Sighting] = []
        size, known = 0, False
        for part, data in self.parts:
            size += len(data)
            known = known or self.witness in data
            seen += search.within(data, f"{self.name}: {part}")
        if not size:
            raise LookupError(f"{self.name} is empty")
        if not known:
            raise LookupError(f"{self.name} does not hold {self.witness!r}: it is not what it should be")
        return seen


def files(folder: Path, *, apart: Iterable[Path] = ()) -> Iterator[Part]:
    """Every file below, but those in the folders `apart`. Names of files are looked at, too."""
    left_out = tuple(apart)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(other in path.parents for other in left_out):
            try:
                yield str(path.relative_to(folder)), path.name.encode() + b"\0" + path.read_bytes()
            except FileNotFoundError:  # gone while we looked, as a database's files may be
                continue


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
