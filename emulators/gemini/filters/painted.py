"""Filters that look painted: washes, oil, dabs of light, woodblock colour, pop art, a travel poster."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from emulators.gemini.filters import kit
from emulators.gemini.filters.strokes import brush

PAPER = (250, 247, 240)
WOODBLOCK = (
    (24, 34, 62), (38, 74, 120), (92, 138, 168), (172, 198, 200), (244, 232, 206), (232, 204, 164),
    (214, 160, 112), (198, 88, 56), (150, 52, 44), (96, 60, 52), (140, 118, 92), (60, 56, 66),
)  # fmt: skip
POSTER = (
    (28, 40, 66), (46, 92, 110), (98, 148, 140), (190, 205, 170), (250, 232, 190), (246, 190, 108),
    (232, 128, 72), (188, 68, 58), (108, 42, 58), (66, 60, 70), (140, 110, 84),
)  # fmt: skip
POP_SHEETS = (
    ((40, 8, 90), (230, 30, 110), (255, 150, 60), (255, 240, 120)),
    ((8, 40, 110), (0, 150, 200), (90, 230, 190), (250, 255, 190)),
    ((70, 0, 30), (220, 40, 30), (255, 200, 40), (255, 250, 220)),
    ((20, 60, 40), (20, 170, 90), (240, 120, 190), (255, 225, 235)),
)


def watercolor(image: Image.Image, rng: random.Random) -> Image.Image:
    flowing = _bled(kit.flat(image, rounds=3), rng)
    wash = kit.curve(kit.saturate(flowing, 1.55), lambda value: 1 - (1 - value) ** 1.3 * 0.86)
    light = kit.halved(wash).convert("L").filter(ImageFilter.GaussianBlur(2))
    layers = light.point([min(255, value // 43 * 43 + 32) for value in range(256)]).filter(ImageFilter.ModeFilter(7))
    layers = layers.resize(image.size, Image.Resampling.BICUBIC)
    wash = Image.blend(wash, ImageChops.overlay(wash, layers.convert("RGB")), 0.45)
    dried = kit.curve(kit.lines(layers.convert("RGB"), width=1.8, gain=7), lambda value: 0.72 + 0.28 * value)
    drawn = kit.curve(kit.lines(image, width=1.4, gain=11, floor=4), lambda value: 0.35 + 0.65 * value)
    pools = kit.curve(kit.noise(image.size, rng, cell=min(image.size) / 9), lambda value: 0.82 + 0.24 * value)
    for layer in (dried, drawn, pools):
        wash = kit.multiply(wash, layer)
    wash = kit.texture(wash, kit.noise(image.size, rng, cell=2.4, spread=0.8), 0.2)
    frame = kit.rough_frame(image.size, rng, margin=0.05, ragged=0.9)
    return Image.composite(wash, Image.new("RGB", image.size, PAPER), frame)


def _bled(image: Image.Image, rng: random.Random) -> Image.Image:
    """Colour that ran a little past its contours, here more and there less."""
    soft = image.filter(ImageFilter.GaussianBlur(min(image.size) / 90))
    where = kit.curve(kit.noise(image.size, rng, cell=min(image.size) / 14), lambda value: 0.25 + value * 0.7)
    return Image.composite(soft, image, where)


def oil(image: Image.Image, rng: random.Random) -> Image.Image:
    rich = kit.contrast(kit.saturate(kit.flat(image), 1.35), 1.08)
    canvas = rich.copy()
    brush(canvas, rich, rng, step=12, length=36, width=12, shift=10)
    brush(canvas, rich, rng, step=7, length=15, width=5, shift=9)
    kept = kit.outlines(image, width=1.2, gain=1.6).filter(ImageFilter.GaussianBlur(4))
    canvas = Image.composite(Image.blend(canvas, rich, 0.75), canvas, kept)
    relief = canvas.convert("L").filter(ImageFilter.EMBOSS)
    return kit.texture(canvas, relief, 0.55)


def impressionist(image: Image.Image, rng: random.Random) -> Image.Image:
    light = kit.curve(kit.saturate(image, 1.7), lambda value: 0.07 + 0.93 * value**0.82)
    canvas = Image.blend(light.filter(ImageFilter.GaussianBlur(12)), Image.new("RGB", image.size, "#d8b98a"), 0.3)
    brush(canvas, light, rng, step=13, length=26, width=9, shift=34)
    brush(canvas, light, rng, step=7, length=11, width=4, shift=26)
    kept = kit.outlines(image, width=1.2, gain=2.2).filter(ImageFilter.GaussianBlur(4))
    canvas = Image.composite(Image.blend(canvas, light, 0.6), canvas, kept)
    return kit.texture(canvas, kit.noise(image.size, rng, cell=3, spread=0.5), 0.15)


def woodblock(image: Image.Image, rng: random.Random) -> Image.Image:
    shapes = kit.flat(ImageOps.autocontrast(image, cutoff=1), rounds=2)
    printed = kit.nearest(kit.curve(kit.saturate(shapes, 1.15), lambda value: value**0.85), WOODBLOCK, clean=3)
    ink = kit.curve(kit.lines(image, width=1.4, gain=16, floor=3), lambda value: value**1.5)
    sky = Image.linear_gradient("L").resize(image.size).point([min(255, 170 + value) for value in range(256)])
    sheet = kit.multiply(printed, sky)
    sheet = Image.composite(sheet, Image.new("RGB", image.size, (22, 28, 52)), ink)
    sheet = kit.texture(sheet, kit.noise((image.width, image.height), rng, cell=1.6, spread=0.7), 0.2)
    return _sealed(ImageChops.multiply(sheet, Image.new("RGB", image.size, (255, 247, 226))))


def _sealed(sheet: Image.Image) -> Image.Image:
    side = round(min(sheet.size) * 0.07)
    left, top = sheet.width - round(side * 1.6), sheet.height - round(side * 1.9)
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((left, top, left + side, top + side * 1.3), radius=side // 6, fill=(186, 40, 34))
    for row in range(3):
        y = top + side * (0.28 + 0.36 * row)
        pen.line((left + side * 0.2, y, left + side * 0.8, y), fill=(246, 232, 208), width=max(2, side // 12))
    pen.line((left + side * 0.5, top + side * 0.2, left + side * 0.5, top + side * 1.1), fill=(246, 232, 208), width=2)
    return sheet


def pop_art(image: Image.Image, rng: random.Random) -> Image.Image:
    """Four tinted prints of the same picture."""
    half = (image.width // 2, image.height // 2)
    grey = ImageOps.autocontrast(kit.flat(image).convert("L").resize(half, Image.Resampling.BOX), cutoff=2)
    steps = grey.point([min(3, value * 4 // 256) * 85 for value in range(256)])
    ink = kit.lines(image.resize(half), width=1.2, gain=14)
    sheet = Image.new("RGB", image.size)
    for number, colours in enumerate(POP_SHEETS):
        tile = kit.multiply(kit.ramp(steps, colours), ink)
        sheet.paste(tile, ((number % 2) * half[0], (number // 2) * half[1]))
    return kit.texture(sheet, kit.noise(image.size, rng, cell=2, spread=0.6), 0.12)


def travel_poster(image: Image.Image, rng: random.Random) -> Image.Image:
    lit = ImageOps.autocontrast(kit.flat(image, rounds=3), cutoff=1)
    glow = kit.ramp(Image.linear_gradient("L").resize(image.size), ((255, 214, 150), (255, 236, 214), (170, 160, 190)))
    tinted = ImageChops.multiply(ImageEnhance.Brightness(kit.saturate(lit, 1.3)).enhance(1.15), glow)
    shapes = kit.nearest(tinted, POSTER, clean=5)
    shapes = kit.texture(shapes, kit.noise(image.size, rng, cell=1.4, spread=0.9), 0.22)
    edge = round(min(image.size) * 0.04)
    sheet = Image.new("RGB", image.size, (250, 240, 216))
    sheet.paste(shapes.crop((edge, edge, image.width - edge, image.height - edge)), (edge, edge))
    return sheet
