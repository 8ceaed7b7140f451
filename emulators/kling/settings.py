"""What holds until changed: how fast, how many, which key, which secret."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from emulators.settings import Check, Held, duration, number, of_type, or_none

_text = of_type(str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and duration(value)


def _duration_or_range(value: object) -> bool:
    if isinstance(value, list):
        return len(value) == 2 and all(map(duration, value)) and value[0] <= value[1]
    return duration(value)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


@dataclass
class Settings(Held):
    """`seconds` a task takes: a number, or [low, high] drawn with `seed`. `slots` tasks may run at once for each model,
    `tasks_left` may still be made before the money is gone, `max_batch` ids may stand in one query; None: no limit.
    `key` is the only good key, or None for any that does not start with "bad". `webhook_secret`: one `whsec_…`, a list
    of them (each signs), or None. `files_base` stands before /files/… in results; None: as the request named us.
    `canned` serves one ready clip and leaves pictures unread; `canned_mib` pads it. `retired` names models.
    `latency` is seconds before each answer, `clock_skew` seconds added to every time that is told."""

    CHECKS: ClassVar[Mapping[str, Check]] = {
        "seconds": _duration_or_range,
        "seed": _whole,
        "slots": or_none(_whole),
        "tasks_left": or_none(_whole),
        "max_batch": or_none(_whole),
        "key": or_none(_text),
        "webhook_secret": or_none(lambda value: _text(value) or _texts(value)),
        "files_base": or_none(_text),
        "canned": of_type(bool),
        "canned_mib": _whole,
        "retired": _texts,
        "latency": duration,
        "clock_skew": number,
    }
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"key", "webhook_secret"})

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
        super().update(values)
        if "seed" in values or "seconds" in values:
            self._random = random.Random(self.seed)

    def draw_seconds(self) -> float:
        if isinstance(self.seconds, list):
            return self._random.uniform(*self.seconds)
        return float(self.seconds)

    def secrets(self) -> list[str]:
        if self.webhook_secret is None:
            return []
        return [self.webhook_secret] if isinstance(self.webhook_secret, str) else list(self.webhook_secret)
