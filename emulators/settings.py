"""What holds until changed: every value is checked before any is set, and keys are never shown."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

Check = Callable[[object], bool]


@dataclass(slots=True)
class Held:
    """The ground of a stand-in's settings: a dataclass whose defaults are what a reset goes back to."""

    CHECKS: ClassVar[Mapping[str, Check]] = {}
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"key"})

    def check(self, name: str, value: object) -> None:
        """Raise ValueError for a name or a value that is not ours."""
        if name not in self.CHECKS or not self.CHECKS[name](value):
            raise ValueError(f"bad setting: {name}")

    def update(self, values: Mapping[str, Any]) -> None:
        """Raise ValueError as `check` does, and change nothing then."""
        for name, value in values.items():
            self.check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def reset(self) -> None:
        usual = type(self)()
        self.update({item.name: getattr(usual, item.name) for item in fields(usual)})

    def view(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in self.HIDDEN}


def of_type(*kinds: type) -> Check:
    return lambda value: isinstance(value, kinds)


def number(value: object) -> bool:
    """JSON's true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def duration(value: object) -> bool:
    """In seconds."""
    return isinstance(value, int | float) and number(value) and value >= 0


def or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def good_key(key: str | None, *, only: str | None) -> bool:
    """`only` is the one good key; None takes any that does not begin with "bad"."""
    if not key:
        return False
    if only is None:
        return not key.startswith("bad")
    return hmac.compare_digest(key.encode(), only.encode())
