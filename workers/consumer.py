"""A consumer that is woken by the ring: Dramatiq's own sleeps up to a second between two questions to Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

WAIT = 1.0  # seconds of one waiting; how late a stop or a pause may be noticed, and below the client's timeouts
HEARD_LATELY = WAIT + 0.5  # seconds; a waiting that is not answered by then is answered late, or never
HEARTBEAT = 15.0  # seconds; only a fetch tells Redis that this process lives, and after 60 it is taken for dead
FULL = 0.25  # seconds until it asks again while as much is fetched as may be, unless half of that is done before


class Line:
    """What the consumers of a process hear of Redis, for whoever would else have to ask."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._answered = float("-inf")
        self._broke = False

    def answers(self) -> None:
        """Redis has said something."""
        self._answered = self._monotonic()

    def breaks(self) -> None:
        """It is gone, or was for a moment: what rang meanwhile may be lost."""
        self._answered, self._broke = float("-inf"), True

    def lives(self) -> bool:
        """Whether Redis answered as lately as one does who waits at it."""
        return self._monotonic() - self._answered < HEARD_LATELY

    def broke(self) -> bool:
        """Whether it broke since this was asked the last time."""
        broke, self._broke = self._broke, False
        return broke


class WakingConsumer(_RedisConsumer):  # type: ignore[misc]  # dramatiq carries no types
    """Fetches as Dramatiq does; between two fetches that find nothing it waits until the queue is not empty.

    The wait moves the queue's first entry onto its own place: nothing is taken, so that an answer that is lost, a Redis
    that restarts and a worker that dies while it waits lose no ring.
    """

    def __init__(
        self,
        broker: RedisBroker,
        queue_name: str,
        prefetch: int,
        *,
        line: Line | None = None,
        full: float = FULL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(broker, queue_name, prefetch, timeout=0)  # 0: the fetching itself never sleeps
        self._key = f"{broker.namespace}:{queue_name}"
        self._line = line or Line(monotonic=monotonic)
        self._monotonic = monotonic
        self._waiting = False
        self._fetched = monotonic()
        self._full = full
        self._room = threading.Event()

    def ack(self, message: Any) -> None:
        try:
            super().ack(message)
        finally:
            self._tell_of_room()

    def nack(self, message: Any) -> None:
        try:
            super().nack(message)
        finally:
            self._tell_of_room()

    def __next__(self) -> Any:
        """A message, or None every WAIT seconds, so that the thread can look whether it is to stop."""
        try:
            if self._waiting:
                self._waiting = not self._wake()
                return None
            return self._fetch()
        except (ConnectionClosed, redis.RedisError):
            self._line.breaks()
            raise

    def _fetch(self) -> Any:
        asks = not self.message_cache
        if asks:
            self._fetched = self._monotonic()
        asks = asks and self.outstanding_message_count < self.prefetch  # else Redis is not asked
        message = super().__next__()
        if asks:
            self._line.answers()
        self._waiting = message is None
        return message

    def _wake(self) -> bool:
        """Wait a while; whether to fetch now."""
        if self.outstanding_message_count >= self.prefetch:
            self._room.clear()
            self._tell_of_room()  # of what was done before the bell was cleared
            self._room.wait(self._full)
            return True
        try:
            first = self.broker.client.blmove(self._key, self._key, WAIT, src="LEFT", dest="LEFT")
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        self._line.answers()
        return first is not None or self._monotonic() - self._fetched > HEARTBEAT

    def _tell_of_room(self) -> None:
        """Half is worth a question: after each message Redis would be asked for one at a time."""
        if self.outstanding_message_count <= self.prefetch // 2:
            self._room.set()
