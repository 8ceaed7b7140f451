"""What tests ask a stand-in to do next: rules taken in order, each used up after its times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Generic, Protocol, TypeVar


class Counted(Protocol):
    """`times` None means until cleared."""

    times: int | None


R = TypeVar("R", bound=Counted)


class Rules(Generic[R]):
    """`read` makes a rule of one that came as JSON, or raises ValueError."""

    def __init__(self, read: Callable[[Any], R]) -> None:
        self._read = read
        self.rules: list[R] = []

    def add(self, rules: object) -> int:
        """Append rules; raise ValueError, adding none, when one is not understood. Return how many now wait."""
        if not isinstance(rules, list):
            raise ValueError("rules must be a list")
        self.rules.extend([self._read(rule) for rule in rules])
        return len(self.rules)

    def first(self, fits: Callable[[R], bool]) -> R | None:
        """The first rule that fits, used up once."""
        for rule in self.rules:
            if not fits(rule):
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self.rules.remove(rule)
            return rule
        return None


def refuse_unknown(values: Mapping[str, Any], form: type) -> None:
    """Raise ValueError for names that the dataclass `form` has no field for."""
    unknown = set(values) - {item.name for item in fields(form)}
    if unknown:
        raise ValueError(f"unknown names in a rule: {', '.join(sorted(unknown))}")
