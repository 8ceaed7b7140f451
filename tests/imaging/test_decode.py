"""What is refused, and by which code: every bad file a person can send."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image

from errors import Rejected
from imaging.intake import Intake
from tests.imaging.conftest import Pictures

Code = Callable[..., str]


def test_an_empty_file_is_refused(code: Code) -> None:
    assert code(b"") == "photo.empty"


@pytest.mark.parametrize(
    "data", [random.Random(1).randbytes(5000), b"\x00" * 100, b"hello", b"<html><script>alert(1)</script>"]
)
def test_what_is_no_picture_is_refused(code: Code, data: bytes) -> None:
    assert code(data) == "photo.not_a_picture"


def test_an_archive_is_no_picture(code: Code) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("photo.jpg", b"\xff\xd8\xff")
    assert code(archive.getvalue()) == "photo.not_a_picture"


@pytest.mark.parametrize("plugin", ["GIF", "TIFF", "BMP", "AVIF", "ICO", "PDF"])
def test_formats_that_pillow_could_open_but_we_do_not_take_are_named_as_such(
    code: Code, pictures: Pictures, plugin: str
) -> None:
    assert code(pictures.saved(plugin=plugin)) == "photo.unsupported_format"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a/*<html><script>alert(1)</script>*/",
        b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(2000),
        b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf" + bytes(2000),
    ],
    ids=["svg", "gif-html", "mp4", "avif-in-mif1"],
)
def test_other_formats_are_told_by_their_first_bytes(code: Code, data: bytes) -> None:
    assert code(data) == "photo.unsupported_format"


@pytest.mark.parametrize("plugin", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.97])
def test_a_file_that_ends_early_is_refused(code: Code, pictures: Pictures, plugin: str, kept: float) -> None:
    whole = pictures.saved(pictures.noise(200, 160), plugin)
    assert code(whole[: int(len(whole) * kept)]) == "photo.truncated"


@pytest.mark.parametrize("kept", [0.3, 0.8, 0.99])
def test_a_heic_that_ends_early_is_refused(code: Code, pictures: Pictures, kept: float) -> None:
    assert code(pictures.heic[: int(len(pictures.heic) * kept)]) == "photo.truncated"


def test_a_png_without_its_end_is_refused(code: Code, pictures: Pictures) -> None:
    assert code(pictures.png(100, 100)[:-12]) == "photo.truncated"


def test_a_bomb_of_a_few_kilobytes_is_refused_by_its_header(pictures: Pictures, intake: Intake) -> None:
    bomb = pictures.png(10_000, 10_000, depth=1)
    assert len(bomb) < 100_000
    with pytest.raises(Rejected) as refusal:
        intake.clean(bomb)
    assert (refusal.value.code, refusal.value.facts) == ("photo.too_many_pixels", {"limit": 40_000_000})


@pytest.mark.parametrize("plugin", ["JPEG", "WEBP"])
def test_one_row_beyond_the_cap_is_too_many_pixels(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake], plugin: str
) -> None:
    small = new_intake(max_pixels=100 * 100)
    assert code(pictures.saved(Image.new("RGB", (100, 101)), plugin), small) == "photo.too_many_pixels"
    assert small.clean(pictures.saved(Image.new("RGB", (100, 100)), plugin)).height == 100


def test_the_pixels_of_a_heic_are_counted_before_it_is_decoded(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake]
) -> None:
    small = new_intake(max_pixels=96 * 64 - 1)
    assert code(pictures.heic, small) == "photo.too_many_pixels"


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (100, 1001)])
def test_a_strip_is_refused(code: Code, pictures: Pictures, size: tuple[int, int]) -> None:
    assert code(pictures.png(*size)) == "photo.too_narrow"


def test_ten_to_one_is_the_longest_shape(pictures: Pictures, intake: Intake) -> None:
    assert intake.clean(pictures.png(1000, 100)).width == 1000


def test_a_side_of_63_pixels_is_too_small_and_64_are_enough(code: Code, pictures: Pictures, intake: Intake) -> None:
    assert code(pictures.png(63, 64)) == "photo.too_small"
    assert code(pictures.png(64, 63)) == "photo.too_small"
    assert intake.clean(pictures.png(64, 64)).width == 64


@pytest.mark.parametrize("plugin", ["WEBP", "PNG"])
def test_moving_pictures_are_refused_by_their_own_name(code: Code, pictures: Pictures, plugin: str) -> None:
    assert code(pictures.animated(plugin)) == "photo.animated"


def test_a_heif_sequence_is_a_moving_picture(code: Code) -> None:
    assert code(b"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00hevcmsf1" + bytes(500)) == "photo.animated"


def test_a_png_that_calls_its_one_frame_an_animation_is_taken(pictures: Pictures, intake: Intake) -> None:
    png = pictures.with_chunk(pictures.png(80, 80), b"acTL", b"\x00\x00\x00\x01\x00\x00\x00\x00")
    assert intake.clean(png).source_format == "png"


def test_a_picture_that_needs_too_much_memory_is_refused(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake]
) -> None:
    tight = new_intake(memory_bytes=80 * 1024 * 1024)
    assert code(pictures.png(4000, 4000, colour=2), tight) == "photo.too_heavy"
    assert tight.clean(pictures.png(600, 500, colour=2)).width == 600


@pytest.mark.parametrize("plugin", ["JPEG", "WEBP"])
def test_a_decoder_that_hides_its_want_of_memory_is_still_called_heavy(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake], plugin: str
) -> None:
    tight = new_intake(memory_bytes=70 * 1024 * 1024)
    picture = pictures.saved(Image.new("RGB", (3000, 2500), "teal"), plugin, progressive=True, method=0)
    assert code(picture, tight) == "photo.too_heavy"


def test_a_picture_that_takes_too_much_processor_time_is_refused(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake]
) -> None:
    assert code(pictures.endless_jpeg, new_intake(cpu_seconds=1)) == "photo.too_heavy"


def test_a_picture_that_takes_too_long_is_refused(
    code: Code, pictures: Pictures, new_intake: Callable[..., Intake]
) -> None:
    assert code(pictures.endless_jpeg, new_intake(wall_seconds=0.4)) == "photo.too_heavy"


def test_more_than_20_mb_are_refused_with_the_limit(intake: Intake, pictures: Pictures) -> None:
    with pytest.raises(Rejected) as refusal:
        intake.clean(pictures.saved() + bytes(20 * 1024 * 1024))
    assert (refusal.value.code, refusal.value.facts) == ("photo.too_large", {"limit": 20 * 1024 * 1024})


def test_a_refusal_quotes_nothing_of_the_file(intake: Intake) -> None:
    with pytest.raises(Rejected) as refusal:
        intake.clean(b"\xff\xd8\xff\xe1canary-in-a-broken-file" * 20)
    error = refusal.value
    assert str(error) == "photo.truncated"
    assert (error.args, error.__cause__, error.__context__) == (("photo.truncated",), None, None)
