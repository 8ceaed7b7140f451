"""Kind and size from the first bytes, beside what Pillow makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Permanent
from imaging import header
from imaging.result import probe
from tests.imaging.conftest import Pictures

SIZES = [(1, 1), (300, 7), (640, 480), (65, 1023)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("plugin", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "L", {"progressive": True}),
        ("PNG", "RGBA", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGB", {"xmp": b"extended"}),
    ],
)
def test_a_results_type_and_size_are_read_from_its_header(
    pictures: Pictures, size: tuple[int, int], plugin: str, mode: str, options: dict[str, Any]
) -> None:
    image = pictures.noise(*size, mode) if len(mode) > 1 else pictures.noise(*size, "RGB").convert(mode)
    assert probe(pictures.saved(image, plugin, **options)) == (f"image/{plugin.lower()}", *size)


def test_a_size_behind_large_metadata_and_fill_bytes_is_found(pictures: Pictures) -> None:
    jpeg = pictures.with_segment(pictures.saved(), 0xE1, b"\xff\xc0" * 30_000)
    assert probe(jpeg[:2] + b"\xff\xff\xff" + jpeg[2:]) == ("image/jpeg", 96, 64)


def test_a_header_is_enough(pictures: Pictures) -> None:
    assert probe(pictures.saved(plugin="PNG")[:24]) == ("image/png", 96, 64)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b'{"error":{"code":500}}', b"GIF89a" + bytes(30), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_result_is_given_up_without_a_quote(data: bytes) -> None:
    with pytest.raises(Permanent) as failure:
        probe(data)
    assert str(failure.value) == f"result.not_a_picture (size={len(data)})"


def test_a_heic_is_no_result(pictures: Pictures) -> None:
    with pytest.raises(Permanent):
        probe(pictures.heic)


def test_a_picture_without_pixels_is_no_result(pictures: Pictures) -> None:
    png = bytearray(pictures.saved(plugin="PNG"))
    png[16:20] = bytes(4)
    with pytest.raises(Permanent):
        probe(bytes(png))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "other"),
        (b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00msf1hevc", "sequence"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", "other"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00", "other"),
        (b"BMW is no bitmap", ""),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "other"),
        (b"RIFF\x00\x00\x00\x00Duck", ""),
    ],
)
def test_kinds_are_told_apart(head: bytes, kind: str) -> None:
    assert header.kind_of(head) == kind


@given(
    data=st.one_of(
        st.binary(max_size=80),
        *[
            st.binary(max_size=60).map(start.__add__)
            for start in (
                b"\xff\xd8\xff",
                b"\x89PNG\r\n\x1a\n",
                b"RIFF\x00\x00\x00\x00WEBPVP8",
                b"\x00\x00\x00\x40ftyp",
            )
        ],
    )
)
def test_no_header_breaks_the_reader(data: bytes) -> None:
    kind = header.kind_of(data)
    if kind in header.MEASURED:
        size = header.dimensions(kind, data)
        assert size is None or min(size) > 0
