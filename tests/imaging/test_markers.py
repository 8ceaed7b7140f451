"""The proof that a JPEG holds a picture only."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.markers import bare_size
from tests.imaging.conftest import Pictures


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}])
def test_a_plain_picture_passes_with_its_size(pictures: Pictures, options: dict[str, Any]) -> None:
    assert bare_size(pictures.saved(pictures.noise(200, 120), **options)) == (200, 120)


@pytest.mark.parametrize("marker", [0xFE, 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF, 0xF0, 0xDC])
def test_every_segment_that_no_decoder_needs_is_found(pictures: Pictures, marker: int) -> None:
    jpeg = pictures.saved()
    assert bare_size(jpeg[:20] + b"\xff" + bytes([marker]) + b"\x00\x06abcd" + jpeg[20:]) is None


def test_a_comment_between_two_scans_is_found(pictures: Pictures) -> None:
    jpeg = pictures.saved(progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    assert bare_size(jpeg[:last] + b"\xff\xfe\x00\x06abcd" + jpeg[last:]) is None


def test_a_byte_behind_the_end_is_found(pictures: Pictures) -> None:
    assert bare_size(pictures.saved() + b"\x00") is None


def test_a_thumbnail_in_the_jfif_header_is_found(pictures: Pictures) -> None:
    jpeg = pictures.saved()
    assert bare_size(jpeg[:18] + b"\x01\x01" + jpeg[20:]) is None
    assert bare_size(jpeg[:2] + b"\xff\xe0\x00\x13" + jpeg[6:18] + b"\x01\x01abc" + jpeg[20:]) is None


@pytest.mark.parametrize("kept", [0, 1, 4, 20, 21, 200, -1, -2])
def test_half_a_picture_is_none(pictures: Pictures, kept: int) -> None:
    assert bare_size(pictures.saved()[:kept]) is None


def test_a_picture_without_a_frame_is_none(pictures: Pictures) -> None:
    jpeg = pictures.saved()
    assert bare_size(jpeg[:20] + b"\xff\xd9") is None


def test_other_formats_are_none(pictures: Pictures) -> None:
    assert bare_size(pictures.saved(plugin="PNG")) is None
    assert bare_size(pictures.saved(pictures.quarters().convert("CMYK"))) is None
