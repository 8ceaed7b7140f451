"""Every way a picture may hold its colours, brought to plain sRGB."""

from __future__ import annotations

import io
import itertools

from PIL import Image, ImageCms

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
SRGB_BYTES = _SRGB.tobytes()
_SPACES = {"L": "GRAY", "RGB": "RGB ", "CMYK": "CMYK"}
_DEEP_GREY = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})


def flattened(image: Image.Image) -> Image.Image:
    """The same pixels as L, RGB or CMYK with 8 bits each; what was transparent lies on white."""
    if image.mode in _DEEP_GREY:
        # Pillow's own conversion clips at 255 instead of scaling: everything but black would come out white.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        seen = image if image.mode == "RGBA" else image.convert("RGBA")
        canvas = Image.new("RGB", seen.size, "white")
        canvas.paste(seen, mask=seen)
        return canvas
    if image.mode in _SPACES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An L, RGB or CMYK picture as RGB in sRGB. A profile that is broken or of another space counts as none."""
    if profile and (converted := _converted(image, profile)):
        return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[image.mode]:
            return None
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        transform = ImageCms.buildTransform(source, _SRGB, image.mode, "RGB", renderingIntent=intent)
        if image.mode == "RGB" and _changes_nothing(transform):
            return image
        return ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Most profiles are sRGB itself; finding that out on a few hundred colours saves 40 ns for each pixel."""
    steps = range(0, 256, 51)
    colours = [(grey, grey, grey) for grey in range(256)] + list(itertools.product(steps, repeat=3))
    before = Image.new("RGB", (len(colours), 1))
    before.putdata(colours)
    after = ImageCms.applyTransform(before, transform)
    if after is None:
        return False
    return all(abs(was - now) <= 1 for was, now in zip(before.tobytes(), after.tobytes(), strict=True))
