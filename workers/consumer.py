"""A consumer that is woken by the ring: Dramatiq's own sleeps up to a second between two questions to Redis."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

WAIT = 1.0  # seconds of one waiting; how late a stop or a pause may be noticed, and below the client's timeouts
HEARTBEAT = 15.0  # seconds; only a fetch tells Redis that this process lives, and after 60 it is taken for dead
FULL = 0.02  # seconds between two looks while as much is fetched as may be


class WakingConsumer(_RedisConsumer):  # type: ignore[misc]  # dramatiq carries no types
    """Fetches as Dramatiq does; between two fetches that find nothing it waits until the queue is not empty.

    The wait moves the queue's first entry onto its own place: nothing is taken, so that an answer that is lost, a Redis
    that restarts and a worker that dies while it waits lose no ring.
    """

    def __init__(
        self, broker: RedisBroker, queue_name: str, prefetch: int, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(broker, queue_name, prefetch, timeout=0)  # 0: the fetching itself never sleeps
        self._key = f"{broker.namespace}:{queue_name}"
        self._monotonic = monotonic
        self._waiting = False
        self._fetched = monotonic()

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
            time.sleep(FULL)
            return True
        try:
            first = self.broker.client.blmove(self._key, self._key, WAIT, src="LEFT", dest="LEFT")
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None
        return first is not None or self._monotonic() - self._fetched > HEARTBEAT
