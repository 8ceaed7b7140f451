"""The frame a video starts from: large enough and not too narrow, with all of the picture in it.

A picture that is too narrow is not cropped, for a head might go: a blurred copy of it fills what is missing.
"""

from __future__ import annotations

import math

from PIL import Image, ImageFilter

# The copy is blurred at a fraction of its size, where a small radius does what a large one would do for 200 times more.
_REDUCTION = 16
_BLUR_RADIUS = 2.0


def framed(image: Image.Image, *, least_side: int, widest: float) -> Image.Image:
    """An RGB picture whose sides are at least `least_side` and whose ratio is at most `widest`, either way."""
    image = _enlarged(image, least_side=least_side, widest=widest)
    size = canvas(image.size, widest)
    if size == image.size:
        return image
    frame = _backdrop(image, size)
    frame.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return frame


def canvas(size: tuple[int, int], widest: float) -> tuple[int, int]:
    """The smallest size that holds `size` and is not wider or taller than `widest`."""
    shortest = math.ceil(max(size) / widest)
    return max(size[0], shortest), max(size[1], shortest)


def _enlarged(image: Image.Image, *, least_side: int, widest: float) -> Image.Image:
    # What will be the frame's short side, before it is rounded: the picture's own, or what its long side asks for.
    factor = least_side / max(min(image.size), max(image.size) / widest)
    if factor <= 1.0:
        return image
    width, height = (math.ceil(side * factor) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _backdrop(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture's middle, enlarged until it covers `size`, and blurred."""
    factor = min(image.width / size[0], image.height / size[1])
    across, down = min(size[0] * factor, image.width), min(size[1] * factor, image.height)
    left, top = (image.width - across) / 2, (image.height - down) / 2
    small = max(1, size[0] // _REDUCTION), max(1, size[1] // _REDUCTION)
    copy = image.resize(small, Image.Resampling.BOX, box=(left, top, left + across, top + down))
    return copy.filter(ImageFilter.GaussianBlur(_BLUR_RADIUS)).resize(size, Image.Resampling.BICUBIC)
