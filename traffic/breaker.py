"""How a breaker moves: what a failure changes, how long it stays open, how many may go once the provider is back.
Pure: a row and what was seen in, columns to change out. `first`: seconds it stays open at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from errors import Failure, Permanent, Rejected, Temporary
from models import Breaker

STREAK = 5  # failures one after the other that open it, unless all befell one piece of work
STREAK_LASTS = timedelta(minutes=10)  # between two of them: where hardly anybody calls, each says little of the other
WINDOW = timedelta(seconds=60)
ENOUGH, SHARE = 10, 0.5  # so many failures in a window, and of so large a share of the calls, open it, too
RAMP_STREAK = 2  # failures that open it again while it comes back
DOUBLINGS = 1  # open for `first` seconds, after a probe that failed for twice as long: a probe costs one call
LONGEST_ASKED = 8.0  # in lengths of `first`: what a provider itself asks for is honoured up to here
RAMP_LENGTH = 4.0  # in lengths of `first`
RAMP_FIRST, RAMP_GROWTH = 3, 45.0  # calls at once; after t lengths of `first` GROWTH * t * t more
# What says that the provider is in trouble. Refusals of what somebody wanted, and full slots, say that it works.
TROUBLE = frozenset(
    {
        "provider.busy",
        "provider.unavailable",
        "provider.unreachable",
        "provider.unsure",
        "provider.garbage",
        "http.unreachable",
        "http.timeout",
        "http.cut_off",
    }
)


@dataclass(frozen=True)
class Seen:
    """What the tables say about answers besides this failure: one since the last failure, how many in the window."""

    answered_since: bool
    answered: int


def is_trouble(failure: BaseException) -> bool:
    """Whether a failure counts against the provider."""
    return isinstance(failure, Temporary) and failure.code in TROUBLE


def is_answer(failure: BaseException) -> bool:
    """Whether a failure shows that the provider works: it said something about this one call."""
    family = isinstance(failure, Rejected | Permanent | Temporary)
    return family and isinstance(failure, Failure) and failure.code.startswith("provider.") and not is_trouble(failure)


def failed(
    row: Breaker, now: datetime, seen: Seen, *, work: str, code: str, asked_for: float | None, first: float
) -> dict[str, Any]:
    """The columns that a failure changes in a breaker that is closed, ramping or probed by whom it befell."""
    if row.state == Breaker.PROBING:
        return _opened(row, now, code=code, wait=open_for(row.trips + 1, asked_for, first))
    enough = RAMP_STREAK if row.state == Breaker.RAMP else STREAK
    counts = _counted(row, now, seen, work=work, enough=enough)
    trips = counts["failures"] >= enough
    if row.state == Breaker.CLOSED:
        share = counts["window_failures"] / (counts["window_failures"] + seen.answered)
        trips = trips or (counts["window_failures"] >= ENOUGH and share >= SHARE)
    if not trips:
        return {"state": row.state, **counts}
    return _opened(row, now, code=code, wait=open_for(row.trips + 1, asked_for, first))


def answered(row: Breaker, now: datetime, *, first: float) -> dict[str, Any]:
    """The columns that the answer to a probe changes: from here on more and more may go."""
    until = now + timedelta(seconds=RAMP_LENGTH * first)
    return {"state": Breaker.RAMP, "ramp_at": now, "until": until, **_NOBODY, **_NOTHING, **_next(row)}


def closed(row: Breaker) -> dict[str, Any]:
    """The columns that change when the ramp is over."""
    over = {"trips": 0, "until": None, "opened_at": None, "ramp_at": None, "reason": None}
    return {"state": Breaker.CLOSED, **over, **_NOTHING, **_next(row)}


def probed(row: Breaker, *, work: str, fence: int) -> dict[str, Any]:
    """The columns that change when a piece of work goes ahead of all others."""
    return {"state": Breaker.PROBING, "probe": work, "probe_fence": fence, **_next(row)}


def tickets(row: Breaker, now: datetime, *, first: float) -> int:
    """How many calls may have gone since the ramp began."""
    passed = max(0.0, (now - (row.ramp_at or now)).total_seconds()) / first
    return RAMP_FIRST + int(RAMP_GROWTH * passed * passed)


def open_for(trips: int, asked_for: float | None, first: float) -> float:
    """Seconds from the opening to the first probe. `asked_for`: what the provider named, honoured within reason."""
    ours = first * 2 ** min(max(0, trips - 1), DOUBLINGS)
    return float(max(ours, min(asked_for or 0.0, first * LONGEST_ASKED)))


_NOBODY: dict[str, Any] = {"probe": None, "probe_fence": None}
_NOTHING: dict[str, Any] = {
    "failures": 0,
    "failed_at": None,
    "failed_work": None,
    "window_at": None,
    "window_failures": 0,
    "tickets": 0,
}


def _opened(row: Breaker, now: datetime, *, code: str, wait: float) -> dict[str, Any]:
    return {
        "state": Breaker.OPEN,
        "trips": row.trips + 1,
        "until": now + timedelta(seconds=wait),
        "opened_at": row.opened_at or now,  # one that comes back and fails again was never away from it
        "reason": code,
        **_NOTHING,
        **_NOBODY,
        **_next(row),
    }


def _counted(row: Breaker, now: datetime, seen: Seen, *, work: str, enough: int) -> dict[str, Any]:
    """One piece of work that fails again and again may be its own trouble: alone it never makes `enough`."""
    old = row.failed_at is None or now - row.failed_at > STREAK_LASTS
    new_window = row.window_at is None or now - row.window_at > WINDOW

    def one_more(count: int, most: int) -> int:
        return count + 1 if row.failed_work != work else min(count + 1, most - 1)

    return {
        "failures": 1 if seen.answered_since or old else one_more(row.failures, enough),
        "failed_at": now,
        "failed_work": work,
        "window_at": now if new_window else row.window_at,
        "window_failures": 1 if new_window else one_more(row.window_failures, ENOUGH),
    }


def _next(row: Breaker) -> dict[str, Any]:
    return {"fence": row.fence + 1}
