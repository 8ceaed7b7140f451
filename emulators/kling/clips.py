"""Makes real MP4 files: H.264 in yuv420p that moves the picture, with a silent AAC track where a model has sound."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

import av
from PIL import Image, ImageFilter, ImageOps

from emulators.kling.motion import MOTIONS, Motion, Window, choose

LONG_SIDE = 640
FRAMES_A_SECOND = 20
EXTRA_FRAMES = 2  # Kling's five seconds last 5.1
SOUND_RATE = 44_100
SPARE = 1.25  # the picture is kept larger than the video, so that a window within it stays sharp
FREE_HEADER = 8
Size = tuple[int, int]


class Unreadable(Exception):
    """The bytes are no picture that this stand-in can open."""


def clip(picture: bytes, prompt: str, *, seconds: int, sound: bool) -> bytes:
    """Slow, so call it off the event loop. Raise Unreadable."""
    image = _opened(picture)
    return _encoded(image, MOTIONS[choose(prompt)], seconds=seconds, sound=sound)


def canned_clip() -> bytes:
    """Five seconds of a made-up sky: one clip for all who do not look."""
    sky = Image.effect_noise((480, 270), 90).filter(ImageFilter.GaussianBlur(9))
    coloured = ImageOps.colorize(ImageOps.autocontrast(sky), (20, 30, 80), (255, 240, 200), (230, 120, 90))
    return _encoded(coloured, MOTIONS["drift"], seconds=5, sound=True)


def padded(movie: bytes, size: int) -> bytes:
    """The same film in a file of exactly `size` bytes, by a box that players skip; unchanged when it is larger."""
    missing = size - len(movie)
    if missing < FREE_HEADER:
        return movie
    return movie + free_header(missing) + bytes(missing - FREE_HEADER)


def free_header(size: int) -> bytes:
    return size.to_bytes(4, "big") + b"free"


def dimensions(width: int, height: int) -> Size:
    """The picture's own ratio in even sides, the longer one at most LONG_SIDE."""
    scale = min(1.0, LONG_SIDE / max(width, height))
    return tuple(max(2, round(side * scale / 2) * 2) for side in (width, height))  # type: ignore[return-value]


def _opened(picture: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as image:
            image.draft("RGB", (LONG_SIDE, LONG_SIDE))
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unreadable from None


def _encoded(image: Image.Image, motion: Motion, *, seconds: int, sound: bool) -> bytes:
    size = dimensions(*image.size)
    count = seconds * FRAMES_A_SECOND + EXTRA_FRAMES
    buffer = io.BytesIO()
    # Room for the index at the front: a file that plays while it loads, written in one pass.
    index = 4096 + 40 * (count + seconds * SOUND_RATE // 1024)
    with av.open(buffer, "w", format="mp4", options={"moov_size": str(index)}) as container:
        options = {"preset": "ultrafast", "crf": "27", "g": str(2 * FRAMES_A_SECOND)}
        video = container.add_stream("libx264", rate=FRAMES_A_SECOND, options=options)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.thread_count = 1
        audio = container.add_stream("aac", rate=SOUND_RATE) if sound else None
        for frame in _frames(image, size, motion, count):
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            for silence in _silence(seconds):
                container.mux(audio.encode(silence))
            container.mux(audio.encode(None))
    return buffer.getvalue()


def _frames(image: Image.Image, size: Size, motion: Motion, count: int) -> Iterator[av.VideoFrame]:
    """Plane by plane, the colours at half the size: half the work of moving a picture in RGB."""
    planes = _planes(image, size)
    for number in range(count):
        window = motion(number / max(1, count - 1))
        frame = av.VideoFrame(*size, "yuv420p")
        frame.pts = number
        for source, plane in zip(planes, frame.planes, strict=True):
            _fill(plane, _seen(source, (plane.width, plane.height), window))
        yield frame


def _planes(image: Image.Image, size: Size) -> list[Image.Image]:
    """Brightness and the two colours, in the narrow range that video has."""
    large = (round(size[0] * SPARE / 2) * 2, round(size[1] * SPARE / 2) * 2)
    bands = image.resize(large, Image.Resampling.BICUBIC).convert("YCbCr").split()
    half = (large[0] // 2, large[1] // 2)
    bright = bands[0].point([16 + round(value * 219 / 255) for value in range(256)])
    colours = [band.point([128 + round((value - 128) * 224 / 255) for value in range(256)]) for band in bands[1:]]
    return [bright, *(band.resize(half, Image.Resampling.BOX) for band in colours)]


def _seen(source: Image.Image, size: Size, window: Window) -> Image.Image:
    width, height = source.width * window.share, source.height * window.share
    x, y = source.width * window.x, source.height * window.y
    if not window.degrees:
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        box = (max(0.0, box[0]), max(0.0, box[1]), min(source.width, box[2]), min(source.height, box[3]))
        return source.resize(size, Image.Resampling.BILINEAR, box=box)
    turn = math.radians(window.degrees)
    across, down = width / size[0], height / size[1]
    a, b, d, e = across * math.cos(turn), -down * math.sin(turn), across * math.sin(turn), down * math.cos(turn)
    matrix = (a, b, x - a * size[0] / 2 - b * size[1] / 2, d, e, y - d * size[0] / 2 - e * size[1] / 2)
    return source.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _fill(plane: Any, image: Image.Image) -> None:
    if plane.line_size != image.width:  # lines are padded to what the processor likes
        wide = Image.new("L", (plane.line_size, image.height))
        wide.paste(image)
        image = wide
    plane.update(image.tobytes())


def _silence(seconds: int) -> Iterator[av.AudioFrame]:
    for number in range(seconds * SOUND_RATE // 1024):
        frame = av.AudioFrame("fltp", "stereo", 1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = SOUND_RATE
        frame.pts = number * 1024
        yield frame
