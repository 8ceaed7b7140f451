"""What an MP4 says of itself, read while it passes from its download into its seal: it is never held or decoded.

Libraries that read boxes want a file to jump about in, or hold the box they read; a decoder would do far more with a
provider's bytes than four numbers are worth.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, Protocol

from errors import Permanent
from imaging.boxes import Boxes, Broken, Wanted

_TRACK: Wanted = {b"tkhd": 96, b"mdia": {b"hdlr": 12}}
_MOVIE: Wanted = {b"mvhd": 32, b"trak": _TRACK, b"mvex": {b"mehd": 12}}
_WANTED: Wanted = {b"moov": _MOVIE, b"mdat": 1}
# What claims to be longer says nothing that anybody could use.
_LONGEST_SECONDS = 24 * 3600.0
_UNKNOWN = {0: 2**32 - 1, 1: 2**64 - 1}


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class VideoFacts(NamedTuple):
    """Pixels as they are shown, and length; 0.0 seconds where the file does not say."""

    width: int
    height: int
    seconds: float


class Mp4Facts:
    """A source that reads like the one it wraps, and knows afterwards what passed.

    Reading raises Permanent("result.not_a_video"): with the first bytes for what is no MP4, later for boxes that do
    not fit into each other, and at the end for what was cut off or has no video track.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._boxes = Boxes(_WANTED, first=b"ftyp", on_content=self._read_content, on_end=self._end_of)
        self._broken = False
        self._has_media = False
        self._timescale = 0
        self._duration = 0
        self._handler = b""
        self._size = self._track_size = (0, 0)

    def read(self, size: int = -1, /) -> bytes:
        if self._broken:
            raise Permanent("result.not_a_video")
        data = self._source.read(size)
        try:
            if data:
                self._boxes.feed(data)
            elif size:
                self._end()
        except (Broken, struct.error):
            self._broken = True
            raise Permanent("result.not_a_video") from None
        return data

    def facts(self) -> VideoFacts:
        """Once everything was read. Raises Permanent("result.not_a_video")."""
        try:
            self._end()
        except Broken:
            raise Permanent("result.not_a_video") from None
        seconds = self._duration / self._timescale if self._timescale else 0.0
        return VideoFacts(*self._size, seconds if seconds <= _LONGEST_SECONDS else 0.0)

    def _end(self) -> None:
        self._boxes.end()
        if self._broken or not self._has_media or not all(self._size):
            raise Broken

    def _read_content(self, name: bytes, content: bytes) -> None:
        if name == b"mdat":
            self._has_media = True
        elif name == b"mvhd":
            self._timescale, duration = struct.unpack_from(">20xIQ" if content[0] else ">12xII", content)
            self._take_duration(content[0], duration)
        elif name == b"mehd":  # of a film in fragments, whose mvhd counts none of them
            (duration,) = struct.unpack_from(">4xQ" if content[0] else ">4xI", content)
            self._take_duration(content[0], duration)
        elif name == b"hdlr":
            (self._handler,) = struct.unpack_from(">8x4s", content)
        elif name == b"tkhd":
            self._track_size = _shown_size(content)

    def _take_duration(self, version: int, duration: int) -> None:
        if duration and duration != _UNKNOWN.get(version):
            self._duration = duration

    def _end_of(self, name: bytes) -> None:
        if name != b"trak":
            return
        if self._handler == b"vide" and not all(self._size):
            self._size = self._track_size
        self._handler, self._track_size = b"", (0, 0)


def _shown_size(track_header: bytes) -> tuple[int, int]:
    """Width and height in pixels, exchanged where the matrix turns the picture by a quarter."""
    start = 52 if track_header[0] else 40
    a, b, _, c, d = struct.unpack_from(">5i", track_header, start)
    width, height = struct.unpack_from(">II", track_header, start + 36)
    size = round(width / 65536), round(height / 65536)
    return (size[1], size[0]) if not a and not d and b and c else size
