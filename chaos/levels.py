"""How much goes wrong, and how much of it must really have hit. A level that did not reach its numbers has failed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Level:
    """`seconds` over which orders and faults are spread; then faults end, and all must end within `patience` seconds.
    `planned` faults by kind; `demanded` is what must have hit."""

    name: str
    people: int
    newcomers: int  # of them come through the door: notice, photo, question, pack
    orders: int
    seconds: float
    patience: float
    workers: int
    planned: dict[str, int]
    demanded: dict[str, int]


NETWORK, KILL, FREEZE, ROLLING = "network", "kill", "freeze", "rolling"
VALKEY_KILL, VALKEY_FLUSH, POSTGRES_KILL = "valkey_kill", "valkey_flush", "postgres_kill"
STORM, SKEW = "storm", "skew"

QUICK = Level(
    name="quick",
    people=200,
    newcomers=8,
    orders=300,
    seconds=45.0,
    patience=300.0,
    workers=2,
    planned={
        NETWORK: 110,
        KILL: 5,
        FREEZE: 2,
        VALKEY_KILL: 2,
        VALKEY_FLUSH: 2,
        POSTGRES_KILL: 1,
        STORM: 4,
        SKEW: 1,
        ROLLING: 1,
    },
    demanded={
        NETWORK: 60,
        KILL: 5,
        FREEZE: 2,
        VALKEY_KILL: 2,
        VALKEY_FLUSH: 2,
        POSTGRES_KILL: 1,
        STORM: 4,
        SKEW: 1,
        ROLLING: 1,
    },
)
FULL = Level(
    name="full",
    people=200,
    newcomers=50,
    orders=10_000,
    seconds=1500.0,
    patience=900.0,
    workers=3,
    planned={
        NETWORK: 1500,
        KILL: 66,
        FREEZE: 24,
        VALKEY_KILL: 33,
        VALKEY_FLUSH: 12,
        POSTGRES_KILL: 6,
        STORM: 30,
        SKEW: 8,
        ROLLING: 4,
    },
    demanded={
        NETWORK: 1000,
        KILL: 60,
        FREEZE: 20,
        VALKEY_KILL: 30,
        VALKEY_FLUSH: 10,
        POSTGRES_KILL: 5,
        STORM: 25,
        SKEW: 6,
        ROLLING: 3,
    },
)
LEVELS = {level.name: level for level in (QUICK, FULL)}
