"""The catalogues of styles and of motions, read from styles.toml and motions.toml. A mistake in such a file stops the
start and names itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from errors import Rejected

SOURCE = Path(__file__).with_name("styles.toml")
MOTIONS = Path(__file__).with_name("motions.toml")
PAGE_SIZE = 6  # styles on one picture board
ID = re.compile(r"[a-z0-9-]{1,24}")  # a button carries it beside a photo's id in 64 bytes
LONGEST = {"name": 24, "description": 60, "group": 24, "prompt": 1600}


class CatalogueError(Exception):
    """Every problem found, so that a person mends them in one go."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("A catalogue needs attention:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Style:
    """A style of pictures or a motion of videos. `prompt` is complete: its own words and what must be kept."""

    id: str
    name: str
    description: str
    group: str
    prompt: str


class Catalogue:
    """The styles in the order of the boards; `kind` is "style" or "motion"."""

    def __init__(self, styles: tuple[Style, ...], *, kind: str = "style") -> None:
        self._kind = kind
        self._styles = styles
        self._by_id = {style.id: style for style in styles}

    @classmethod
    def load(cls, source: Path = SOURCE) -> Catalogue:
        """Raises CatalogueError. The file's blocks are called like the file, without its s."""
        kind = source.stem.removesuffix("s")
        try:
            content = tomllib.loads(source.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CatalogueError([f"{source.name}: {error}"]) from None
        keep, blocks = content.pop("keep", ""), content.pop(kind, [])
        problems = [f"{name}: not known here" for name in content]
        if not isinstance(keep, str) or not keep.strip():
            problems.append("keep: empty")
        if not isinstance(blocks, list) or not blocks:
            raise CatalogueError([*problems, f"{kind}: no {kind} at all"])
        problems += _problems(blocks, kind)
        if problems:
            raise CatalogueError(problems)
        return cls(tuple(_style(block, keep) for block in blocks), kind=kind)

    def __len__(self) -> int:
        return len(self._styles)

    def __iter__(self) -> Iterator[Style]:
        return iter(self._styles)

    def __contains__(self, style: object) -> bool:
        """By id."""
        return style in self._by_id

    def get(self, style: str) -> Style:
        """By id. Raises Rejected("style.gone" | "motion.gone")."""
        if style not in self._by_id:
            raise Rejected(f"{self._kind}.gone")
        return self._by_id[style]

    def pages(self, size: int = PAGE_SIZE) -> int:
        return -(-len(self._styles) // size)

    def page(self, number: int, size: int = PAGE_SIZE) -> tuple[Style, ...]:
        """Pages count from 1; a page that is not there is empty."""
        return self._styles[(number - 1) * size : number * size] if number > 0 else ()


def _style(block: Mapping[str, str], keep: str) -> Style:
    words = {name: value.strip() for name, value in block.items()}
    return Style(**{**words, "prompt": f"{words['prompt']}\n\n{keep.strip()}"})


def _problems(blocks: list[Any], kind: str) -> list[str]:
    problems: list[str] = []
    seen: dict[str, set[str]] = {"id": set(), "name": set()}
    for number, block in enumerate(blocks, start=1):
        if not isinstance(block, dict):
            problems.append(f"{kind} {number}: not a block")
            continue
        label = f"{kind} {number} ({block.get('id', 'without id')})"
        problems += [f"{label}: {problem}" for problem in _problems_of(block)]
        for field, values in seen.items():
            value = str(block.get(field)).casefold()
            if value in values:
                problems.append(f"{label}: {field} is taken by another {kind}")
            values.add(value)
    return problems


def _problems_of(block: Mapping[str, Any]) -> Iterator[str]:
    names = {field.name for field in fields(Style)}
    for name in sorted(set(block) - names):
        yield f"{name} is not known"
    for name in sorted(names):
        value = block.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"{name} is empty"
        elif name == "id" and not ID.fullmatch(value):
            yield "id has other characters than a-z, 0-9 and -, or more than 24"
        elif name in LONGEST and len(value.strip()) > LONGEST[name]:
            yield f"{name} is longer than {LONGEST[name]} characters"
        elif name != "prompt" and "\n" in value:
            yield f"{name} has more than one line"
