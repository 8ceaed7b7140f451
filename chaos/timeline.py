"""What happened when: faults that hit, processes that came back, orders that ended. Seconds after the start."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    t: float
    kind: str
    target: str
    how: str = ""


@dataclass
class Timeline:
    """Written by everybody in one thread."""

    since: float = field(default_factory=time.monotonic)
    events: list[Event] = field(default_factory=list)

    def note(self, kind: str, target: str, how: str = "") -> None:
        self.events.append(Event(self.now(), kind, target, how))

    def now(self) -> float:
        return round(time.monotonic() - self.since, 2)

    def hits(self) -> Counter[str]:
        """How often each kind of fault really hit."""
        return Counter(event.kind for event in self.events)

    def view(self) -> list[dict[str, Any]]:
        return [asdict(event) for event in sorted(self.events, key=lambda event: event.t)]


def per_second(moments: Sequence[float], seconds: int) -> list[int]:
    """How many fell into each second."""
    counted = Counter(int(moment) for moment in moments)
    return [counted[second] for second in range(seconds)]
