"""A measure: what is asked, in which unit, beside whom, and the goal, if it has one."""

from __future__ import annotations

from dataclasses import dataclass

from bench.sides import Side

RATIO, VALUE = "ratio", "value"
MORE, LESS = "more", "less"


@dataclass(frozen=True)
class Goal:
    """On our own value, or on our ratio to the first of those beside us; at least so much, or at most."""

    on: str
    number: float
    at_most: bool

    def met(self, *, value: float, ratio: float | None) -> bool:
        seen = value if self.on == VALUE else ratio
        if seen is None:
            return False
        return seen <= self.number if self.at_most else seen >= self.number

    def __str__(self) -> str:
        return f"at {'most' if self.at_most else 'least'} {self.number:g}{' ×' if self.on == RATIO else ''}"


@dataclass(frozen=True)
class Measure:
    """`better` says which direction is good. The first of `beside` is what the ratio is taken of."""

    name: str
    says: str
    unit: str
    better: str
    beside: tuple[Side, ...]
    goal: Goal | None = None
