"""Filters that look drawn or printed in ink: pencil, charcoal, comic, cel shading, blueprint, linocut."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageMath, ImageOps

from emulators.gemini.filters import kit


def _dodged(grey: Image.Image, *, blur: float) -> Image.Image:
    """The drawing that is left when a picture is divided by its own blur (grey)."""
    drawing: Image.Image = ImageMath.lambda_eval(
        lambda name: name["convert"](name["min"](name["sharp"] * 255 / (name["soft"] + 1), 255), "L"),
        sharp=grey.convert("I"),
        soft=grey.filter(ImageFilter.GaussianBlur(blur)).convert("I"),
    )
    return drawing


def _hatching(size: tuple[int, int], *, gap: int, falling: bool) -> Image.Image:
    """Grey: slanted pencil lines on white."""
    sheet = Image.new("L", size, 255)
    pen = ImageDraw.Draw(sheet)
    width, height = size
    for start in range(-height, width + height, gap):
        ends = (start, 0, start + height, height) if falling else (start, height, start + height, 0)
        pen.line(ends, fill=120, width=2)
    return sheet


def pencil(image: Image.Image, rng: random.Random) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    drawing = kit.curve(_dodged(grey, blur=9), lambda value: value**2.4)
    shade = grey.filter(ImageFilter.GaussianBlur(3))
    for limit, falling in ((120, False), (66, True)):
        dark = shade.point([255 if value < limit else max(0, 255 - (value - limit) * 9) for value in range(256)])
        hatch = _hatching(image.size, gap=7, falling=falling)
        drawing = Image.composite(ImageChops.multiply(drawing, hatch), drawing, dark)
    drawing = ImageChops.multiply(drawing, kit.curve(kit.noise(image.size, rng, cell=1.6), lambda v: 0.8 + 0.3 * v))
    return kit.ramp(drawing, ((44, 44, 52), (150, 148, 150), (251, 249, 243)))


def charcoal(image: Image.Image, rng: random.Random) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=2)
    smudge = kit.curve(grey.filter(ImageFilter.GaussianBlur(5)), lambda value: 0.2 + 0.85 * value**1.3)
    strokes = kit.curve(_dodged(grey.filter(ImageFilter.MedianFilter(3)), blur=16), lambda value: value**3)
    drawing = ImageChops.multiply(smudge, strokes)
    tooth = kit.noise(image.size, rng, cell=2.4, spread=1.3)
    grained = ImageChops.add(drawing, tooth, 1, -128)
    drawing = Image.blend(drawing, grained, 0.45)
    frame = kit.rough_frame(image.size, rng, margin=0.045, ragged=1.0)
    sheet = kit.ramp(drawing, ((22, 20, 20), (96, 92, 88), (206, 200, 190), (236, 231, 221)))
    paper = kit.ramp(kit.noise(image.size, rng, cell=2, spread=0.25), ((224, 218, 206), (240, 236, 228)))
    return Image.composite(sheet, paper, frame)


def comic(image: Image.Image, rng: random.Random) -> Image.Image:
    bright = kit.saturate(ImageOps.autocontrast(kit.flat(image), cutoff=1), 1.8)
    bands = ImageOps.posterize(kit.curve(bright, lambda value: value * 0.9 + 0.1), 2)
    bands = kit.curve(bands.filter(ImageFilter.GaussianBlur(1)), lambda value: 0.12 + value * 1.18)
    dots = kit.printed(bright.convert("L"), kit.screen(image.size, cell=9, angle=30))
    shade = Image.composite(bands, kit.curve(bands, lambda value: value * 0.68), dots)
    ink = kit.curve(kit.lines(image, width=1.8, gain=18, floor=3), lambda value: value**1.6)
    blacks = kit.contrast(bright.convert("L").point([min(255, value * 3) for value in range(256)]), 3)
    page = kit.multiply(kit.multiply(shade, ink), blacks)
    ImageDraw.Draw(page).rectangle((0, 0, page.width - 1, page.height - 1), outline=(12, 12, 16), width=10)
    return page


def cel(image: Image.Image, rng: random.Random) -> Image.Image:
    shapes = kit.flat(image, rounds=2)
    light = ImageOps.autocontrast(kit.halved(shapes).convert("L"), cutoff=1)
    steps = light.point([(70, 130, 200, 255)[min(3, value * 4 // 256)] for value in range(256)])
    steps = steps.filter(ImageFilter.ModeFilter(5)).resize(image.size, Image.Resampling.BICUBIC)
    flatted = kit.curve(kit.saturate(shapes, 2.0), lambda value: value**0.55)
    drawn = ImageChops.multiply(
        flatted, kit.ramp(steps, ((30, 30, 96), (110, 100, 190), (214, 200, 232), (255, 255, 250)))
    )
    ink = kit.curve(kit.lines(image, width=1.3, gain=15, floor=3), lambda value: value**1.8)
    drawn = Image.composite(drawn, Image.new("RGB", image.size, (44, 26, 62)), ink)
    bloom = kit.curve(drawn.filter(ImageFilter.GaussianBlur(18)), lambda value: max(0.0, value - 0.45) * 0.5)
    sky = Image.linear_gradient("L").resize(image.size).point([(255 - value) // 7 for value in range(256)])
    return ImageChops.add(ImageChops.screen(drawn, bloom), kit.ramp(sky, ((0, 0, 0), (90, 170, 255))))


def blueprint(image: Image.Image, rng: random.Random) -> Image.Image:
    ink = ImageChops.screen(
        kit.contours(image, width=1.4),
        kit.curve(kit.contours(kit.flat(image), width=3.5, floor=6), lambda value: value * 0.55),
    )
    shade = image.convert("L").filter(ImageFilter.GaussianBlur(6)).point([value // 6 for value in range(256)])
    sheet = kit.ramp(ImageChops.add(shade, ink), ((16, 52, 118), (92, 140, 200), (222, 236, 252)))
    grid = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(grid)
    for number, at in enumerate(range(0, max(image.size), 24)):
        strength = 52 if number % 5 == 0 else 22
        pen.line((at, 0, at, image.height), fill=strength)
        pen.line((0, at, image.width, at), fill=strength)
    sheet = ImageChops.screen(sheet, grid.convert("RGB"))
    edge = round(min(image.size) * 0.025)
    frame = (edge, edge, image.width - edge, image.height - edge)
    ImageDraw.Draw(sheet).rectangle(frame, outline=(214, 230, 250), width=3)
    return kit.texture(sheet, kit.noise(image.size, rng, cell=2, spread=0.5), 0.15)


def linocut(image: Image.Image, rng: random.Random) -> Image.Image:
    """One dark ink on cream: gouged lines stand for the half tones."""
    grey = ImageOps.autocontrast(kit.flat(image).convert("L"), cutoff=3)
    cuts = kit.screen(image.size, cell=9, angle=62, dots=False)
    wobble = kit.noise(image.size, rng, cell=9, spread=0.5)
    tones = kit.printed(kit.contrast(grey, 1.25), Image.blend(cuts, wobble, 0.25), hard=9)
    ink = ImageChops.multiply(tones, kit.curve(kit.lines(image, width=2.0, gain=16), lambda value: value**2))
    wear = kit.curve(kit.noise(image.size, rng, cell=2.5), lambda value: (value - 0.86) * 3)
    sheet = kit.ramp(ImageChops.add(ink, wear), ((26, 38, 40), (246, 236, 214)))
    edge = round(min(image.size) * 0.035)
    page = Image.new("RGB", image.size, (246, 236, 214))
    page.paste(sheet.crop((edge, edge, image.width - edge, image.height - edge)), (edge, edge))
    return page
