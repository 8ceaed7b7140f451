"""What kinds of work there are: which queue rings for them, how often they are tried, how long a try may wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from database import Unit
    from errors import Failure
    from jobs.claim import Claim

GENERATION, RIGHTS = "generation", "rights"  # queues; each is served by a process group of its own
ANEW = 3600.0  # seconds until what was promised is begun anew that took its worker down again and again


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`do` works under a claim and commits through it. `ended_badly` runs in the transaction that gives the work up,
    `again` in the one that puts it back for another try."""

    name: str
    queue: str
    do: Callable[[Claim], None]
    ended_badly: Callable[[Claim, Failure, Unit], None]
    again: Callable[[Claim, Failure, Unit], None] = lambda _claim, _failure, _unit: None
    tries: int = 5
    about: str | None = None  # the field of the log that its subject is the value of
    first_wait: float = 2.0  # seconds before the second try; doubles from there
    longest_wait: float = 300.0


Kinds = Mapping[str, Kind]


def wait_before(kind: Kind, tries: int, asked_for: float | None) -> float:
    """Seconds before the next try: what was asked for, or doubling."""
    if asked_for is not None:
        return asked_for
    return float(min(kind.longest_wait, kind.first_wait * 2 ** max(0, tries - 1)))
