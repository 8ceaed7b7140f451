"""Style previews and picture boards, made from the sample photos through any Gemini and marked as illustrations."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import orjson
from PIL import Image, ImageDraw, ImageFont, ImageOps

from generation.styles import PAGE_SIZE, Catalogue, Style

SAMPLES = ("cat.jpg", "cup.jpg", "rocket.jpg")  # no person in any of them
RATIO = "4:3"
PREVIEWS = ((480, 360), (420, 315), (360, 270), (320, 240))  # the largest whose bytes suffice
BOARDS = (1.0, 0.9, 0.8)
PREVIEW_BYTES, BOARD_BYTES = 30_000, 200_000
QUALITIES = (88, 80, 72, 64, 56, 50)
CELL, GAP, MARGIN, HEADER, LABEL, COLUMNS = (400, 300), 16, 24, 76, 58, 3
PAPER, INK, QUIET, ACCENT = (247, 243, 236), (38, 34, 44), (126, 118, 124), (214, 84, 62)
MARK = "illustration"


class Made(Protocol):
    @property
    def data(self) -> bytes: ...


class Client(Protocol):
    def picture(self, photo: bytes, mime: str, prompt: str, *, aspect_ratio: str | None) -> Made: ...


def make_previews(
    client: Client,
    catalogue: Catalogue,
    samples_dir: Path,
    out_dir: Path,
    *,
    model_note: str,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Write `<style>.jpg` for each style, `board-<page>.jpg` for each page, and previews.json that says how.

    `model_note` is "emulator" or a model's name. Raises what the client raises; files are written page by page.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    notes: dict[str, dict[str, str | bool]] = {}
    boards: set[Path] = set()
    for page in range(1, catalogue.pages(PAGE_SIZE) + 1):
        styles = catalogue.page(page, PAGE_SIZE)
        pictures = []
        for style in styles:
            source = _sample(len(notes))
            made = client.picture((samples_dir / source).read_bytes(), "image/jpeg", style.prompt, aspect_ratio=RATIO)
            pictures.append(_opened(made.data))
            (out_dir / f"{style.id}.jpg").write_bytes(preview(pictures[-1], note=model_note))
            notes[style.id] = {"source": source, "made_by": model_note, "illustration": True}
            tell(f"{style.id} from {source}")
        drawn = board(styles, pictures, first=(page - 1) * PAGE_SIZE + 1, note=model_note)
        boards.add(out_dir / f"board-{page}.jpg")
        (out_dir / f"board-{page}.jpg").write_bytes(drawn)
        tell(f"board {page}")
    for stale in set(out_dir.glob("board-*.jpg")) - boards:
        stale.unlink()
    (out_dir / "previews.json").write_bytes(orjson.dumps(notes, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _sample(place: int) -> str:
    """In turn, one further on each row of a board, so that no column shows one subject only."""
    return SAMPLES[(place + place // COLUMNS) % len(SAMPLES)]


def preview(picture: Image.Image, *, note: str) -> bytes:
    """A small JPEG with the mark in its corner."""
    return _fitting((_marked(picture, size) for size in PREVIEWS), largest=PREVIEW_BYTES, note=note)


def _marked(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    small = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    font = ImageFont.load_default(15)
    pen = ImageDraw.Draw(small, "RGBA")
    width = round(pen.textlength(MARK, font=font))
    box = (size[0] - width - 26, size[1] - 32, size[0] - 8, size[1] - 8)
    pen.rounded_rectangle(box, radius=12, fill=(20, 16, 26, 150))
    pen.text((box[0] + 9, (box[1] + box[3]) / 2), MARK, font=font, fill=(255, 255, 255, 235), anchor="lm")
    return small


def board(styles: Sequence[Style], pictures: Sequence[Image.Image], *, first: int, note: str) -> bytes:
    """A contact sheet: numbered cells with the names under them; numbers go on from page to page."""
    rows = -(-len(styles) // COLUMNS)
    width = 2 * MARGIN + COLUMNS * CELL[0] + (COLUMNS - 1) * GAP
    height = HEADER + rows * (CELL[1] + LABEL) + MARGIN
    sheet = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    groups = list(dict.fromkeys(style.group for style in styles))
    pen.text((MARGIN, HEADER / 2 + 2), " · ".join(groups), font=ImageFont.load_default(34), fill=INK, anchor="lm")
    aside = "Illustrations, made from sample photos"
    pen.text((width - MARGIN, HEADER / 2 + 6), aside, font=ImageFont.load_default(20), fill=QUIET, anchor="rm")
    for place, (style, picture) in enumerate(zip(styles, pictures, strict=True)):
        left = MARGIN + (place % COLUMNS) * (CELL[0] + GAP)
        top = HEADER + (place // COLUMNS) * (CELL[1] + LABEL)
        sheet.paste(ImageOps.fit(picture, CELL, Image.Resampling.LANCZOS), (left, top), _rounded(CELL, 18))
        _label(sheet, style.name, number=first + place, left=left, top=top + CELL[1])
    scaled = (ImageOps.scale(sheet, factor, Image.Resampling.LANCZOS) for factor in BOARDS)
    return _fitting(scaled, largest=BOARD_BYTES, note=note)


def _label(sheet: Image.Image, name: str, *, number: int, left: int, top: int) -> None:
    middle = top + LABEL / 2 - 2
    badge = Image.new("L", (136, 136), 0)
    ImageDraw.Draw(badge).ellipse((0, 0, 135, 135), fill=255)
    sheet.paste(ACCENT, (left + 2, round(middle) - 17), badge.resize((34, 34), Image.Resampling.LANCZOS))
    pen = ImageDraw.Draw(sheet)
    pen.text((left + 19, middle), str(number), font=ImageFont.load_default(19), fill="white", anchor="mm")
    pen.text((left + 48, middle), name, font=ImageFont.load_default(27), fill=INK, anchor="lm")


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, *large.size), radius=radius * 2, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS)


def _opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def _fitting(sizes: Iterable[Image.Image], *, largest: int, note: str) -> bytes:
    """The largest picture at the best quality within `largest` bytes. The file says of itself what it is."""
    comment = f"AI-generated {MARK}; made by {note}".encode()
    for image in sizes:
        for quality in QUALITIES:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True, comment=comment)
            if buffer.tell() <= largest:
                return buffer.getvalue()
    raise ValueError(f"a picture does not fit into {largest} bytes")
