"""How much memory a process and its children have: all pages that they touch, and their fair share of those."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True)
class Memory:
    """MiB. `resident` counts a page that is shared once for each process, `proportional` divides it among them."""

    resident: float
    proportional: float


def memory_of(process: int) -> Memory:
    """Of a process with all below it; who ended meanwhile counts nothing."""
    resident, proportional, waiting = 0, 0, [process]
    while waiting:
        one = waiting.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            for task in os.listdir(f"/proc/{one}/task"):  # noqa: PTH208  names of kernel objects
                waiting += [int(child) for child in Path(f"/proc/{one}/task/{task}/children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        resident += _kib(rollup, "Rss:") * 1024
        proportional += _kib(rollup, "Pss:") * 1024
    return Memory(round(resident / MIB, 1), round(proportional / MIB, 1))


def _kib(rollup: str, name: str) -> int:
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith(name))
