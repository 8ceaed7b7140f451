"""Proof that a JPEG is a picture and nothing else: no metadata, no comment, nothing behind its end."""

from __future__ import annotations

import re
import struct

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_JFIF = b"\xff\xe0\x00\x10JFIF\x00"
_JFIF_BYTES = 18
_FRAMES = frozenset({0xC0, 0xC2})
# Quantisation tables, Huffman tables, restart interval, the frame and its scans: what a decoder needs.
_NEEDED = _FRAMES | {0xDB, 0xC4, 0xDD, _SCAN}
# Within a scan a 0xFF is followed by a stuffed zero or a restart marker; anything else ends the scan.
_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def bare_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG that holds only what its decoder needs; None for everything else."""
    if not data.startswith(b"\xff\xd8" + _JFIF) or data[18:20] != bytes(2):
        return None
    try:
        return _walk(data, 2 + _JFIF_BYTES)
    except (struct.error, IndexError):
        return None


def _walk(data: bytes, at: int) -> tuple[int, int] | None:
    size: tuple[int, int] | None = None
    while data[at : at + 2] != bytes((0xFF, _END)):
        lead, marker, length = struct.unpack_from(">BBH", data, at)
        if lead != 0xFF or marker not in _NEEDED:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = width, height
        at += 2 + length
        if marker == _SCAN:
            end = _SCAN_ENDS.search(data, at)
            if end is None:
                return None
            at = end.start()
    return size if at + 2 == len(data) else None
