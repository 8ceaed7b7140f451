"""The way of one picture: open, flatten, scale, colour, turn, frame, encode. Runs in the caged child only."""

from __future__ import annotations

import io

from PIL import ExifTags, Image

from errors import Rejected
from imaging import colour, decode, fit, frame
from imaging.wire import TOO_HEAVY, TRUNCATED, Answer, Job

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def answer(data: bytes, job: Job) -> Answer:
    """Never raises: whatever a stranger's file does to a decoder, the supervisor gets one of its verdicts."""
    try:
        return _cleaned(data, job)
    except Rejected as refusal:
        return Answer(verdict=refusal.code)
    except MemoryError:
        return Answer(verdict=TOO_HEAVY)
    except Exception:
        return Answer(verdict=TRUNCATED)


def warm_up(job: Job) -> None:
    """Clean one small picture of each kind we can make, so that no module is left to import when files are shut."""
    decode.prepare()
    sample = Image.new("RGBA", (job.min_side, job.min_side), "white")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    for plugin in ("PNG", "WEBP", "JPEG"):
        buffer = io.BytesIO()
        picture = sample.convert("RGB") if plugin == "JPEG" else sample
        picture.save(buffer, plugin, exif=exif, icc_profile=colour.SRGB_BYTES)
        if answer(buffer.getvalue(), job).kind != plugin.lower():
            raise RuntimeError(f"the {plugin} decoder does not work here")


def _cleaned(data: bytes, job: Job) -> Answer:
    source = decode.opened(data, job)
    turn = _turn(source.image)
    kind, profile = source.kind, source.profile
    pixels = colour.flattened(source.image)
    # A decoder may hold several times the picture's size until it is let go.
    del source
    pixels = colour.to_srgb(fit.within(pixels, job.long_side), profile)
    if turn is not None:
        pixels = pixels.transpose(turn)
    if job.frame_side:
        pixels = frame.framed(pixels, least_side=job.frame_side, widest=job.frame_ratio)
    jpeg = fit.encoded(pixels, quality=job.quality, max_bytes=job.max_output)
    return Answer(verdict="clean", kind=kind, jpeg=jpeg)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # A picture with a broken EXIF block is a picture all the same.
        return None
