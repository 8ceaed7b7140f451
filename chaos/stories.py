"""What happened to those whom a failed check names: out of the rows, then the last that our processes said of them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from chaos.invariants import SHOWN, Check
from database import Database
from errors import Rejected
from ops.trace import written
from watch.trace import find, story

ID = re.compile(r"\b[0-9a-f]{32}\b")
NAMED = 4  # of whom a story is told: one is enough to understand, several show whether they are alike
LINES = 12  # of the logs, the last ones
UNSAID = ("at", "level", "pid")


def stories(checks: Iterable[Check], database: Database, logs: Path) -> dict[str, list[str]]:
    """Id of an order, or of what else was named -> lines to read."""
    return {one: [*_rows(database, one), *last_lines(logs, one)] for one in named(checks)}


def named(checks: Iterable[Check]) -> list[str]:
    """Ids in the violations of what failed: the first of each check before the second of any."""
    each = [ID.findall(" ".join(check.violations[:SHOWN])) for check in checks if not check.passed]
    turns = (ids[turn] for turn in range(SHOWN) for ids in each if turn < len(ids))
    return list(dict.fromkeys(turns))[:NAMED]


def last_lines(logs: Path, one: str) -> list[str]:
    """Of all processes, in the order of their own clocks, which may be wrong here."""
    found = sorted(line for log in logs.glob("*.log") for line in _about(log, one))
    return [words for _, words in found[-LINES:]]


def _about(log: Path, one: str) -> Iterator[tuple[str, str]]:
    with log.open(errors="replace") as lines:
        for line in lines:
            if one in line and (said := _said(line)):
                facts = " ".join(f"{name}={value}" for name, value in said.items() if name not in UNSAID)
                yield str(said["at"]), f"{said['at']} {log.stem}: {facts}"


def _said(line: str) -> dict[str, Any]:
    """Nothing of what is no line of ours, or of one that a killed process began."""
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        return said if isinstance(said, dict) and "at" in said else {}
    return {}


def _rows(database: Database, one: str) -> list[str]:
    try:
        with database.unit() as unit:
            return written(story(find(one)), unit.now)
    except Rejected:
        return []  # no order, and no attempt or work of one
