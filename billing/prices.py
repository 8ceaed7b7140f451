"""What things cost, in credits, and the packs of credits, in Stars: read once from prices.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

SOURCE = Path(__file__).with_name("prices.toml")
PICTURE: Final = "picture"
VIDEO_SECONDS: Final = (5, 10)
MOST_STARS: Final = 25_000  # Telegram takes no larger invoice


@dataclass(frozen=True)
class Pack:
    """Credits sold together. `name` is an invoice's title: at most 32 characters."""

    id: str
    name: str
    credits: int
    stars: int


@dataclass(frozen=True)
class Prices:
    trial_credits: int
    price: dict[str, int]
    packs: tuple[Pack, ...]


def video(seconds: int) -> str:
    """The kind of order that a video of this length is."""
    return f"video_{seconds}"


def seconds_of(kind: str) -> int | None:
    """The length of a video; None for other kinds of order."""
    return next((seconds for seconds in VIDEO_SECONDS if video(seconds) == kind), None)


def load(source: Path = SOURCE) -> Prices:
    """Raises ValueError naming every mistake in the file."""
    content: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    price, packs, trial = content.get("price", {}), content.get("pack", []), content.get("trial_credits", 0)
    kinds = {PICTURE, *map(video, VIDEO_SECONDS)}
    problems = [f"price: {kind} is missing" for kind in sorted(kinds - price.keys())]
    problems += [f"price: {kind} is not known" for kind in sorted(price.keys() - kinds)]
    problems += [f"price.{kind}: not a number above 0" for kind, value in price.items() if not _positive(value)]
    problems += ["trial_credits: not a number above 0"] if not _positive(trial) else []
    problems += ["pack: no pack at all"] if not packs else []
    for number, pack in enumerate(packs, start=1):
        problems += [f"pack {number}: {problem}" for problem in _problems(pack)]
    if len({pack.get("id") for pack in packs}) != len(packs):
        problems.append("pack: an id is there twice")
    if problems:
        raise ValueError(f"{source.name}: " + "; ".join(problems))
    return Prices(trial, dict(price), tuple(Pack(**pack) for pack in packs))


def _problems(pack: dict[str, Any]) -> list[str]:
    if pack.keys() != {field.name for field in fields(Pack)}:
        return ["needs id, name, credits and stars, and nothing else"]
    problems = [] if re.fullmatch(r"[a-z0-9]{1,16}", str(pack["id"])) else ["id has other characters than a-z, 0-9"]
    problems += [] if 1 <= len(str(pack["name"])) <= 32 else ["name has not 1 to 32 characters"]
    problems += [f"{name} is not a number above 0" for name in ("credits", "stars") if not _positive(pack[name])]
    return problems or ([f"stars: Telegram takes at most {MOST_STARS}"] if pack["stars"] > MOST_STARS else [])


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_LOADED: Final = load()
TRIAL_CREDITS: Final = _LOADED.trial_credits
PRICES: Final = _LOADED.price  # kind of order -> credits
PACKS: Final = {pack.id: pack for pack in _LOADED.packs}
