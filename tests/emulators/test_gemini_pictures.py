"""The filters paint: each unlike the photo, unlike every other, and the same again for the same photo and prompt."""

from __future__ import annotations

import io
import random
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from emulators.gemini.filters import FILTERS
from emulators.gemini.marks import marked
from emulators.gemini.models import MODELS
from emulators.gemini.pictures import KEYWORDS, Unreadable, choose, draft, encoded, render

PORTRAIT = (Path(__file__).parents[2] / "samples" / "portrait.jpg").read_bytes()
LITE = MODELS["gemini-3.1-flash-lite-image"]
SEEN_APART = 8.0  # mean difference a channel, of 255, that a person sees at a glance


def distance(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


@pytest.fixture(scope="module")
def gallery() -> dict[str, Image.Image]:
    """The portrait through every filter, small."""
    with Image.open(io.BytesIO(PORTRAIT)) as opened:
        photo = opened.convert("RGB").resize((384, 384))
    return {
        name: paint(photo, random.Random(7)).resize((192, 192), Image.Resampling.BOX) for name, paint in FILTERS.items()
    }


def test_every_filter_can_be_asked_for_by_name() -> None:
    assert set(KEYWORDS) == set(FILTERS)
    assert len(FILTERS) >= 16
    assert [choose(f"Please repaint this as {keys[0].upper()} art") for keys in KEYWORDS.values()] == list(KEYWORDS)


def test_every_filter_changes_the_photo_visibly(gallery: dict[str, Image.Image]) -> None:
    with Image.open(io.BytesIO(PORTRAIT)) as opened:
        photo = opened.convert("RGB").resize((192, 192), Image.Resampling.BOX)
    close = {name: round(distance(photo, picture), 1) for name, picture in gallery.items()}
    assert min(close.values()) > SEEN_APART, close


def test_any_two_filters_can_be_told_apart(gallery: dict[str, Image.Image]) -> None:
    close = {(a, b): round(distance(gallery[a], gallery[b]), 1) for a, b in combinations(gallery, 2)}
    assert min(close.values()) > SEEN_APART, sorted(close.items(), key=lambda item: item[1])[:5]


def test_a_prompt_that_names_no_filter_still_always_gets_the_same_one() -> None:
    prompts = [f"a wish without a name, number {number}" for number in range(60)]
    chosen = [choose(prompt) for prompt in prompts]
    assert chosen == [choose(prompt) for prompt in prompts]
    assert len(set(chosen)) > 10


def test_the_same_photo_and_prompt_give_the_same_pixels_and_another_photo_others() -> None:
    first = render(PORTRAIT, "mosaic", LITE, ratio=None, size=None)
    again = render(PORTRAIT, "mosaic", LITE, ratio=None, size=None)
    other = render(None, "mosaic", LITE, ratio="1:1", size=None)
    assert first.tobytes() == again.tobytes()
    assert distance(first, other) > SEEN_APART


def test_the_exif_orientation_is_obeyed() -> None:
    with Image.open(io.BytesIO(PORTRAIT)) as opened:
        tall = opened.resize((300, 400))
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    buffer = io.BytesIO()
    tall.save(buffer, "JPEG", exif=exif)
    picture = render(buffer.getvalue(), "pixel art", LITE, ratio=None, size=None)
    assert picture.size == LITE.pixels["4:3"]


def test_what_is_no_picture_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        render(b"GIF89a and then nothing of the kind", "mosaic", LITE, ratio=None, size=None)


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png"])
def test_marks_lie_beside_the_pixels_and_change_none(mime: str) -> None:
    image = Image.radial_gradient("L").convert("RGB")
    bytes_ = encoded(image, mime, "instance-7")
    assert b"instance-7" in bytes_
    assert b"trainedAlgorithmicMedia" in bytes_
    kind = "PNG" if mime == "image/png" else "JPEG"
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": 90} if kind == "JPEG" else {"compress_level": 1}))
    plain = buffer.getvalue()
    assert marked(plain, mime, "instance-7") == bytes_
    with Image.open(io.BytesIO(plain)) as without, Image.open(io.BytesIO(bytes_)) as with_marks:
        assert without.tobytes() == with_marks.tobytes()


def test_a_draft_is_rougher_than_its_picture() -> None:
    picture = render(PORTRAIT, "pencil", LITE, ratio="1:1", size="1K")
    rough = draft(picture)
    assert rough.width < picture.width
    assert len(rough.getcolors(1 << 20) or []) < len(picture.resize(rough.size).getcolors(1 << 20) or [])
