"""The page of proofs as data: each promise in its section, how it is kept, its tests, and the live figures. No markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from policy.promises import OPEN, PROMISES
from policy.terms import N_
from policy.text import SECTIONS
from wording.language import Translate
from wording.promises import how, says

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

STATES = {
    "proven": N_("proven"),
    "failing": N_("a test fails for this version"),
    "unproven": N_("not proven for this version"),
    "open": N_("open"),
}
RESULTS = {"passed": N_("passed"), "failed": N_("failed"), "skipped": N_("skipped")}


@dataclass(frozen=True)
class Test:
    """A test by its name in the sources; `result` in words, `at` as "2026-11-25 07:12 UTC" or empty."""

    name: str
    file: str
    result: str
    at: str


@dataclass(frozen=True)
class Line:
    """A promise. `state` is for the style sheet: proven, failing, unproven or open; `standing` says it in words."""

    id: str
    says: str
    how: str
    state: str
    standing: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Group:
    """A section of the policy with its promises."""

    number: int
    id: str
    title: str
    lines: tuple[Line, ...]


def groups(_: Translate, lines: Mapping[str, Line]) -> tuple[Group, ...]:
    """All promises in the order of the policy's sections."""
    return tuple(
        Group(number, part.id, _(part.title), tuple(line for id_, line in lines.items() if _section(id_) == number))
        for number, part in enumerate(SECTIONS, start=1)
    )


def line(_: Translate, promise: str, *, state: str, at: str, tests: tuple[Test, ...]) -> Line:
    """`state` is one of STATES; `at` is when the last of its tests passed."""
    said, standing = PROMISES[promise], _(STATES[state])
    if promise in OPEN:
        area = f"{standing}: {_(OPEN[promise].area)}"
        return Line(promise, says(_, said), _(OPEN[promise].why), state, area, ())
    if at:
        standing = _("{standing}, last on {time}").format(standing=standing, time=time_of(at))
    return Line(promise, says(_, said), how(_, said), state, standing, tests)


def result(_: Translate, passed: str, cases: int) -> str:
    """What became of a test; `passed` is passed, failed, skipped or not run."""
    words = _(RESULTS[passed]) if passed in RESULTS else _("not run for this version")
    return words if cases < 2 else _("{result}, {number} cases").format(result=words, number=cases)


def time_of(iso: str) -> str:
    """ "2026-11-25T07:12:31+00:00" as people read it."""
    return f"{iso[:10]} {iso[11:16]} UTC" if iso else ""


def took(_: Translate, length: timedelta) -> str:
    """A duration that was measured: "0.4 seconds", "3 minutes", "5 hours", "2 days"."""
    if length < MINUTE:
        return _("{number} seconds").format(number=f"{length.total_seconds():.1f}")
    if length < 2 * HOUR:
        return _("{number} minutes").format(number=round(length / MINUTE))
    if length < 2 * DAY:
        return _("{number} hours").format(number=round(length / HOUR))
    return _("{number} days").format(number=length // DAY)


def _section(promise: str) -> int:
    return int(promise[1:].partition(".")[0])
