"""Filters made of light and film: neon, old prints, noir, synthwave, infrared, autochrome."""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from emulators.gemini.filters import kit

FALSE_COLOUR = (
    0.25, 1.05, -0.25, 0,
    0.95, -0.15, 0.1, 0,
    0.05, 0.35, 0.7, 0,
)  # fmt: skip


def neon(image: Image.Image, rng: random.Random) -> Image.Image:
    tubes = ImageChops.screen(
        kit.contours(kit.flat(image), width=3, floor=5),
        kit.contours(image, width=1.3, floor=5),
    )
    slow = kit.saturate(image.filter(ImageFilter.GaussianBlur(14)), 3.0)
    sweep = kit.ramp(
        Image.linear_gradient("L").rotate(90).resize(image.size), ((255, 40, 160), (150, 60, 255), (20, 230, 255))
    )
    ink = ImageChops.screen(Image.blend(slow, sweep, 0.7), Image.new("RGB", image.size, (30, 20, 40)))
    lit = kit.multiply(ink, tubes)
    glow = kit.halved(lit)
    halo = kit.curve(glow.filter(ImageFilter.GaussianBlur(4.5)), lambda value: value * 1.15)
    wide = kit.curve(glow.filter(ImageFilter.GaussianBlur(17)), lambda value: value * 0.6)
    air = ImageChops.screen(halo, wide).resize(image.size, Image.Resampling.BICUBIC)
    night = kit.ramp(image.convert("L"), ((7, 4, 20), (20, 12, 48), (52, 30, 86)))
    core = tubes.point([max(0, value - 150) * 2 for value in range(256)]).convert("RGB")
    for layer in (air, lit, core):
        night = ImageChops.screen(night, layer)
    return night


def vintage(image: Image.Image, rng: random.Random) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L").filter(ImageFilter.GaussianBlur(0.9)), cutoff=1)
    faded = kit.curve(grey, lambda value: 0.1 + value * 0.84)
    print_ = kit.ramp(faded, ((42, 26, 14), (134, 96, 60), (214, 182, 136), (250, 236, 206)))
    print_ = kit.multiply(print_, kit.vignette(image.size, edge=96))
    stains = kit.curve(kit.noise(image.size, rng, cell=160), lambda value: 0.82 + value * 0.24)
    print_ = kit.texture(kit.multiply(print_, stains), kit.noise(image.size, rng, cell=1.5, spread=0.9), 0.25)
    _scratch(print_, rng)
    edge = round(min(image.size) * 0.045)
    card = Image.new("RGB", image.size, (243, 233, 210))
    card.paste(print_.crop((edge, edge, image.width - edge, image.height - edge)), (edge, edge))
    return card


def _scratch(print_: Image.Image, rng: random.Random) -> None:
    pen = ImageDraw.Draw(print_)
    for _ in range(14):
        x, y = rng.uniform(0, print_.width), rng.uniform(0, print_.height)
        end = (x + rng.uniform(-6, 6), y + rng.uniform(20, print_.height / 5))
        pen.line((x, y, *end), fill=(244, 230, 200), width=1)


def noir(image: Image.Image, rng: random.Random) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=2)
    hard = kit.curve(grey, lambda value: (value**1.5) * 1.25 - 0.04)
    blinds = Image.new("L", image.size, 96)
    pen = ImageDraw.Draw(blinds)
    gap = image.height / 9
    for number in range(-6, 16):
        y = number * gap
        slat = [(0, y), (image.width, y + gap * 1.6), (image.width, y + gap * 2.2), (0, y + gap * 0.6)]
        pen.polygon(slat, fill=255)
    light = blinds.filter(ImageFilter.GaussianBlur(gap / 9))
    scene = ImageChops.multiply(ImageChops.multiply(hard, light), kit.vignette(image.size, edge=30))
    glow = kit.curve(scene.filter(ImageFilter.GaussianBlur(16)), lambda value: max(0.0, value - 0.4) * 0.8)
    scene = ImageChops.screen(scene, glow)
    film = kit.ramp(scene, ((4, 5, 8), (120, 124, 130), (250, 250, 246)))
    return kit.texture(film, kit.noise(image.size, rng, cell=1.4, spread=1.1), 0.3)


