"""PNG chunks that unpack to more than anyone should read."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from imaging import chunks
from imaging.intake import CleanPhoto, Intake
from tests.imaging.conftest import Pictures

MIB = 1024 * 1024
TEXT_BOMB = zlib.compress(bytes(40 * MIB))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (b"zTXt", b"Comment\x00\x00" + TEXT_BOMB),
        (b"iTXt", b"Comment\x00\x01\x00\x00\x00" + TEXT_BOMB),
        (b"tEXt", b"Comment\x00" + b"x" * 5 * MIB),
        (b"iCCP", b"profile\x00\x00" + TEXT_BOMB),
    ],
    ids=["zTXt", "iTXt", "tEXt", "iCCP"],
)
def test_a_huge_text_or_profile_does_not_cost_the_person_their_picture(
    pictures: Pictures,
    intake: Intake,
    shown: Callable[[CleanPhoto], Image.Image],
    corners: Callable[[Image.Image], str],
    name: bytes,
    body: bytes,
) -> None:
    png = pictures.with_chunk(pictures.saved(plugin="PNG"), name, body)
    assert corners(shown(intake.clean(png))) == "RGBY"


def test_a_thousand_small_bombs_cost_nothing_either(pictures: Pictures, intake: Intake) -> None:
    bomb = pictures.chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(MIB)))
    png = pictures.saved(plugin="PNG")
    assert intake.clean(png[:33] + bomb * 1000 + png[33:]).width == 96


def test_only_the_chunks_of_the_picture_are_kept(pictures: Pictures) -> None:
    png = pictures.saved(plugin="PNG")
    extended = pictures.with_chunk(pictures.with_chunk(png, b"tEXt", b"a\x00b"), b"prVt", b"mine") + b"behind the end"
    assert chunks.reduce(extended).data == png


def test_a_profile_is_unpacked_and_a_broken_one_is_none(pictures: Pictures) -> None:
    png = pictures.saved(plugin="PNG")
    packed = zlib.compress(b"profile")
    assert chunks.reduce(pictures.with_chunk(png, b"iCCP", b"name\x00\x00" + packed)).profile == b"profile"
    for body in (b"", b"name", b"name\x00\x00", b"name\x00\x00rubbish", b"name\x00\x00" + packed[:-5]):
        assert chunks.reduce(pictures.with_chunk(png, b"iCCP", body)).profile is None


def test_a_chunk_longer_than_the_file_is_broken(pictures: Pictures) -> None:
    png = pictures.saved(plugin="PNG")
    with pytest.raises(chunks.Broken):
        chunks.reduce(png[:33] + b"\x7f\xff\xff\xffIDAT" + png[41:])
