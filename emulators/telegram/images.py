"""What Telegram does to a picture sent as a photo: smaller JPEG copies without any metadata."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

SIDES = (90, 320, 800, 1280)
MAX_PIXELS = 64_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")

# The limit is our own, checked below, with a sentence instead of a warning.
Image.MAX_IMAGE_PIXELS = None


class NotAPicture(Exception):
    pass


def dimensions(data: bytes) -> tuple[int, int]:
    """Width and height in pixels from the header alone. Raises NotAPicture."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotAPicture from error


def sizes(width: int, height: int) -> list[tuple[int, int, int]]:
    """(side, width, height) of each copy, smallest first; the last is the picture itself, at most 1280."""
    longest = max(width, height)
    top = min(longest, SIDES[-1])
    chosen = [side for side in SIDES if side < top] + [top]
    scale = [side / longest for side in chosen]
    return [
        (side, max(1, round(width * part)), max(1, round(height * part)))
        for side, part in zip(chosen, scale, strict=True)
    ]


def upright(data: bytes) -> tuple[bytes, int, int]:
    """A picture as a client uploads it: turned as its EXIF says, at most 1280, JPEG without metadata."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            warnings.simplefilter("ignore")
            if picture.width * picture.height > MAX_PIXELS:
                raise NotAPicture
            picture.draft("RGB", (SIDES[-1], SIDES[-1]))
            turned = _flat(ImageOps.exif_transpose(picture))
            _, width, height = sizes(*turned.size)[-1]
            return _jpeg(turned.resize((width, height), Image.Resampling.LANCZOS)), width, height
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotAPicture from error


def resized(data: bytes, width: int, height: int) -> bytes:
    """A copy of exactly this size. Raises NotAPicture."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            picture.draft("RGB", (width, height))
            return _jpeg(_flat(picture).resize((width, height), Image.Resampling.LANCZOS))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise NotAPicture from error


def sticker() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (512, 512), (255, 200, 60, 255)).save(out, "WEBP")
    return out.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, (255, 255, 255))
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=87)
    return out.getvalue()
