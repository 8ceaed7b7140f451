"""Looks at the database while cables are cut: who holds which work, and with which fence. Takes no part in anything."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg

EVERY = 0.25  # seconds
HELD = "SELECT id, holder, fence FROM work WHERE state = 'held'"


@dataclass(frozen=True)
class Hold:
    """A claim: a process's random name, and the row's lease counter."""

    holder: str
    fence: int


@dataclass(frozen=True)
class Sample:
    """`held` by id of the work; None when the database did not answer. `t`: seconds after the start."""

    t: float
    held: Mapping[str, Hold] | None


class Watcher:
    """A thread of its own, on the machine of whoever started it."""

    def __init__(self, address: str, *, since: float) -> None:
        self.samples: list[Sample] = []
        self._address = address
        self._since = since
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(30)

    def _look(self) -> None:
        while not self._over.is_set():
            try:
                with psycopg.connect(
                    self._address, autocommit=True, connect_timeout=2, tcp_user_timeout=2000
                ) as connection:
                    while not self._over.wait(EVERY):
                        asked = time.monotonic()
                        rows = connection.execute(HELD).fetchall()
                        self._note(asked, {work: Hold(holder, fence) for work, holder, fence in rows})
            except psycopg.Error:
                self._note(time.monotonic(), None)

    def _note(self, at: float, held: Mapping[str, Hold] | None) -> None:
        self.samples.append(Sample(round(at - self._since, 2), held))


@dataclass(frozen=True)
class Loss:
    """What became of the work of a machine that was cut off. Seconds count from the cut, and from its end."""

    holder: str | None  # the process on that machine; None when it held nothing
    held: int
    taken_over: dict[str, float]
    unseen: int  # taken over between two looks, as their fences tell
    left: list[str]  # rows that nobody took over
    again: float | None  # until it held work again


def loss(samples: Sequence[Sample], *, cut: float, mended: float, fences: Mapping[str, int]) -> Loss:
    """`fences`: of every row at the end. Of those who held work at the cut, the one whose work others took was cut off.

    What it held and nobody took must have ended in the moment of the cut, or it is left.
    """
    before = [sample for sample in samples if sample.held is not None and sample.t <= cut]
    held = dict(before[-1].held or {}) if before else {}
    taken: dict[str, float] = {}
    for sample in samples:
        if sample.held is None or not cut < sample.t <= mended:
            continue
        for work, hold in sample.held.items():
            if work in held and hold.holder != held[work].holder and work not in taken:
                taken[work] = round(sample.t - cut, 2)
    losers = Counter(held[work].holder for work in taken)
    if not losers:
        return Loss(None, len(held), {}, 0, [], None)
    [(holder, _)] = losers.most_common(1)
    mine = {work: hold for work, hold in held.items() if hold.holder == holder}
    rest = {work: hold for work, hold in mine.items() if work not in taken}
    unseen = {work for work, hold in rest.items() if fences.get(work, 0) > hold.fence}
    left = [w for w, hold in rest.items() if w not in unseen and _held_at(samples, w, hold, after=cut + 1.0)]
    return Loss(
        holder=holder,
        held=len(mine),
        taken_over={work: seconds for work, seconds in taken.items() if work in mine},
        unseen=len(unseen),
        left=sorted(left),
        again=_again(samples, holder, mended, set(mine.items())),
    )


def _held_at(samples: Sequence[Sample], work: str, hold: Hold, *, after: float) -> bool:
    return any(sample.t > after and (sample.held or {}).get(work) == hold for sample in samples)


def _again(samples: Sequence[Sample], holder: str, mended: float, old: set[tuple[str, Hold]]) -> float | None:
    for sample in samples:
        if sample.t > mended and sample.held is not None:
            new = set(sample.held.items()) - old
            if any(hold.holder == holder for _, hold in new):
                return round(sample.t - mended, 2)
    return None
