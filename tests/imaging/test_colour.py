"""Colours: whatever way a file holds them, the picture looks the same in sRGB."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from imaging.intake import CleanPhoto, Intake
from tests.imaging.conftest import Pictures

# Primaries as XYZ under D50, with the gamma of their space.
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
TO_LINEAR_SRGB = ((3.13386, -1.61687, -0.49061), (-0.97877, 1.91614, 0.03345), (0.07194, -0.22899, 1.40524))
Shown = Callable[[CleanPhoto], Image.Image]
Corners = Callable[[Image.Image], str]


def in_srgb(colour: tuple[int, ...], primaries: tuple[tuple[float, ...], ...], gamma: float) -> tuple[int, ...]:
    """By the textbook: linear light, XYZ, linear sRGB, sRGB's curve."""
    light = [(value / 255) ** gamma for value in colour]
    xyz = [sum(part * primary[axis] for part, primary in zip(light, primaries, strict=True)) for axis in range(3)]
    linear = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, xyz, strict=True)))) for row in TO_LINEAR_SRGB]
    curved = [12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear]
    return tuple(round(value * 255) for value in curved)


def near(pixel: Any, colour: tuple[int, ...], tolerance: int = 4) -> bool:
    return all(abs(is_ - should) <= tolerance for is_, should in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("plugin", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("primaries", "gamma"), [(DISPLAY_P3, 2.2), (ADOBE_RGB, 2.19921875)], ids=["p3", "adobe"])
@pytest.mark.parametrize("colour", [(200, 100, 80), (90, 170, 60), (60, 80, 190)])
def test_a_wide_colour_is_converted_and_not_just_relabelled(
    pictures: Pictures, intake: Intake, shown: Shown, plugin: str, primaries: Any, gamma: float, colour: tuple[int, ...]
) -> None:
    profile = pictures.profile(primaries, gamma, "wide")
    data = pictures.saved(Image.new("RGB", (80, 80), colour), plugin, icc_profile=profile, quality=95)
    pixel = shown(intake.clean(data)).getpixel((40, 40))
    assert near(pixel, in_srgb(colour, primaries, gamma))
    assert not near(pixel, colour, 8)


def test_a_picture_that_says_it_is_srgb_keeps_its_colours(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Corners
) -> None:
    assert corners(shown(intake.clean(pictures.saved(icc_profile=pictures.srgb_profile())))) == "RGBY"


@pytest.mark.parametrize("damage", ["noise", "cut", "of another space"])
@pytest.mark.parametrize("plugin", ["JPEG", "PNG", "WEBP"])
def test_a_broken_profile_is_ignored(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Corners, damage: str, plugin: str
) -> None:
    whole = pictures.profile(ADOBE_RGB, 2.2, "x")
    profile = {
        "noise": b"no profile" * 20,
        "cut": whole[:200],
        "of another space": whole.replace(b"RGB XYZ", b"CMYKXYZ"),
    }
    data = pictures.saved(plugin=plugin, icc_profile=profile[damage])
    assert corners(shown(intake.clean(data))) == "RGBY"


def test_a_cmyk_jpeg_looks_right_with_and_without_adobes_marker(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Corners
) -> None:
    jpeg = pictures.saved(pictures.quarters().convert("CMYK"), quality=95)
    at = jpeg.index(b"\xff\xee\x00\x0eAdobe")
    for data in (jpeg, jpeg[:at] + jpeg[at + 16 :]):
        with Image.open(io.BytesIO(data)) as source:
            assert source.mode == "CMYK"
        assert corners(shown(intake.clean(data))) == "RGBY"


def test_a_ycck_jpeg_looks_right(pictures: Pictures, intake: Intake, shown: Shown, corners: Corners) -> None:
    inks = Image.merge("RGB", pictures.quarters().convert("CMYK").split()[:3]).convert("YCbCr")
    stored = [band.point(lambda value: 255 - value) for band in inks.split()]
    jpeg = pictures.saved(Image.merge("CMYK", [*stored, Image.new("L", (96, 64), 0)]), quality=95)
    transform = jpeg.index(b"\xff\xee\x00\x0eAdobe") + 15
    ycck = jpeg[:transform] + b"\x02" + jpeg[transform + 1 :]
    assert corners(shown(intake.clean(ycck))) == "RGBY"


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped(pictures: Pictures, intake: Intake, shown: Shown) -> None:
    ramp = struct.pack(">256H", *(value * 257 for value in range(256)))
    image = shown(intake.clean(pictures.png(256, 100, depth=16, row=ramp)))
    assert all(near(image.getpixel((x, 50)), (x, x, x), 5) for x in range(256))


def test_sixteen_bits_of_colour_are_scaled(pictures: Pictures, intake: Intake, shown: Shown) -> None:
    row = struct.pack(">3H", 200 * 257, 100 * 257, 50 * 257) * 80
    image = shown(intake.clean(pictures.png(80, 80, depth=16, colour=2, row=row)))
    assert near(image.getpixel((40, 40)), (200, 100, 50))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("plugin", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(
    pictures: Pictures, intake: Intake, shown: Shown, mode: str, plugin: str
) -> None:
    image = Image.new("RGBA", (96, 96), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (48, 0, 96, 96))
    image.paste((0, 0, 0, 128), (0, 48, 48, 96))
    pixels = shown(intake.clean(pictures.saved(image.convert(mode), plugin, lossless=True)))
    seen = [pixels.getchannel(0).getpixel(at) for at in ((24, 24), (72, 24), (24, 72))]
    assert near(seen, (0, 255, 127))


def test_a_palette_with_a_transparent_colour_is_flattened(pictures: Pictures, intake: Intake, shown: Shown) -> None:
    image = Image.new("P", (96, 96), 1)
    image.putpalette([10, 20, 30, 200, 40, 50])
    image.paste(0, (48, 0, 96, 96))
    pixels = shown(intake.clean(pictures.saved(image, "PNG", transparency=0)))
    assert near(pixels.getpixel((24, 48)), (200, 40, 50))
    assert near(pixels.getpixel((72, 48)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_fewer_colours_are_colours_too(pictures: Pictures, intake: Intake, shown: Shown, mode: str) -> None:
    image = Image.new("RGB", (96, 96), "white")
    image.paste("black", (0, 0, 48, 96))
    pixels = shown(intake.clean(pictures.saved(image.convert(mode), "PNG")))
    assert near(pixels.getpixel((24, 48)), (0, 0, 0)) and near(pixels.getpixel((72, 48)), (255, 255, 255))
