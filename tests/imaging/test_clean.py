"""What comes out: upright, the same picture, and nothing but the picture."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from errors import Rejected
from imaging.intake import CleanPhoto, Intake
from imaging.markers import bare_size
from tests.imaging.conftest import Pictures

CANARY = "canary-4f1d"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>{CANARY}</rdf></x:xmpmeta>'.encode()
P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
UPRIGHT = {1: "RGBY", 2: "GRYB", 3: "YBGR", 4: "BYRG", 5: "RBGY", 6: "BRYG", 7: "YGBR", 8: "GYRB"}
Shown = Callable[[CleanPhoto], Image.Image]
Corners = Callable[[Image.Image], str]


def bare(photo: CleanPhoto) -> None:
    """The canary is gone, and an independent reader finds a JFIF header and nothing more to tell."""
    assert b"canary" not in photo.data
    assert bare_size(photo.data) == (photo.width, photo.height)
    image = Image.open(io.BytesIO(photo.data))
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert [name for name, _ in vars(image)["applist"]] == ["APP0"]
    assert not image.getexif()


@pytest.mark.proves("P2.7")
def test_nothing_written_into_a_jpeg_comes_out(pictures: Pictures, intake: Intake) -> None:
    exif = pictures.exif(1, CANARY)
    jpeg = pictures.saved(
        exif=exif, xmp=XMP, comment=CANARY.encode(), icc_profile=pictures.profile(P3, 2.2, CANARY), dpi=(301, 301)
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", 30) + b"\x1c\x02\x50\x00\x0b" + CANARY.encode()
    jpeg = pictures.with_segment(jpeg, 0xED, iptc)
    second = pictures.with_segment(pictures.saved(), 0xFE, CANARY.encode())
    jpeg = pictures.with_segment(jpeg, 0xE2, b"MPF\x00MM\x00*" + CANARY.encode())
    jpeg = pictures.with_segment(jpeg, 0xE4, CANARY.encode()) + second
    assert jpeg.count(CANARY.encode()) >= 11
    bare(intake.clean(jpeg))


@pytest.mark.proves("P2.7")
def test_a_thumbnail_of_another_picture_does_not_come_out(pictures: Pictures, intake: Intake) -> None:
    thumbnail = pictures.with_segment(pictures.saved(), 0xFE, CANARY.encode())
    first = struct.pack(">HHHII", 1, 0x0112, 3, 1, 0x00010000) + struct.pack(">I", 26)
    second = struct.pack(">HHHIIHHII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    exif = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08" + first + second + thumbnail
    jpeg = pictures.with_segment(pictures.saved(), 0xE1, exif)
    with Image.open(io.BytesIO(jpeg)) as source:
        assert source.info["exif"].index(thumbnail) == len(b"Exif\x00\x00") + 56
        assert CANARY.encode() in source.info["exif"]
    bare(intake.clean(jpeg))


@pytest.mark.proves("P2.7")
def test_nothing_written_into_a_png_comes_out(pictures: Pictures, intake: Intake) -> None:
    png = pictures.saved(
        plugin="PNG", exif=pictures.exif(1, CANARY), icc_profile=pictures.profile(P3, 2.2, CANARY), dpi=(301, 301)
    )
    png = pictures.with_chunk(png, b"tEXt", b"Comment\x00" + CANARY.encode())
    png = pictures.with_chunk(png, b"zTXt", b"Comment\x00\x00" + zlib.compress(CANARY.encode()))
    png = pictures.with_chunk(png, b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP)
    png = pictures.with_chunk(png, b"caBX", CANARY.encode()) + CANARY.encode()
    assert png.count(CANARY.encode()) >= 7
    bare(intake.clean(png))


@pytest.mark.proves("P2.7")
def test_nothing_written_into_a_webp_comes_out(pictures: Pictures, intake: Intake) -> None:
    webp = pictures.saved(
        plugin="WEBP", exif=pictures.exif(1, CANARY), xmp=XMP, icc_profile=pictures.profile(P3, 2.2, CANARY)
    )
    assert webp.count(CANARY.encode()) >= 6
    bare(intake.clean(webp))


@pytest.mark.proves("P2.7")
def test_a_heic_comes_out_upright_and_bare(pictures: Pictures, intake: Intake, shown: Shown, corners: Corners) -> None:
    assert b"canary-heif-exif" in pictures.heic and b"canary-heif-xmp" in pictures.heic
    photo = intake.clean(pictures.heic)
    bare(photo)
    assert (photo.source_format, photo.width, photo.height) == ("heif", 64, 96)
    assert corners(shown(photo)) == UPRIGHT[6]


@pytest.mark.proves("P2.7")
def test_the_sample_photo_loses_its_place_and_keeps_its_head_up(
    pictures: Pictures, intake: Intake, shown: Shown
) -> None:
    source = (pictures.samples / "portrait-exif-gps-rotated.jpg").read_bytes()
    with Image.open(io.BytesIO(source)) as stored:
        exif = stored.getexif()
        assert exif[0x0112] == 6 and exif.get_ifd(0x8825)
        turned = stored.transpose(Image.Transpose.ROTATE_270).resize((8, 8))
    photo = intake.clean(source)
    bare(photo)
    small = shown(photo).resize((8, 8))
    assert max(abs(a - b) for a, b in zip(small.tobytes(), turned.tobytes(), strict=True)) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("plugin", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_comes_out_upright(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Corners, orientation: int, plugin: str
) -> None:
    photo = intake.clean(pictures.saved(plugin=plugin, exif=pictures.exif(orientation)))
    assert corners(shown(photo)) == UPRIGHT[orientation]
    assert (photo.width, photo.height) == ((96, 64) if orientation < 5 else (64, 96))


@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", b"Exif\x00\x00", b"Exif\x00\x00II*\x00" + b"\xff" * 60]
)
def test_a_picture_with_broken_exif_is_a_picture_all_the_same(
    pictures: Pictures, intake: Intake, shown: Shown, corners: Corners, exif: bytes
) -> None:
    jpeg = pictures.with_segment(pictures.saved(), 0xE1, exif)
    assert corners(shown(intake.clean(jpeg))) == UPRIGHT[1]


@pytest.mark.proves("P2.7")
def test_an_archive_behind_a_picture_does_not_come_out(pictures: Pictures, intake: Intake) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("canary.html", "<script>alert('canary')</script>")
    for plugin in ("JPEG", "PNG", "WEBP"):
        polyglot = pictures.saved(plugin=plugin) + archive.getvalue()
        assert zipfile.is_zipfile(io.BytesIO(polyglot))
        photo = intake.clean(polyglot)
        assert not zipfile.is_zipfile(io.BytesIO(photo.data))
        bare(photo)


@pytest.mark.proves("P2.7")
def test_a_script_in_a_comment_does_not_come_out(pictures: Pictures, intake: Intake) -> None:
    jpeg = pictures.with_segment(pictures.saved(), 0xFE, b"*/=1;alert('canary')/*<script>canary()</script>")
    photo = intake.clean(jpeg)
    bare(photo)
    assert b"script" not in photo.data


def test_a_large_photo_is_brought_to_4096_pixels(pictures: Pictures, intake: Intake) -> None:
    assert _size(intake.clean(pictures.png(5000, 2500))) == (4096, 2048)
    assert _size(intake.clean(pictures.saved(Image.new("RGB", (1000, 9000), "teal")))) == (455, 4096)
    assert _size(intake.clean(pictures.png(4096, 500))) == (4096, 500)


def _size(photo: CleanPhoto) -> tuple[int, int]:
    return photo.width, photo.height


@pytest.fixture(scope="module")
def valid(pictures: Pictures) -> list[bytes]:
    exif, profile = pictures.exif(6, CANARY), pictures.profile(P3, 2.2, CANARY)
    return [
        pictures.saved(exif=exif, icc_profile=profile, comment=b"canary"),
        pictures.saved(progressive=True, exif=exif),
        pictures.saved(pictures.quarters().convert("CMYK")),
        pictures.saved(plugin="PNG", exif=exif, icc_profile=profile),
        pictures.saved(pictures.quarters().convert("P"), "PNG", transparency=2),
        pictures.saved(plugin="WEBP", exif=exif, icc_profile=profile),
        pictures.saved(plugin="WEBP", lossless=True),
        pictures.heic,
    ]


@settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_is_cleaned_or_refused_and_nothing_else(
    intake: Intake, valid: list[bytes], data: st.DataObject
) -> None:
    source = bytearray(data.draw(st.sampled_from(valid), label="file"))
    places = st.integers(0, len(source) - 1)
    for place, value in data.draw(
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=12), label="bytes"
    ):
        source[place] = value
    end = data.draw(st.one_of(st.just(len(source)), places), label="end")
    child = intake.pid
    try:
        photo = intake.clean(bytes(source[:end]))
    except Rejected as refusal:
        assert refusal.code.startswith("photo.")
    else:
        bare(photo)
    assert child in (None, intake.pid)
