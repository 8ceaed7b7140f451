"""Previews and boards: one for every style and page, small, marked; those in the tree belong to the catalogue."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from PIL import Image, ImageDraw

from generation.styles import Catalogue, Style
from ops.previews import make_previews

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "web" / "static" / "previews"


@dataclass
class Made:
    data: bytes


class Painter:
    """Answers each prompt with a picture that is hard to compress, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, str, str | None]] = []

    def picture(self, photo: bytes, mime: str, prompt: str, *, aspect_ratio: str | None) -> Made:
        self.asked.append((photo, prompt, aspect_ratio))
        image = Image.effect_noise((800, 600), 60).convert("RGB")
        ImageDraw.Draw(image).rectangle((100, 100, 500, 400), fill=(len(self.asked) * 9 % 255, 80, 120))
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        return Made(buffer.getvalue())


def style(number: int) -> Style:
    return Style(f"style-{number}", f"Style {number}", "About it", "Group", f"prompt {number}")


CATALOGUE = Catalogue(tuple(style(number) for number in range(1, 9)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Painter]:
    """The folder after a run, and the painter that was asked."""
    folder, painter = tmp_path_factory.mktemp("previews"), Painter()
    (folder / "board-7.jpg").write_bytes(b"of a longer catalogue")
    make_previews(painter, CATALOGUE, ROOT / "samples", folder, model_note="a-model")
    return folder, painter


def test_every_style_and_every_page_gets_its_picture(made: tuple[Path, Painter]) -> None:
    folder, painter = made
    files = {f"style-{number}.jpg" for number in range(1, 9)} | {"board-1.jpg", "board-2.jpg", "previews.json"}
    assert {path.name for path in folder.iterdir()} == files
    assert [prompt for _, prompt, _ in painter.asked] == [s.prompt for s in CATALOGUE]
    assert {ratio for _, _, ratio in painter.asked} == {"4:3"}
    assert len({photo for photo, _, _ in painter.asked}) == 3, "the samples take turns"


def test_pictures_stay_small_even_when_they_are_hard_to_compress(made: tuple[Path, Painter]) -> None:
    for path in made[0].glob("*.jpg"):
        board = path.name.startswith("board")
        assert path.stat().st_size <= (200_000 if board else 30_000)
        with Image.open(path) as image:
            image.load()
            assert image.width <= (1280 if board else 480)


def test_every_preview_says_that_it_is_an_illustration_and_who_made_it(made: tuple[Path, Painter]) -> None:
    notes = orjson.loads((made[0] / "previews.json").read_bytes())
    assert set(notes) == {s.id for s in CATALOGUE}
    assert all(note["illustration"] is True and note["made_by"] == "a-model" for note in notes.values())
    assert {note["source"] for note in notes.values()} == {"cat.jpg", "cup.jpg", "rocket.jpg"}
    for path in made[0].glob("*.jpg"):
        assert b"AI-generated illustration; made by a-model" in path.read_bytes()


def test_the_mark_is_drawn_into_the_corner(tmp_path: Path) -> None:
    class Plain(Painter):
        def picture(self, photo: bytes, mime: str, prompt: str, *, aspect_ratio: str | None) -> Made:
            buffer = io.BytesIO()
            Image.new("RGB", (800, 600), (200, 220, 240)).save(buffer, "PNG")
            return Made(buffer.getvalue())

    make_previews(Plain(), Catalogue((style(1),)), ROOT / "samples", tmp_path, model_note="a-model")
    with Image.open(tmp_path / "style-1.jpg") as image:
        corner = image.crop((image.width - 100, image.height - 34, image.width, image.height)).convert("L")
        elsewhere = image.crop((0, 0, 100, 34)).convert("L")
    assert corner.getextrema()[1] - corner.getextrema()[0] > 80  # type: ignore[operator]  # one band: two numbers
    assert elsewhere.getextrema()[1] - elsewhere.getextrema()[0] < 12  # type: ignore[operator]


def test_the_previews_in_the_tree_are_those_of_the_catalogue() -> None:
    catalogue = Catalogue.load()
    expected = {f"{s.id}.jpg" for s in catalogue} | {f"board-{n}.jpg" for n in range(1, catalogue.pages() + 1)}
    assert {path.name for path in SHIPPED.glob("*.jpg")} == expected
    notes = orjson.loads((SHIPPED / "previews.json").read_bytes())
    assert set(notes) == {s.id for s in catalogue}
    for path in SHIPPED.glob("*.jpg"):
        assert path.stat().st_size <= (200_000 if path.name.startswith("board") else 30_000)
        assert b"illustration" in path.read_bytes()
