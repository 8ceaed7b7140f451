"""What holds until changed: how fast, how many, which key, which secret."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Settings:
    """`seconds` a task takes: a number, or [low, high] drawn with `seed`. `slots` tasks may run at once for each model,
    `tasks_left` may still be made before the money is gone, `max_batch` ids may stand in one query; None: no limit.
    `key` is the only good key, or None for any that does not start with "bad". `webhook_secret`: one `whsec_…`, a list
    of them (each signs), or None. `files_base` stands before /files/… in results; None: as the request named us.
    `canned` serves one ready clip and leaves pictures unread; `canned_mib` pads it. `retired` names models.
    `latency` is seconds before each answer, `clock_skew` seconds added to every time that is told."""

    seconds: Any = 8.0
    seed: int = 1
    slots: int | None = None
    tasks_left: int | None = None
    max_batch: int | None = None
    key: str | None = None
    webhook_secret: Any = None
    files_base: str | None = None
    canned: bool = False
    canned_mib: int = 0
    retired: Any = field(default_factory=list)
    latency: float = 0.0
    clock_skew: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def update(self, values: Mapping[str, Any]) -> None:
        """Raise ValueError for a name or a value that is not ours, and change nothing then."""
        for name, value in values.items():
            if name not in _CHECKS or not _CHECKS[name](value):
                raise ValueError(f"bad setting: {name}")
        for name, value in values.items():
            setattr(self, name, value)
        if "seed" in values or "seconds" in values:
            self._random = random.Random(self.seed)

    def reset(self) -> None:
        usual = Settings()
        self.update({item.name: getattr(usual, item.name) for item in fields(usual)})

    def view(self) -> dict[str, Any]:
        hidden = ("key", "webhook_secret")
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in hidden}

    def draw_seconds(self) -> float:
        if isinstance(self.seconds, list):
            return self._random.uniform(*self.seconds)
        return float(self.seconds)

    def secrets(self) -> list[str]:
        if self.webhook_secret is None:
            return []
        return [self.webhook_secret] if isinstance(self.webhook_secret, str) else list(self.webhook_secret)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _duration_or_range(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(map(_duration, value)) and value[0] <= value[1]
    return _duration(value)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _or_none(check: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or check(value)


_CHECKS: dict[str, Callable[[object], bool]] = {
    "seconds": _duration_or_range,
    "seed": _whole,
    "slots": _or_none(_whole),
    "tasks_left": _or_none(_whole),
    "max_batch": _or_none(_whole),
    "key": _or_none(_text),
    "webhook_secret": _or_none(lambda value: _text(value) or _texts(value)),
    "files_base": _or_none(_text),
    "canned": lambda value: isinstance(value, bool),
    "canned_mib": _whole,
    "retired": _texts,
    "latency": _duration,
    "clock_skew": _number,
}
