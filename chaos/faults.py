"""The schedule of faults: drawn from one seed, the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from chaos import proxy
from chaos.levels import (
    FREEZE,
    KILL,
    NETWORK,
    POSTGRES_KILL,
    ROLLING,
    SKEW,
    STORM,
    VALKEY_FLUSH,
    VALKEY_KILL,
    Level,
)
from chaos.links import GEMINI, KLING, TELEGRAM, WEIGHTS

CALM_BEFORE = 0.04  # of the time: everybody is to have begun
CALM_AFTER = 0.06
STORMS = {
    GEMINI: ("500", "503", "429-bare", "stall"),
    KLING: ("5000", "5001", "1302", "stall"),
    TELEGRAM: ("500", "502", "429", "delay"),
}


@dataclass(frozen=True)
class Fault:
    """`at` seconds after the start, for `seconds` where it lasts (by so many is a clock wrong). `how`: the kind of a
    spoiled line or of a storm."""

    at: float
    kind: str
    target: str
    how: str = ""
    seconds: float = 0.0


def schedule(level: Level, seed: int) -> list[Fault]:
    """In the order in which they come."""
    return sorted(_faults(level, random.Random(f"faults {level.name} {seed}")), key=lambda fault: fault.at)


def _faults(level: Level, chance: random.Random) -> Iterator[Fault]:
    workers = [f"worker-{number + 1}" for number in range(level.workers)]
    links, weights = list(WEIGHTS), list(WEIGHTS.values())
    for at in _moments(level, NETWORK, chance):
        kind = chance.choice(proxy.KINDS)
        yield Fault(at, NETWORK, chance.choices(links, weights)[0], kind, _lasting(kind, chance))
    for at in _moments(level, KILL, chance):
        yield Fault(at, KILL, chance.choice(workers))
    for at in _moments(level, FREEZE, chance):
        yield Fault(at, FREEZE, chance.choice(workers), seconds=round(chance.uniform(5.0, 8.0), 2))
    for at in _moments(level, VALKEY_KILL, chance):
        yield Fault(at, VALKEY_KILL, "valkey", seconds=round(chance.uniform(0.3, 4.0), 2))
    for at in _moments(level, VALKEY_FLUSH, chance):
        yield Fault(at, VALKEY_FLUSH, "valkey")
    for at in _moments(level, POSTGRES_KILL, chance):
        yield Fault(at, POSTGRES_KILL, "postgres", seconds=round(chance.uniform(0.5, 3.0), 2))
    for number, at in enumerate(_moments(level, STORM, chance)):
        target = (GEMINI, TELEGRAM, KLING)[number % 3]
        yield Fault(at, STORM, target, chance.choice(STORMS[target]), round(chance.uniform(2.0, 5.0), 2))
    for at in _moments(level, SKEW, chance):
        yield Fault(at, SKEW, chance.choice(workers), seconds=chance.choice((-1, 1)) * chance.randrange(90, 4000))
    for at in _moments(level, ROLLING, chance):
        yield Fault(at, ROLLING, "web, workers, rights")


def _moments(level: Level, kind: str, chance: random.Random) -> Iterator[float]:
    """Spread evenly, each somewhere in its own part of the time."""
    number = level.planned.get(kind, 0)
    first, last = level.seconds * CALM_BEFORE, level.seconds * (1 - CALM_AFTER)
    for part in range(number):
        yield round(first + (last - first) * (part + chance.random()) / number, 2)


def _lasting(kind: str, chance: random.Random) -> float:
    if kind == proxy.STALL:
        return round(chance.uniform(0.2, 5.0), 2)
    return round(chance.uniform(0.1, 2.0), 2) if kind == proxy.DROP_REQUEST else 0.0
