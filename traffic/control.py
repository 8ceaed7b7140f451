"""What an order meets before it is taken and before it is begun: pauses, breakers, the length of the queue."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from database import Database
from traffic.breakers import FIRST, Breakers
from traffic.load import KNOWN_FOR, Load, measure
from traffic.pauses import Pauses
from traffic.recent import Recent


class Traffic:
    """`pictures`: the kind of work that makes a picture; `calls`: provider -> the kind of work that calls it; `first`:
    seconds for which a provider that does not answer is left alone at first."""

    def __init__(
        self,
        database: Database,
        *,
        pictures: str,
        calls: Mapping[str, str],
        chance: Callable[[], float] = random.random,
        first: float = FIRST,
    ) -> None:
        self.pauses = Pauses(database, chance=chance)
        self.breakers = Breakers(database, calls=calls, chance=chance, first=first)
        self._pictures: Recent[Load] = Recent(database, lambda now: measure(pictures, now), seconds=KNOWN_FOR)

    def pictures(self) -> Load:
        """How long the queue for pictures is, as of a few seconds ago."""
        return self._pictures.get()