def synthwave(image: Image.Image, rng: random.Random) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    toned = kit.ramp(
        grey, ((16, 4, 44), (72, 12, 120), (222, 28, 140), (255, 128, 96), (255, 226, 130), (200, 255, 250))
    )
    red, green, blue = toned.split()
    toned = Image.merge("RGB", (ImageChops.offset(red, 5, 0), green, ImageChops.offset(blue, -5, 0)))
    rims = kit.outlines(image, width=2.0, gain=1.2).filter(ImageFilter.GaussianBlur(1.5))
    toned = ImageChops.screen(toned, kit.ramp(rims, ((0, 0, 0), (0, 120, 170), (90, 255, 255))))
    toned = ImageChops.screen(toned, _horizon(image.size))
    raster = Image.new("L", image.size, 255)
    pen = ImageDraw.Draw(raster)
    for y in range(0, image.height, 4):
        pen.line((0, y, image.width, y), fill=196, width=1)
    return kit.multiply(toned, raster)


def _horizon(size: tuple[int, int]) -> Image.Image:
    """A glowing grid that runs to the horizon along the lower edge."""
    width, height = size
    grid = Image.new("RGB", size)
    pen = ImageDraw.Draw(grid)
    top = round(height * 0.8)
    for number in range(-14, 15):
        pen.line((width / 2 + number * width * 0.05, top, width / 2 + number * width * 0.16, height), (70, 210, 220), 2)
    for number in range(7):
        y = top + (height - top) * (number / 6) ** 1.8
        pen.line((0, y, width, y), fill=(230, 60, 180), width=2)
    halo = grid.filter(ImageFilter.GaussianBlur(6))
    return ImageChops.screen(grid, kit.curve(halo, lambda value: value * 1.6))


def infrared(image: Image.Image, rng: random.Random) -> Image.Image:
    """False colour of infrared film: warm and green things turn pink, skies turn deep teal."""
    swapped = ImageOps.autocontrast(image, cutoff=1).convert("RGB", FALSE_COLOUR)
    warm = ImageOps.autocontrast(ImageChops.subtract(image.getchannel("R"), image.getchannel("B"), 1, 70))
    leaves = kit.ramp(image.convert("L"), ((60, 6, 36), (214, 40, 110), (255, 150, 184), (255, 246, 244)))
    water = kit.ramp(image.convert("L"), ((4, 26, 44), (18, 96, 120), (120, 204, 206), (250, 255, 252)))
    toned = Image.blend(Image.composite(leaves, water, kit.contrast(warm, 1.8)), swapped, 0.12)
    bloom = kit.curve(toned.filter(ImageFilter.GaussianBlur(18)), lambda value: max(0.0, value - 0.45) * 0.8)
    return kit.texture(ImageChops.screen(toned, bloom), kit.noise(image.size, rng, cell=1.5, spread=0.9), 0.2)


def autochrome(image: Image.Image, rng: random.Random) -> Image.Image:
    """The first colour plates: starch grains in three dyes, soft focus, dark uneven rim."""
    soft = kit.saturate(image.filter(ImageFilter.GaussianBlur(2.2)), 0.85)
    soft = ImageChops.multiply(kit.curve(soft, lambda v: 0.1 + v**0.85 * 0.86), Image.new("RGB", image.size, "#fff0cf"))
    grains = Image.merge("RGB", [kit.noise(image.size, rng, cell=2.6, spread=1.6) for _ in range(3)])
    plate = Image.blend(soft, ImageChops.overlay(soft, grains), 0.42)
    frame = kit.rough_frame(image.size, rng, margin=0.04, ragged=0.9).filter(ImageFilter.GaussianBlur(2))
    rim = Image.new("RGB", image.size, (20, 18, 16))
    return Image.composite(kit.multiply(plate, kit.vignette(image.size, edge=110)), rim, frame)
