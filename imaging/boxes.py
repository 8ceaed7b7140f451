"""The boxes of an MP4 as its bytes pass by: structure only, and of their contents no more than was asked for."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Union

_HEADER, _LONG_HEADER = 8, 16
# A clip has some dozens that we look at. What has more is made to keep us busy.
_MOST_BOXES = 10_000

# By name: how many bytes of a box are wanted, or what is wanted of the boxes inside it. All others are passed over.
Wanted = Mapping[bytes, Union[int, "Wanted"]]


class Broken(Exception):
    """The boxes do not fit into each other, or the bytes end before they do."""


@dataclass(frozen=True)
class _Box:
    """`end` is counted in bytes from the file's start; infinite where a box goes to the end of the file."""

    name: bytes
    end: float
    wanted: Wanted


class Boxes:
    """`on_content` gets the name and first bytes of each box wanted; `on_end` the name of each box gone into, once all
    of it has passed. Holds a few bytes at any time."""

    def __init__(
        self,
        wanted: Wanted,
        *,
        first: bytes,
        on_content: Callable[[bytes, bytes], None],
        on_end: Callable[[bytes], None],
    ) -> None:
        self._first = first
        self._on_content = on_content
        self._on_end = on_end
        self._open = [_Box(b"", math.inf, wanted)]
        self._content: _Box | None = None
        self._got = bytearray()
        self._needed: float = _HEADER
        self._passing: float = 0
        self._at = 0
        self._count = 0

    def feed(self, data: bytes) -> None:
        """The next bytes of the file. Raises Broken."""
        at = 0
        while at < len(data):
            if self._passing:
                step = int(min(self._passing, len(data) - at))
                self._passing -= step
            else:
                step = int(min(self._needed - len(self._got), len(data) - at))
                self._got += data[at : at + step]
            at += step
            self._at += step
            if not self._passing and len(self._got) >= self._needed:
                self._gathered()
            self._leave()

    def end(self) -> None:
        """That was the file. Raises Broken where a box is not over yet."""
        if self._got or self._content or (self._passing and self._passing != math.inf):
            raise Broken
        while len(self._open) > 1:
            box = self._open.pop()
            if box.end != math.inf:
                raise Broken
            self._on_end(box.name)

    def _gathered(self) -> None:
        if self._content is None:
            self._header()
        else:
            box, self._content = self._content, None
            self._on_content(box.name, bytes(self._got))
            self._pass_to(box.end)

    def _header(self) -> None:
        size, name = struct.unpack_from(">I4s", self._got)
        if not self._count and name != self._first:
            raise Broken
        if size == 1 and len(self._got) < _LONG_HEADER:
            self._needed = _LONG_HEADER
            return
        self._count += 1
        around = self._open[-1]
        if size == 1:
            (size,) = struct.unpack_from(">Q", self._got, _HEADER)
        end = self._at - len(self._got) + size if size else around.end
        if not self._at <= end <= around.end or self._count > _MOST_BOXES:
            raise Broken
        self._enter(name, end, around.wanted.get(name, 0))

    def _enter(self, name: bytes, end: float, wanted: int | Wanted) -> None:
        if not isinstance(wanted, int):
            self._open.append(_Box(name, end, wanted))
            self._pass_to(self._at)
        elif wanted and end > self._at:
            self._content = _Box(name, end, {})
            self._got.clear()
            self._needed = min(wanted, end - self._at)
        else:
            self._pass_to(end)

    def _pass_to(self, end: float) -> None:
        self._got.clear()
        self._needed = _HEADER
        self._passing = end - self._at

    def _leave(self) -> None:
        """Out of the boxes that are over here. A rest too short for another box belongs to nobody."""
        while not self._passing and not self._got and not self._content:
            room = self._open[-1].end - self._at
            if room >= _HEADER:
                return
            if room:
                self._pass_to(self._open[-1].end)
                return
            self._on_end(self._open.pop().name)
