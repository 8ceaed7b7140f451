"""Pictures made small enough for a receiver."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from errors import Rejected
from imaging import fit
from imaging.intake import CleanPhoto, Intake
from imaging.markers import bare_size
from tests.imaging.conftest import Pictures

Shown = Callable[[CleanPhoto], Image.Image]


@pytest.mark.parametrize(
    ("size", "long_side", "fitted"),
    [
        ((100, 50), 200, (100, 50)),
        ((400, 100), 200, (200, 50)),
        ((100, 400), 200, (50, 200)),
        ((4000, 1), 100, (100, 1)),
    ],
)
def test_a_size_is_scaled_by_its_long_side_and_never_enlarged(
    size: tuple[int, int], long_side: int, fitted: tuple[int, int]
) -> None:
    assert fit.target(size, long_side) == fitted


def test_quality_is_given_up_before_pixels(pictures: Pictures) -> None:
    image = pictures.noise(300, 300)
    free = fit.encoded(image, quality=92, max_bytes=0)
    less = fit.encoded(image, quality=92, max_bytes=len(free) * 2 // 3)
    least = fit.encoded(image, quality=92, max_bytes=len(free) // 10)
    assert len(less) <= len(free) * 2 // 3 and bare_size(less) == (300, 300)
    assert len(least) <= len(free) // 10 and max(bare_size(least) or (300, 300)) < 300


def test_a_bound_that_nothing_meets_ends_with_one_pixel(pictures: Pictures) -> None:
    assert bare_size(fit.encoded(pictures.noise(40, 30), quality=92, max_bytes=1)) == (1, 1)


def test_a_result_too_heavy_for_a_chat_is_shrunk_and_stays_the_same_picture(
    pictures: Pictures, intake: Intake, shown: Shown
) -> None:
    noise = pictures.noise(900, 600)
    noise.paste(pictures.quarters(600, 400), (150, 100))
    result = pictures.saved(noise, "PNG", exif=pictures.exif(1, "canary"))
    assert len(result) > 600_000
    photo = intake.shrink(result, long_side=600, max_bytes=60_000)
    assert len(photo.data) <= 60_000 and max(photo.width, photo.height) <= 600
    assert bare_size(photo.data) == (photo.width, photo.height) and b"canary" not in photo.data
    before, after = noise.resize((6, 4)).tobytes(), shown(photo).resize((6, 4)).tobytes()
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 16


def test_a_result_may_have_shapes_that_a_persons_photo_may_not(pictures: Pictures, intake: Intake) -> None:
    assert intake.shrink(pictures.png(1600, 100), long_side=4096, max_bytes=10**7).width == 1600
    assert intake.shrink(pictures.png(20, 20), long_side=4096, max_bytes=10**7).width == 20
    with pytest.raises(Rejected) as refusal:
        intake.shrink(pictures.png(2100, 100), long_side=4096, max_bytes=10**7)
    assert refusal.value.code == "photo.too_narrow"


def test_a_result_may_be_larger_than_a_persons_photo(pictures: Pictures, intake: Intake) -> None:
    png = pictures.with_chunk(pictures.saved(plugin="PNG"), b"prVt", bytes(21 * 1024 * 1024))
    with pytest.raises(Rejected):
        intake.clean(png)
    assert intake.shrink(png, long_side=96, max_bytes=10**7).source_format == "png"


def test_shrinking_leaves_the_original_alone(pictures: Pictures, intake: Intake) -> None:
    original = bytearray(pictures.saved(plugin="PNG"))
    before = bytes(original)
    photo = intake.shrink(memoryview(original), long_side=48, max_bytes=10**6)
    assert bytes(original) == before
    assert Image.open(io.BytesIO(photo.data)).size == (48, 32)
