"""The picture that a video begins with: read from its base64, and refused when Kling would refuse it."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image

from emulators.kling.faults import invalid

MIB = 1024 * 1024
NEW_LIMIT = 50 * MIB
LEGACY_LIMIT = 10 * MIB
SMALLEST_SIDE = 300
WIDEST = 2.5


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def checked(text: str, *, limit: int) -> bytes:
    """The file's bytes. Only its header is read. Raise ApiError 1201."""
    if text.startswith("data:"):
        raise invalid("The image must be an URL or plain Base64, without the prefix data:image")
    if len(text) * 3 // 4 > limit + 2:
        raise invalid(f"The image file exceeds {limit // MIB}MB")
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise invalid("The image is not valid Base64") from None
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG")) as image:
            width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise invalid("The image format is not supported: .jpg, .jpeg and .png are") from None
    if min(width, height) < SMALLEST_SIDE:
        raise invalid("The width and height of the image must be no less than 300px")
    if max(width, height) > WIDEST * min(width, height):
        raise invalid("The aspect ratio of the image must be between 1:2.5 and 2.5:1")
    return raw
