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
HEARTBEAT = 15.0  # seconds; only a fetch tells Redis that this process lives, and after 60 it is taken for dead
FULL = 0.25  # seconds until it asks again while as much is fetched as may be, unless half of that is done before


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
        full: float = FULL,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(broker, queue_name, prefetch, timeout=0)  # 0: the fetching itself never sleeps
        self._key = f"{broker.namespace}:{queue_name}"
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
        if self._waiting:
            self._waiting = not self._wake()
            return None
        if not self.message_cache:
            self._fetched = self._monotonic()
        message = super().__next__()
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
        return first is not None or self._monotonic() - self._fetched > HEARTBEAT

    def _tell_of_room(self) -> None:
        """Half is worth a question: after each message Redis would be asked for one at a time."""
        if self.outstanding_message_count <= self.prefetch // 2:
            self._room.set()
