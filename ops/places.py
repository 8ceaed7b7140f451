"""Where data of the service can lie, looked at from outside the house: files, addresses, a bucket."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import redis

from privacy.places import Part, Place, files
from workers.bell_contents import asked, contents

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
        yield from contents(client)
        client.config_set("rdbcompression", "no")
        asked(client, "SAVE")
        yield from files(folder)
    finally:
        client.close()


def streams(name: str, recorded: Iterable[bytes]) -> Iterator[Part]:
    """What went over connections."""
    yield from ((f"{name} {number}", stream) for number, stream in enumerate(recorded))
