"""Brushes that the filters share. All pictures are RGB unless a name says `grey` (mode L)."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

Colour = tuple[int, int, int]
Filter = Callable[[Image.Image, random.Random], Image.Image]


def curve(image: Image.Image, tone: Callable[[float], float]) -> Image.Image:
    """Apply one tone curve (0..1 to 0..1) to every channel."""
    table = [round(255 * min(1.0, max(0.0, tone(value / 255)))) for value in range(256)]
    return image.point(table * len(image.getbands()))


def saturate(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Color(image).enhance(amount)


def contrast(image: Image.Image, amount: float) -> Image.Image:
    return curve(image, lambda value: 0.5 + (value - 0.5) * amount)


def flat(image: Image.Image, *, rounds: int = 1) -> Image.Image:
    """Smooth broad areas and spare the details; worked at a smaller size, because rank filters are slow."""
    fine = halved(image).filter(ImageFilter.MedianFilter(3))
    coarse = image.resize((max(1, image.width // 3), max(1, image.height // 3)), Image.Resampling.BOX)
    for _ in range(rounds):
        coarse = coarse.filter(ImageFilter.MedianFilter(5))
    busy = outlines(fine, width=0.8, gain=2).filter(ImageFilter.GaussianBlur(3))
    spared = curve(busy, lambda value: value * 2.5)
    smooth = Image.composite(fine, coarse.resize(fine.size, Image.Resampling.BICUBIC), spared)
    return smooth.resize(image.size, Image.Resampling.BICUBIC)


def halved(image: Image.Image) -> Image.Image:
    return image.resize((max(1, image.width // 2), max(1, image.height // 2)), Image.Resampling.BOX)


def lines(image: Image.Image, *, width: float, gain: float, floor: int = 4) -> Image.Image:
    """Dark contours on white (grey): what a small blur keeps and a larger one loses."""
    grey = image.convert("L")
    near = grey.filter(ImageFilter.GaussianBlur(width))
    far = grey.filter(ImageFilter.GaussianBlur(width * 1.8))
    strength = ImageChops.subtract(far, near)
    return strength.point([255 - min(255, round(max(0, value - floor) * gain)) for value in range(256)])


def contours(image: Image.Image, *, width: float, floor: int = 3) -> Image.Image:
    """Bright contours on black (grey), of soft shapes as well: where two blurs of any channel disagree."""
    near = image.filter(ImageFilter.GaussianBlur(width))
    far = image.filter(ImageFilter.GaussianBlur(width * 2))
    strongest = _lightest(ImageChops.difference(near, far))
    return _stretched(strongest.point([max(0, value - floor) for value in range(256)]), most=22, bend=0.9)


def outlines(image: Image.Image, *, width: float, gain: float) -> Image.Image:
    """Bright contours on black (grey), from the strongest slope of any channel; the boldest few reach white."""
    soft = image.filter(ImageFilter.GaussianBlur(width))
    strongest = _lightest(soft.filter(ImageFilter.FIND_EDGES))
    ImageDraw.Draw(strongest).rectangle((0, 0, image.width - 1, image.height - 1), outline=0, width=2)
    return curve(_stretched(strongest, most=8, bend=1.4), lambda value: value * gain)


def _lightest(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _stretched(grey: Image.Image, *, most: float, bend: float) -> Image.Image:
    """Raise the brightest 4 % to white, but never by more than `most` times, so that noise stays dark."""
    counts = grey.histogram()
    bold = next(value for value in range(255, -1, -1) if sum(counts[value:]) > 0.04 * sum(counts))
    scale = min(most, 255 / max(1, bold))
    return grey.point([min(255, round(255 * (value * scale / 255) ** bend)) for value in range(256)])


def noise(size: tuple[int, int], rng: random.Random, *, cell: float = 1, spread: float = 1.0) -> Image.Image:
    """Grey noise around the middle; `cell` is the size of a grain in pixels, `spread` its contrast."""
    columns, rows = max(2, round(size[0] / cell)), max(2, round(size[1] / cell))
    grains = Image.frombytes("L", (columns, rows), rng.randbytes(columns * rows))
    return contrast(grains, spread).resize(size, Image.Resampling.BICUBIC)


def texture(image: Image.Image, grain: Image.Image, amount: float) -> Image.Image:
    """Lay a grey texture over a picture; middle grey changes nothing."""
    return Image.blend(image, ImageChops.overlay(image, grain.convert("RGB")), amount)


def multiply(image: Image.Image, grey: Image.Image) -> Image.Image:
    return ImageChops.multiply(image, grey.convert("RGB"))


def ramp(grey: Image.Image, stops: Sequence[Colour]) -> Image.Image:
    """Map brightness to a row of colours, dark to light, blended evenly between them."""
    last = len(stops) - 1

    def channel(band: int) -> list[int]:
        table = []
        for value in range(256):
            place = value / 255 * last
            low = min(last - 1, int(place))
            table.append(round(stops[low][band] + (stops[low + 1][band] - stops[low][band]) * (place - low)))
        return table

    return Image.merge("RGB", [grey.point(channel(band)) for band in range(3)])


def nearest(image: Image.Image, colours: Sequence[Colour], *, clean: int = 5) -> Image.Image:
    """Repaint with a fixed set of colours, in areas without specks."""
    palette = Image.new("P", (1, 1))
    flattened = [part for colour in colours for part in colour]
    palette.putpalette(flattened + flattened[:3] * (256 - len(colours)))
    small = halved(image).quantize(palette=palette, dither=Image.Dither.NONE)
    areas = Image.frombytes("L", small.size, small.tobytes()).filter(ImageFilter.ModeFilter(clean))
    small.frombytes(areas.tobytes())
    return small.convert("RGB").resize(image.size, Image.Resampling.BICUBIC)


def vignette(size: tuple[int, int], *, edge: int, reach: float = 1.0) -> Image.Image:
    """Grey: white in the middle, `edge` in the corners."""
    fall = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return fall.point([round(255 - (255 - edge) * (value / 255) ** (2 / reach)) for value in range(256)])


def rough_frame(size: tuple[int, int], rng: random.Random, *, margin: float, ragged: float) -> Image.Image:
    """Grey mask: white inside, black along an uneven border; `ragged` from 0 to 1."""
    inset = round(min(size) * margin)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle((inset, inset, size[0] - inset - 1, size[1] - inset - 1), fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(inset * 0.5))
    coarse = noise(size, rng, cell=min(size) / 30, spread=ragged * 0.6)
    fine = noise(size, rng, cell=min(size) / 90, spread=ragged * 0.5)
    torn = ImageChops.add(ImageChops.add(mask, coarse, 1, -128), fine, 1, -128)
    return curve(torn, lambda value: (value - 0.22) * 5)


def screen(size: tuple[int, int], *, cell: int, angle: float, dots: bool = True) -> Image.Image:
    """Grey threshold pattern of dots or lines, for printing tones in one ink."""
    span = cell * 8
    turn, pitch = math.radians(angle), 2 * math.pi / cell

    def level(x: int, y: int) -> int:
        across = math.cos(pitch * (x * math.cos(turn) + y * math.sin(turn)))
        if not dots:
            return round(127.5 + 127.5 * across)
        along = math.cos(pitch * (y * math.cos(turn) - x * math.sin(turn)))
        return round(127.5 + 63.75 * (across + along))

    tile = Image.frombytes("L", (span, span), bytes(level(x, y) for y in range(span) for x in range(span)))
    sheet = Image.new("L", size)
    for top in range(0, size[1], span):
        for left in range(0, size[0], span):
            sheet.paste(tile, (left, top))
    return sheet


def printed(grey: Image.Image, pattern: Image.Image, *, hard: float = 5) -> Image.Image:
    """Grey in two tones with soft edges: ink where the picture is darker than the pattern."""
    return contrast(ImageChops.add(grey, pattern, 2), hard)
