"""Brush strokes that follow the shapes of a picture."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFilter

from emulators.gemini.filters.kit import Colour

SOBEL_X = (-1, 0, 1, -2, 0, 2, -1, 0, 1)
SOBEL_Y = (-1, -2, -1, 0, 0, 0, 1, 2, 1)


def directions(image: Image.Image, columns: int, rows: int) -> list[float]:
    """The angle along the contour at each point of a grid, row by row; where nothing turns, a gentle diagonal."""
    soft = image.convert("L").resize((columns, rows), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(1.2))
    across = soft.filter(ImageFilter.Kernel((3, 3), SOBEL_X, scale=4, offset=128)).tobytes()
    down = soft.filter(ImageFilter.Kernel((3, 3), SOBEL_Y, scale=4, offset=128)).tobytes()
    angles = []
    for x, y in zip(across, down, strict=True):
        slope_x, slope_y = x - 128, y - 128
        steep = slope_x * slope_x + slope_y * slope_y > 8
        angles.append(math.atan2(slope_y, slope_x) + math.pi / 2 if steep else -0.6)
    return angles


def shifted(colour: Colour, by: float, rng: random.Random) -> Colour:
    """The same colour, a little lighter or darker and a little to the side."""
    light = rng.uniform(-by, by)
    red, green, blue = (min(255, max(0, round(part + light + rng.uniform(-by, by) * 0.6))) for part in colour)
    return red, green, blue


def brush(
    canvas: Image.Image, image: Image.Image, rng: random.Random, *, step: int, length: float, width: int, shift: float
) -> None:
    """Cover `canvas` with strokes in the colours of `image`, one per grid cell, in random order."""
    columns, rows = max(3, image.width // step), max(3, image.height // step)
    angles = directions(image, columns, rows)
    colours = image.resize((columns, rows), Image.Resampling.BOX).tobytes()
    pen = ImageDraw.Draw(canvas)
    places = list(range(columns * rows))
    rng.shuffle(places)
    for place in places:
        x = (place % columns + rng.random()) * image.width / columns
        y = (place // columns + rng.random()) * image.height / rows
        angle = angles[place] + rng.uniform(-0.25, 0.25)
        half = length * rng.uniform(0.35, 0.65)
        dx, dy = math.cos(angle) * half, math.sin(angle) * half
        red, green, blue = colours[place * 3 : place * 3 + 3]
        ink = shifted((red, green, blue), shift, rng)
        pen.line((x - dx, y - dy, x + dx, y + dy), fill=ink, width=width)
