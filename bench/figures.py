"""One schema for every figure: its value, its ratio to what it is compared with, its goal, its runs, its circumstances.

A figure without its comparison is none.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import RATIO, Measure
from bench.sides import OURS, SIDES, Side

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).resolve().parent.parent
SCHEMA = 1
Runs = Mapping[Side, Sequence[float]]  # what each side's runs gave, ours among them
Found = Mapping[str, Runs]  # by the measure's name


class NotAFigure(ValueError):
    """A result that must not be shown; the sentence says what it lacks."""


@dataclass(frozen=True)
class Numbers:
    """Of one side: the median counts."""

    side: str
    value: float
    runs: int
    min: float
    max: float
    ratio: float | None  # ours by theirs; None where theirs is nothing


@dataclass(frozen=True)
class Figure:
    """`ratio` is that to the first of those `beside`, which is what it is `compared_with`; `met` is None without a
    goal."""

    name: str
    says: str
    unit: str
    better: str
    value: float
    ratio: float | None
    compared_with: str
    goal: dict[str, Any] | None
    met: bool | None
    runs: int
    median: float
    min: float
    max: float
    beside: list[Numbers]


@dataclass(frozen=True)
class Report:
    """What one program found, when, of which commit, on what class of machine and how busy that was before."""

    schema: int
    program: str
    title: str
    date: str
    commit: str
    machine: dict[str, Any]
    seconds: float
    figures: list[Figure]


def judge(measure: Measure, runs: Runs) -> Figure:
    """Raises NotAFigure where a side was not measured, or not as a number."""
    for side in (OURS, *measure.beside):
        if not runs.get(side) or not all(map(math.isfinite, runs[side])):
            raise NotAFigure(f"{measure.name}: {side.name} was not measured")
    if not measure.beside:
        raise NotAFigure(f"{measure.name}: it is compared with nothing")
    ours = runs[OURS]
    value = median(ours)
    beside = [_numbers(side, runs[side], of=value) for side in measure.beside]
    ratio = beside[0].ratio
    if ratio is None and measure.goal is not None and measure.goal.on == RATIO:
        raise NotAFigure(f"{measure.name}: its goal is a ratio to nothing")
    return Figure(
        name=measure.name,
        says=measure.says,
        unit=measure.unit,
        better=measure.better,
        value=value,
        ratio=ratio,
        compared_with=beside[0].side,
        goal=asdict(measure.goal) if measure.goal else None,
        met=measure.goal.met(value=value, ratio=ratio) if measure.goal else None,
        runs=len(ours),
        median=value,
        min=min(ours),
        max=max(ours),
        beside=beside,
    )


def report(
    program: str,
    title: str,
    measures: Sequence[Measure],
    found: Found,
    *,
    seconds: float,
    load: float,
    share: float = 1.0,
) -> Report:
    """Raises NotAFigure unless exactly what was announced was found."""
    if {measure.name for measure in measures} != set(found):
        raise NotAFigure(f"{program}: announced {sorted(m.name for m in measures)}, found {sorted(found)}")
    figures = [judge(measure, found[measure.name]) for measure in measures]
    machine = {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": round(load, 2),
        "share": share,
    }
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    return Report(SCHEMA, program, title, today, commit(), machine, round(seconds, 1), figures)


def write(made: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{made.program}.json").write_text(json.dumps(asdict(made), indent=1, ensure_ascii=False) + "\n")


def read(path: Path) -> Report:
    """Raises NotAFigure for what is not of this schema, or lacks a comparison."""
    try:
        raw = json.loads(path.read_text())
        figures = [
            Figure(**{**each, "beside": [Numbers(**side) for side in each["beside"]]}) for each in raw["figures"]
        ]
        made = Report(**{**raw, "figures": figures})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAFigure(f"{path.name}: not a result of this schema") from error
    if made.schema != SCHEMA:
        raise NotAFigure(f"{path.name}: schema {made.schema}, not {SCHEMA}")
    for figure in made.figures:
        if not figure.beside or any(side.side not in SIDES for side in figure.beside):
            raise NotAFigure(f"{path.name}: {figure.name} is compared with nothing that is known")
    return made


def commit() -> str:
    """Short; "unknown" outside a checkout."""
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _numbers(side: Side, runs: Sequence[float], *, of: float) -> Numbers:
    value = median(runs)
    return Numbers(side.id, value, len(runs), min(runs), max(runs), of / value if value else None)
