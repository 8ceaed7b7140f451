"""Making a picture small enough: in pixels by scaling, in bytes by quality first and pixels after."""

from __future__ import annotations

import io

from PIL import Image

_QUALITY_STEPS = (85, 75, 60)
_SHRINK = 0.75


def target(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """`size` scaled so that its longer side is at most `long_side`; never enlarged, never under one pixel."""
    factor = min(1.0, long_side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def within(image: Image.Image, long_side: int) -> Image.Image:
    size = target(image.size, long_side)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def encoded(image: Image.Image, *, quality: int, max_bytes: int) -> bytes:
    """A baseline JPEG of an RGB picture, not larger than `max_bytes` unless that is 0."""
    for step in (quality, *(lower for lower in _QUALITY_STEPS if lower < quality)):
        jpeg = _jpeg(image, step)
        if not max_bytes or len(jpeg) <= max_bytes or max(image.size) == 1:
            return jpeg
    return encoded(within(image, max(1, int(max(image.size) * _SHRINK))), quality=quality, max_bytes=max_bytes)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # A picture without `info` has no comment, profile or resolution that the encoder could carry over.
    image.info = {}
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
