"""The picture a video starts from, and the small one a chat shows of it."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from errors import Rejected
from imaging import wire
from imaging.frame import canvas, framed
from imaging.intake import CleanPhoto, Intake, _judged
from imaging.markers import bare_size
from tests.imaging.conftest import Pictures

Shown = Callable[[CleanPhoto], Image.Image]
LEAST, WIDEST, LONG_SIDE = 300, 2.5, 1920


def fits(width: int, height: int) -> bool:
    short, long = sorted((width, height))
    return short >= LEAST and long <= LONG_SIDE and long <= short * WIDEST


# What comes out of the scaling before: at most 1920 long, and at most 20:1 but for rounding.
sizes = st.tuples(st.integers(1, LONG_SIDE), st.floats(1 / 20, 20)).map(
    lambda drawn: (drawn[0], max(1, min(LONG_SIDE, round(drawn[0] / drawn[1]))))
)


@given(size=sizes)
@settings(max_examples=300, deadline=None)
def test_every_size_becomes_a_frame_that_is_large_and_wide_enough(size: tuple[int, int]) -> None:
    frame = framed(Image.new("RGB", size, "navy"), least_side=LEAST, widest=WIDEST)
    assert fits(*frame.size)
    # It is one colour still: no black bar, no seam.
    assert frame.getcolors() == [(frame.width * frame.height, (0, 0, 128))]


def test_no_small_picture_falls_short_by_a_pixel() -> None:
    for side in range(1, LEAST):
        assert min(framed(Image.new("RGB", (side, side)), least_side=LEAST, widest=WIDEST).size) >= LEAST


@given(size=sizes.filter(lambda size: fits(*size)))
@settings(max_examples=60, deadline=None)
def test_a_picture_that_fits_is_left_as_it_is(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size)
    assert framed(image, least_side=LEAST, widest=WIDEST) is image


@given(long=st.integers(751, LONG_SIDE), ratio=st.floats(2.6, 20), tall=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_narrow_picture_stands_whole_and_unscaled_in_the_middle(long: int, ratio: float, tall: bool) -> None:
    across, down = long, math.ceil(long / ratio)
    image = Image.effect_noise((across, down), 100).convert("RGB")
    if tall:
        image = image.transpose(Image.Transpose.ROTATE_90)
    frame = framed(image, least_side=LEAST, widest=WIDEST)
    left, top = (frame.width - image.width) // 2, (frame.height - image.height) // 2
    middle = frame.crop((left, top, left + image.width, top + image.height))
    assert ImageChops.difference(middle, image).getbbox() is None
    assert frame.size == canvas(image.size, WIDEST)
    assert max(frame.size) == long


def test_what_is_missing_shows_the_picture_blurred_and_no_bars() -> None:
    image = Image.new("RGB", (1500, 300), "white")
    image.paste((200, 0, 0), (0, 0, 750, 300))
    frame = framed(image, least_side=LEAST, widest=WIDEST)
    assert frame.size == (1500, 600)
    pixels: Any = frame.load()
    assert pixels[20, 20] == (200, 0, 0)
    assert pixels[1480, 590] == (255, 255, 255)
    # Where the picture has a hard edge, the copy behind it has a long soft one.
    assert pixels[749, 300] == (200, 0, 0)
    assert pixels[750, 300] == (255, 255, 255)
    soft = [pixels[x, 20][1] for x in range(700, 800)]
    assert soft == sorted(soft)
    assert len(set(soft)) > 50


def test_a_frame_is_made_of_a_photo_in_the_cage_upright_and_bare(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Callable[[Image.Image], str]
) -> None:
    photo = pictures.saved(pictures.quarters(960, 640), exif=pictures.exif(6, "canary"))
    frame = intake.first_frame(photo)
    assert (frame.width, frame.height) == (640, 960)
    assert corners(shown(frame)) == "BRYG"
    assert b"canary" not in frame.data
    assert bare_size(frame.data) == (640, 960)


@pytest.mark.parametrize(
    ("size", "framed_size"),
    [((96, 64), (450, 300)), ((20, 20), (300, 300)), ((3000, 2000), (1920, 1280)), ((64, 640), (300, 750))],
)
def test_a_frame_has_the_size_a_film_can_start_from(
    pictures: Pictures, intake: Intake, shown: Shown, size: tuple[int, int], framed_size: tuple[int, int]
) -> None:
    frame = intake.first_frame(pictures.saved(pictures.quarters(*size), "PNG"))
    assert shown(frame).size == framed_size
    assert frame.source_format == "png"


def test_a_frame_may_be_read_from_an_opened_seal(pictures: Pictures, intake: Intake) -> None:
    photo = pictures.saved(pictures.quarters(400, 400), "WEBP")
    assert intake.first_frame(io.BytesIO(photo)) == intake.first_frame(photo)


def test_the_heaviest_frame_is_light_enough_and_keeps_its_size(pictures: Pictures, intake: Intake) -> None:
    frame = intake.first_frame(pictures.saved(pictures.noise(1920, 1920), quality=95))
    assert len(frame.data) <= 5 * 1024 * 1024
    assert (frame.width, frame.height) == (1920, 1920)


def test_no_frame_is_made_of_what_is_no_picture(intake: Intake) -> None:
    with pytest.raises(Rejected, match=r"photo\.not_a_picture"):
        intake.first_frame(b"no picture at all")


@pytest.mark.parametrize("size", [(299, 400), (300, 751), (1921, 1000)], ids=["small", "narrow", "long"])
def test_a_frame_that_breaks_its_own_rules_is_not_believed(pictures: Pictures, size: tuple[int, int]) -> None:
    rules: dict[str, Any] = dict.fromkeys(wire.Job.__dataclass_fields__, 0)
    job = wire.Job(**{**rules, "long_side": LONG_SIDE, "frame_side": LEAST, "frame_ratio": WIDEST})

    def judged(across: int, down: int) -> CleanPhoto:
        jpeg = pictures.saved(Image.new("RGB", (across, down)))
        return _judged(wire.Answer(verdict=wire.CLEAN, kind="jpeg", jpeg=jpeg), job)

    assert judged(300, 750).height == 750
    with pytest.raises(Rejected):
        judged(*size)


@pytest.mark.parametrize("size", [(2000, 1500), (1500, 2000), (40, 30)])
def test_a_thumbnail_is_small_in_pixels_and_bytes(
    pictures: Pictures, intake: Intake, shown: Shown, size: tuple[int, int]
) -> None:
    small = intake.thumbnail(pictures.saved(pictures.noise(*size), "PNG"))
    assert shown(small).size == ((320, 240) if size[0] == 2000 else (240, 320) if size[0] == 1500 else size)
    assert len(small.data) < 200_000
