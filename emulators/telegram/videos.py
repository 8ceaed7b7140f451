"""What Telegram finds out about a video by looking at it: its shape, its length, and a first picture for the poster."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

import av
from PIL import Image

from . import images

THUMB_SIDE = 320
THUMB_BYTES = 200 * 1024


@dataclass(slots=True, frozen=True)
class Facts:
    """`duration` in whole seconds; `poster` is a JPEG. Zeros and nothing for what could not be read."""

    width: int = 0
    height: int = 0
    duration: int = 0
    poster: bytes = b""


def look(file: BinaryIO) -> Facts:
    """Something that is no video has no facts: Telegram takes it all the same."""
    try:
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            frame = next(container.decode(video=0))
            seconds = (container.duration or 0) / av.time_base
            picture = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV does not say that it is Pillow's
            return Facts(frame.width, frame.height, round(seconds), _poster(picture))
    except (av.FFmpegError, StopIteration, IndexError, OSError, ValueError):
        return Facts()


def is_thumbnail(data: bytes) -> bool:
    """Telegram leaves out thumbnails that are not as it asks: JPEG, small, at most 320 pixels on a side."""
    if len(data) > THUMB_BYTES or not data.startswith(b"\xff\xd8"):
        return False
    try:
        return max(images.dimensions(data)) <= THUMB_SIDE
    except images.NotAPicture:
        return False


def _poster(picture: Image.Image) -> bytes:
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
