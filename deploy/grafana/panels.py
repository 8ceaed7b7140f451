"""What a panel of the dashboard is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LOOK, LINES, TABLE = "stat", "timeseries", "table"
GOOD, WARN, BAD = "green", "orange", "red"
Steps = tuple[tuple[float | None, str], ...]  # from this value on, this colour


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`queries`: legend -> PromQL; `$app` is the application. `steps` colour a single value."""

    title: str
    says: str
    unit: str
    queries: Mapping[str, str]
    form: str = LINES
    width: int = 8
    stacked: bool = False
    steps: Steps = field(default=((None, GOOD),))


def above(warn: float, bad: float) -> Steps:
    return ((None, GOOD), (warn, WARN), (bad, BAD))


def below(warn: float, bad: float) -> Steps:
    return ((None, BAD), (bad, WARN), (warn, GOOD))


ZERO: Steps = ((None, GOOD), (1, BAD))  # anything else is an alarm
ONE: Steps = ((None, BAD), (1, GOOD))


def look(title: str, says: str, unit: str, query: str, steps: Steps) -> Panel:
    """A single value, four columns wide."""
    return Panel(title=title, says=says, unit=unit, queries={"": query}, form=LOOK, width=4, steps=steps)
