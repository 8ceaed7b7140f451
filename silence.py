"""How long the other end of a line may stay silent before it counts as gone: a cable that is cut sends no farewell.

Without this a machine waits for minutes on one that is no more: fifteen for what it sent, for ever for an answer.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Patience:
    """Seconds of silence before the other end is asked whether it lives, between two questions, and how many of them.
    What was sent may go unacknowledged for as long."""

    idle: int
    every: int
    times: int

    @property
    def seconds(self) -> int:
        """Until a silent line is given up."""
        return self.idle + self.every * self.times

    def keepalive(self) -> Mapping[int, int]:
        """Options of TCP by number, as far as this system knows them."""
        wanted = {"TCP_KEEPIDLE": self.idle, "TCP_KEEPINTVL": self.every, "TCP_KEEPCNT": self.times}
        numbers = {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}
        return MappingProxyType(numbers)

    def options(self) -> list[tuple[int, int, int]]:
        """All of it for `setsockopt`: level, option, value."""
        found = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        found += [(socket.IPPROTO_TCP, number, value) for number, value in self.keepalive().items()]
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            found.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, self.seconds * 1000))
        return found


# Between our own machines, where a lost packet comes again within a second: known before a lease ends.
INSIDE = Patience(idle=4, every=2, times=3)
# Across the world a line recovers from hiccups that are worth waiting for: a call may be paid already.
OUTSIDE = Patience(idle=10, every=5, times=4)
