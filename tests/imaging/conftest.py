"""Pictures made by code, good and bad, and an intake to give them to.

`quarters-turned.heic` was made once with an HEVC encoder, which the service's own libheif does not have: the four
colours of `quarters` on 96 × 64 pixels, turned a quarter clockwise (orientation 6), with EXIF, GPS and XMP.
"""

from __future__ import annotations

import io
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms

from errors import Rejected
from imaging.intake import CleanPhoto, Intake
from imaging.limits import Limits

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 180, 40), (30, 40, 200), (230, 220, 40)
COLOURS = {"R": RED, "G": GREEN, "B": BLUE, "Y": YELLOW}
SAMPLES = Path(__file__).parent.parent.parent / "samples"


class Pictures:
    """Builds files; each method returns the bytes of one."""

    samples = SAMPLES
    heic = (Path(__file__).parent / "quarters-turned.heic").read_bytes()

    def quarters(self, width: int = 96, height: int = 64) -> Image.Image:
        """Red and green above, blue and yellow below."""
        image = Image.new("RGB", (width, height))
        for at, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), (RED, GREEN, BLUE, YELLOW), strict=True):
            left, top = at[0] * width // 2, at[1] * height // 2
            image.paste(colour, (left, top, left + width // 2, top + height // 2))
        return image

    def saved(self, image: Image.Image | None = None, plugin: str = "JPEG", **options: Any) -> bytes:
        buffer = io.BytesIO()
        (image or self.quarters()).save(buffer, plugin, **options)
        return buffer.getvalue()

    def noise(self, width: int, height: int, mode: str = "RGB") -> Image.Image:
        return Image.merge(mode, [Image.effect_noise((width, height), 120 + 10 * band) for band in range(len(mode))])

    def exif(self, orientation: int, canary: str = "") -> Image.Exif:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        if canary:
            exif[ExifTags.Base.Artist] = exif[ExifTags.Base.ImageDescription] = canary
            exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = canary
            exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (22.0, 17.0, 0.0), 27: canary.encode()})
        return exif

    def chunk(self, name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    def png(self, width: int, height: int, *, depth: int = 8, colour: int = 0, row: bytes | None = None) -> bytes:
        """`height` equal rows, black where `row` is not given; `colour` 0 is grey, 2 RGB, 3 palette, 6 RGBA."""
        samples = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
        line = b"\x00" + (row if row is not None else bytes((width * samples * depth + 7) // 8))
        packing = zlib.compressobj(1)
        packed = b"".join([packing.compress(line) for _ in range(height)]) + packing.flush()
        header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
        body = self.chunk(b"IHDR", header) + self.chunk(b"IDAT", packed) + self.chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + body

    def with_chunk(self, png: bytes, name: bytes, body: bytes) -> bytes:
        """A chunk put right behind the header of a PNG."""
        return png[:33] + self.chunk(name, body) + png[33:]

    def with_segment(self, jpeg: bytes, marker: int, body: bytes) -> bytes:
        """A segment put right behind the start of a JPEG."""
        return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]

    @cached_property
    def endless_jpeg(self) -> bytes:
        """A megapixel whose last refinement is repeated until a decoder is busy for many minutes."""
        jpeg = self.saved(Image.new("L", (1024, 1024), "grey"), progressive=True)
        scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
        return jpeg[:-2] + scan * (3 * 1024 * 1024 // len(scan)) + jpeg[-2:]

    def animated(self, plugin: str) -> bytes:
        other = Image.new("RGB", (96, 64), "navy")
        return self.saved(plugin=plugin, save_all=True, append_images=[other], duration=100)

    def profile(self, primaries: tuple[tuple[float, float, float], ...], gamma: float, description: str) -> bytes:
        """An ICC v2 profile of three primaries (XYZ under D50) and one gamma."""
        text = description.encode() + b"\x00"
        white = (0.9642, 1.0, 0.8249)
        tags = {
            b"desc": b"desc" + struct.pack(">II", 0, len(text)) + text + bytes(78),
            b"cprt": b"text" + bytes(4) + text,
            b"wtpt": self._xyz(white),
        }
        for name, primary in zip((b"r", b"g", b"b"), primaries, strict=True):
            tags[name + b"XYZ"] = self._xyz(primary)
            tags[name + b"TRC"] = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)) + bytes(2)
        table, body, start = b"", b"", 132 + 12 * len(tags)
        for name, tag in tags.items():
            table += name + struct.pack(">II", start + len(body), len(tag))
            body += tag + bytes(-len(tag) % 4)
        head = struct.pack(">I4sI", start + len(body), bytes(4), 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
        head = head.ljust(68, b"\x00") + self._xyz(white)[8:]
        return head.ljust(128, b"\x00") + struct.pack(">I", len(tags)) + table + body

    def srgb_profile(self) -> bytes:
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    def _xyz(self, value: tuple[float, float, float]) -> bytes:
        return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(part * 65536) for part in value))


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture(scope="session")
def intake() -> Iterator[Intake]:
    """One with the limits of production, for everybody."""
    with Intake() as shared:
        yield shared


@pytest.fixture
def new_intake() -> Iterator[Callable[..., Intake]]:
    """Intakes of one's own, closed afterwards; keyword arguments are limits, and `python` the child's interpreter."""
    made: list[Intake] = []

    def make(*, python: str = sys.executable, **limits: Any) -> Intake:
        made.append(Intake(Limits(**limits), python=python))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def code(intake: Intake) -> Callable[..., str]:
    """The code with which a file is refused, by the shared intake or a given one."""

    def ask(data: bytes, by: Intake = intake) -> str:
        with pytest.raises(Rejected) as refusal:
            by.clean(data)
        return refusal.value.code

    return ask


@pytest.fixture(scope="session")
def shown() -> Callable[[CleanPhoto], Image.Image]:
    """A clean photo's pixels, with what it says of itself checked on the way."""

    def decode(photo: CleanPhoto) -> Image.Image:
        image = Image.open(io.BytesIO(photo.data))
        image.load()
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width, photo.height))
        return image

    return decode


@pytest.fixture(scope="session")
def corners() -> Callable[[Image.Image], str]:
    """The colours in the corners by name: upper left, upper right, lower left, lower right."""

    def read(image: Image.Image) -> str:
        right, low = image.width - 8, image.height - 8
        return "".join(_named(image.getpixel(at)) for at in ((8, 8), (right, 8), (8, low), (right, low)))

    return read


@pytest.fixture(scope="session")
def soon() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within a minute."""

    def wait(truth: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 60
        while not truth():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    return wait


def _named(pixel: Any) -> str:
    for name, colour in COLOURS.items():
        if max(abs(is_ - should) for is_, should in zip(pixel, colour, strict=True)) < 14:
            return name
    return "?"
