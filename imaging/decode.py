"""From a stranger's bytes to an opened picture, or to the reason why not. Runs in the caged child only."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from errors import Rejected
from imaging import chunks, fit, header
from imaging.wire import TOO_HEAVY, TRUNCATED, Job

# The classes themselves, and for JPEG not the plugin's factory, which goes looking for a second picture (MPF).
_FACTORIES = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "heif": pi_heif.HeifImageFile,
}
_REFUSED_KINDS = {
    "": "photo.not_a_picture",
    "other": "photo.unsupported_format",
    "sequence": "photo.animated",
}
# What the dearest format needs for one pixel at its peak (WebP: two canvases, Pillow's copy, the decoder's own).
_DEAREST_PIXEL_BYTES = 18


@dataclass(kw_only=True)
class Opened:
    image: Image.Image
    kind: str
    profile: bytes | None


def prepare() -> None:
    """Load the four decoders, once, while files may still be opened."""
    for factory in _FACTORIES.values():
        Image.register_open(factory.format, factory)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False


def opened(data: bytes, job: Job) -> Opened:
    """The decoded pixels, perhaps scaled down already. Raises Rejected with the reason."""
    kind = header.kind_of(data)
    if code := _REFUSED_KINDS.get(kind):
        raise Rejected(code)
    size = header.dimensions(kind, data) if kind in header.MEASURED else None
    try:
        if size is not None:
            _check_size(size, job)
        image, profile = _open(data, kind, job)
        size = image.size
        # A JPEG can be decoded at a half, a quarter or an eighth of its size for nothing.
        image.draft(image.mode, fit.target(size, job.long_side))
        image.load()
    except Rejected:
        raise
    except Exception as fault:
        raise Rejected(_reason(fault, size, job)) from None
    return Opened(image=image, kind=kind, profile=profile or image.info.get("icc_profile"))


def _open(data: bytes, kind: str, job: Job) -> tuple[Image.Image, bytes | None]:
    profile: bytes | None = None
    if kind == "png":
        png = chunks.reduce(data)
        _refuse_frames(png.frames)
        data, profile = png.data, png.profile
    Image.MAX_IMAGE_PIXELS = job.max_pixels
    image = Image.open(io.BytesIO(data), formats=[_FACTORIES[kind].format])
    _check_size(image.size, job)
    if kind == "webp":
        _refuse_frames(getattr(image, "n_frames", 1))
    return image, profile


def _reason(fault: Exception, size: tuple[int, int] | None, job: Job) -> str:
    if isinstance(fault, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return "photo.too_many_pixels"
    if isinstance(fault, MemoryError):
        return TOO_HEAVY
    # Decoders report a failed allocation like any other fault, so it is told by what the size would have cost.
    dear = size is not None and size[0] * size[1] * _DEAREST_PIXEL_BYTES > job.memory_bytes
    return TOO_HEAVY if dear else TRUNCATED


def _refuse_frames(frames: int) -> None:
    if frames > 1:
        raise Rejected("photo.animated")


def _check_size(size: tuple[int, int], job: Job) -> None:
    short, long = sorted(size)
    if short * long > job.max_pixels:
        raise Rejected("photo.too_many_pixels")
    if long > short * job.max_ratio:
        raise Rejected("photo.too_narrow")
    if short < job.min_side:
        raise Rejected("photo.too_small")
