"""Filters that look built by hand: glass, tiles, paper, thread, facets, pixels."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from emulators.gemini.filters import kit
from emulators.gemini.filters.kit import Colour
from emulators.gemini.filters.strokes import shifted

Point = tuple[float, float]
THREADS = 28
LAYERS: tuple[Colour, ...] = (
    (28, 36, 68), (58, 62, 112), (132, 78, 124), (222, 106, 104), (248, 170, 110), (253, 226, 172),
)  # fmt: skip


def _pixel(image: Image.Image, x: float, y: float) -> Colour:
    at = (min(image.width - 1, max(0, int(x))), min(image.height - 1, max(0, int(y))))
    red, green, blue = image.getpixel(at)  # type: ignore[misc]  # an RGB picture has three bands
    return red, green, blue


def stained_glass(image: Image.Image, rng: random.Random) -> Image.Image:
    rich = kit.saturate(ImageOps.autocontrast(kit.flat(image), cutoff=1), 2.4)
    pane = min(image.size) / 28
    colours = kit.curve(rich.filter(ImageFilter.GaussianBlur(pane / 4)), lambda value: 0.06 + value**0.85 * 1.15)
    corners: dict[tuple[int, int], Point] = {}

    def corner(x: int, y: int) -> Point:
        nominal = (x * pane / 2, y * pane * 0.29)
        jitter = (rng.uniform(-0.2, 0.2) * pane, rng.uniform(-0.2, 0.2) * pane)
        return corners.setdefault((x, y), (nominal[0] + jitter[0], nominal[1] + jitter[1]))

    glass = image.copy()
    pen = ImageDraw.Draw(glass)
    for row in range(int(image.height / (pane * 0.87)) + 2):
        for column in range(int(image.width / pane) + 2):
            x, y = 2 * column + row % 2, 3 * row
            ring = [(0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1)]
            shape = [corner(x + right, y + down) for right, down in ring]
            fill = shifted(_pixel(colours, x * pane / 2, y * pane * 0.29), 14, rng)
            pen.polygon(shape, fill=fill, outline=(16, 14, 20), width=max(2, round(pane / 10)))
    ripple = kit.noise(image.size, rng, cell=18, spread=1.0)
    lit = kit.texture(glass, ripple, 0.3)
    contours = kit.lines(rich, width=3, gain=7, floor=5)
    return kit.multiply(kit.multiply(lit, contours), kit.vignette(image.size, edge=170))


def mosaic(image: Image.Image, rng: random.Random) -> Image.Image:
    side = max(9, min(image.size) // 70)
    rich = kit.contrast(kit.saturate(image, 1.35), 1.12)
    colours = rich.resize((image.width // side + 1, image.height // side + 1), Image.Resampling.BOX)
    sheet = Image.new("RGB", image.size, (222, 212, 196))
    pen = ImageDraw.Draw(sheet)
    for row in range(colours.height):
        for column in range(colours.width):
            middle = ((column + 0.5) * side, (row + 0.5) * side)
            tile = shifted(_pixel(colours, column, row), 12, rng)
            pen.polygon(_tessera(middle, side * rng.uniform(0.4, 0.47), rng.uniform(-0.14, 0.14)), fill=tile)
    relief = sheet.convert("L").filter(ImageFilter.EMBOSS)
    return kit.texture(sheet, relief, 0.5)


def _tessera(middle: Point, half: float, turn: float) -> list[Point]:
    angles = [turn + math.pi / 4 + math.pi / 2 * number for number in range(4)]
    reach = half * math.sqrt(2)
    return [(middle[0] + math.cos(angle) * reach, middle[1] + math.sin(angle) * reach) for angle in angles]


def papercut(image: Image.Image, rng: random.Random) -> Image.Image:
    """Six sheets of coloured paper, each cut where the picture is lighter, each casting a shadow."""
    grey = ImageOps.equalize(kit.flat(image, rounds=2).convert("L"))
    grey = Image.blend(grey, ImageOps.autocontrast(image.convert("L")), 0.35).filter(ImageFilter.GaussianBlur(5))
    fibre = kit.noise(image.size, rng, cell=1.5, spread=0.35)
    reach = max(4, min(image.size) // 150)
    pile = Image.new("RGB", image.size, LAYERS[0])
    for number, colour in enumerate(LAYERS[1:], start=1):
        cut = kit.contrast(grey.point([max(0, min(255, value - number * 42 + 128)) for value in range(256)]), 22)
        cast = ImageChops.offset(cut, reach, round(reach * 1.4)).filter(ImageFilter.GaussianBlur(reach))
        pile = kit.multiply(pile, cast.point([round(255 - value * 0.55) for value in range(256)]))
        pile = Image.composite(Image.new("RGB", image.size, colour), pile, cut)
    return kit.texture(pile, fibre, 0.35)


def cross_stitch(image: Image.Image, rng: random.Random) -> Image.Image:
    side = max(8, min(image.size) // 84)
    small = kit.saturate(image, 1.4).resize((image.width // side + 1, image.height // side + 1), Image.Resampling.BOX)
    threads = small.quantize(THREADS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    cloth = Image.new("RGB", image.size, (236, 228, 212))
    weave = ImageDraw.Draw(cloth)
    for at in range(0, max(image.size), side):
        weave.line((at, 0, at, image.height), fill=(206, 196, 178), width=2)
        weave.line((0, at, image.width, at), fill=(206, 196, 178), width=2)
    pen = ImageDraw.Draw(cloth)
    width = max(3, round(side * 0.45))
    for row in range(threads.height):
        for column in range(threads.width):
            red, green, blue = shifted(_pixel(threads, column, row), 6, rng)
            left, top = column * side + 1, row * side + 1
            right, bottom = left + side - 2, top + side - 2
            under = (red * 7 // 10, green * 7 // 10, blue * 7 // 10)
            pen.rectangle((left, top, right, bottom), fill=(red * 17 // 20, green * 17 // 20, blue * 17 // 20))
            pen.line((left, bottom, right, top), fill=under, width=width)
            pen.line((left, top, right, bottom), fill=(red, green, blue), width=width)
    return kit.texture(cloth, kit.noise(image.size, rng, cell=1.5, spread=0.8), 0.2)


def low_poly(image: Image.Image, rng: random.Random) -> Image.Image:
    """Triangles whose corners sit on the strongest contour of their cell."""
    step = max(14, min(image.size) // 34)
    slopes = kit.outlines(image, width=1.5, gain=1.0).resize(
        (image.width // 4, image.height // 4), Image.Resampling.BOX
    )
    soft = kit.contrast(kit.saturate(image, 1.45), 1.1).filter(ImageFilter.GaussianBlur(step / 6))
    columns, rows = image.width // step + 2, image.height // step + 2
    mesh = [[_anchor(slopes, column, row, step, rng) for column in range(columns)] for row in range(rows)]
    sheet = soft.copy()
    pen = ImageDraw.Draw(sheet)
    for row in range(rows - 1):
        for column in range(columns - 1):
            a, b = mesh[row][column], mesh[row][column + 1]
            c, d = mesh[row + 1][column], mesh[row + 1][column + 1]
            halves = ((a, b, c), (b, d, c)) if (row + column) % 2 else ((a, b, d), (a, d, c))
            for shape in halves:
                x, y = sum(p[0] for p in shape) / 3, sum(p[1] for p in shape) / 3
                pen.polygon(shape, fill=shifted(_pixel(soft, x, y), 9, rng))
    return sheet


def _anchor(slopes: Image.Image, column: int, row: int, step: int, rng: random.Random) -> Point:
    """Near grid point (column, row): where the picture turns most, else anywhere close by."""
    x, y = (column - 0.5) * step, (row - 0.5) * step
    best, place = 24, (x + rng.uniform(-0.32, 0.32) * step, y + rng.uniform(-0.32, 0.32) * step)
    for _ in range(9):
        there = (x + rng.uniform(-0.42, 0.42) * step, y + rng.uniform(-0.42, 0.42) * step)
        at = (int(there[0] / 4), int(there[1] / 4))
        if not (0 <= at[0] < slopes.width and 0 <= at[1] < slopes.height):
            continue
        slope = slopes.getpixel(at)
        if isinstance(slope, int) and slope > best:
            best, place = slope, there
    return place


def pixel_art(image: Image.Image, rng: random.Random) -> Image.Image:
    side = max(6, min(image.size) // 108)
    bright = kit.contrast(kit.saturate(image, 1.5), 1.15)
    small = bright.resize((image.width // side, image.height // side), Image.Resampling.BOX)
    ink = kit.curve(kit.lines(small, width=0.9, gain=8, floor=5), lambda value: 0.35 + value * 0.65)
    sprites = (
        kit.multiply(small, ink)
        .quantize(32, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        .convert("RGB")
    )
    return sprites.resize(image.size, Image.Resampling.NEAREST)
