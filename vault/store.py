"""Where ciphertext is kept: the interface that the folder and the S3 store share, and the names of objects."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, cast

from errors import Permanent
from vault.derive import Random
from vault.pieces import ByteSource, start_of

NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
PREFIX = re.compile(r"([a-z0-9-]+/)*[a-z0-9-]*")
LONGEST_NAME = 200
RANDOM_BYTES = 16


@dataclass(frozen=True)
class Listed:
    """An object as its store lists it: `size` in bytes of ciphertext, and when it was put, naive UTC by the store's
    clock."""

    name: str
    size: int
    at: datetime


class Store(Protocol):
    """Objects by name. Every method raises Temporary store.unavailable or store.full, Permanent store.denied."""

    def put(self, name: str, source: ByteSource, length: int) -> None:
        """Keep `length` bytes of ciphertext, all of them or nothing; an object of that name is replaced.

        An S3 store tries again by itself only if the source can seek. Permanent: store.wrong_length.
        """

    def get(self, name: str) -> BinaryIO:
        """The object as a stream, to be closed by the reader of it. Permanent: store.missing."""

    def exists(self, name: str) -> bool: ...

    def delete(self, names: Iterable[str]) -> list[str]:
        """The names that could not be deleted. One that is missing counts as deleted, so it may be repeated."""

    def names(self, prefix: str = "", *, after: str = "") -> Iterator[str]:
        """The names that start so, sorted, as they are found: what is put or deleted meanwhile may show or not.

        With `after` only those that come after it, without the cost of passing over the others.
        """

    def listed(self, prefix: str = "", *, after: str = "") -> Iterator[Listed]:
        """The same with size and time."""

    def check(self) -> None:
        """Return if the store is there: cheap enough to ask every few seconds."""


def new_object_name(prefix: str, random: Random = os.urandom) -> str:
    """`photo/ab/abcdef…`: 128 random bits behind a shard, which say nothing about a person."""
    drawn = random(RANDOM_BYTES).hex()
    return check_name(f"{prefix}/{drawn[:2]}/{drawn}")


def check_name(name: str) -> str:
    """Permanent("store.bad_name"), which does not repeat the name: it may come from anywhere."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise Permanent("store.bad_name")
    return name


def check_prefix(prefix: str) -> str:
    if len(prefix) > LONGEST_NAME or not PREFIX.fullmatch(prefix):
        raise Permanent("store.bad_name")
    return prefix


class Measured:
    """Exactly `length` bytes of a source. One that is shorter or longer fails before its last byte is given out, so
    that no store takes half an object for a whole one. Remembers a failure of the source, which a store raises as is.
    """

    def __init__(self, source: ByteSource, length: int) -> None:
        self._source = source
        self._length = length
        self._left = length
        self._start = start_of(source)
        self.failure: Exception | None = None
        if length == 0:
            self._must_be_at_end()

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        if wanted == 0:
            return b""
        try:
            return self._read(wanted)
        except Exception as failure:
            self.failure = failure
            raise

    def _read(self, wanted: int) -> bytes:
        data = self._source.read(wanted)
        if not data:
            raise Permanent("store.wrong_length", expected=self._length)
        self._left -= len(data)
        if self._left == 0:
            self._must_be_at_end()
        return data

    def _must_be_at_end(self) -> None:
        if self._source.read(1):
            raise Permanent("store.wrong_length", expected=self._length)

    def seek(self, offset: int, /) -> int:
        """Back to the start, for an upload that is tried again."""
        if self._start is None or offset != 0 or self.failure is not None:
            raise OSError("the source cannot be read again")
        cast(BinaryIO, self._source).seek(self._start)
        self._left = self._length
        return 0
