"""What a file says it is and how large, read from its first bytes without decoding anything."""

from __future__ import annotations

import struct

# Pictures, films and documents that we know and do not take: the person is told that the format is the matter.
_OTHER_FORMATS = (
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"%PDF-",
    b"8BPS",
    b"\x00\x00\x01\x00",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
    b"\x00\x00\x00\x0cjP  ",
    b"\x1aE\xdf\xa3",
    b"qoif",
)
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_SEQUENCE_BRANDS = frozenset({b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"})
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def kind_of(data: bytes) -> str:
    """jpeg, png, webp, heif; `sequence` for moving HEIF; `other` for formats not taken; empty for no picture."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _heif_kind(data)
    return "other" if _is_other_format(data) else ""


def dimensions(kind: str, data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as the header of a jpeg, png or webp states them; None where it cannot be read."""
    try:
        size = MEASURED[kind](data)
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _heif_kind(data: bytes) -> str:
    brand = data[8:12]
    if brand in _SEQUENCE_BRANDS:
        return "sequence"
    (length,) = struct.unpack(">I", data[:4])
    compatible = {data[at : at + 4] for at in range(16, min(length, 256), 4)}
    # "mif1" says only "an image in this container": AVIF uses it too, and what is inside has no decoder here.
    if brand in _STILL_BRANDS and not (brand == b"mif1" and b"avif" in compatible):
        return "heif"
    return "other"


def _is_other_format(data: bytes) -> bool:
    if data.startswith(_OTHER_FORMATS):
        return True
    if data[:2] == b"BM" and data[6:10] == bytes(4):
        return True
    if data[:4] == b"RIFF" and data[8:12] in (b"AVI ", b"WAVE"):
        return True
    return b"<svg" in data[:512].lower()


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        lead, marker, length = struct.unpack_from(">BBH", data, at)
        if lead != 0xFF or marker == 0xDA:
            return None
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length


def _webp_size(data: bytes) -> tuple[int, int] | None:
    form = data[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return (width, height) if len(data) >= 30 else None
    if form == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


MEASURED = {"jpeg": _jpeg_size, "png": _png_size, "webp": _webp_size}
