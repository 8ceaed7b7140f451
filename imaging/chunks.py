"""A PNG reduced to the chunks that make its picture, before any decoder reads it.

Text chunks may unpack to gigabytes, and Pillow refuses the whole file over one that does; nobody needs them here.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_SIGNATURE_BYTES = 8
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND"})
# Display profiles are a few kB, printers' ones about 2 MB; this is where a bomb begins.
_MAX_PROFILE_BYTES = 4 * 1024 * 1024


class Broken(Exception):
    """The chunks do not lead to the end of the picture."""


@dataclass(frozen=True, kw_only=True)
class Png:
    data: bytes
    profile: bytes | None
    frames: int


def reduce(data: bytes) -> Png:
    """Raises Broken where the file ends before the picture does."""
    pieces = [data[:_SIGNATURE_BYTES]]
    profile: bytes | None = None
    frames = 1
    at = _SIGNATURE_BYTES
    name = b""
    while name != b"IEND":
        if len(data) < at + 12:
            raise Broken
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        body = data[at + 8 : end - 4] if name in (b"iCCP", b"acTL") else b""
        if name in _KEPT:
            pieces.append(data[at:end])
        elif name == b"iCCP":
            profile = _profile(body)
        elif name == b"acTL":
            frames = int.from_bytes(body[:4], "big")
        at = end
    return Png(data=b"".join(pieces), profile=profile, frames=frames)


def _profile(body: bytes) -> bytes | None:
    _, _, packed = body.partition(b"\x00")
    unpacking = zlib.decompressobj()
    try:
        profile = unpacking.decompress(packed[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if unpacking.eof else None
