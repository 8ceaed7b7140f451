"""Redis as a doorbell: a message is an actor's name and the id of a work row, and losing one loses nothing."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import ConstantBackoff
from redis.retry import Retry

import logs
from policy.terms import NotPersonal
from silence import INSIDE
from workers.consumer import WakingConsumer

NAMESPACE = "miomio"
PAUSE = 1.0  # seconds without a ring after one that failed, so that requests do not queue up behind a dead Redis
NEVER = float("-inf")
# Key patterns and message arguments, for the gate.
REDIS_KEYS = {
    f"{NAMESPACE}:*": NotPersonal(reason="names of actors and random numbers of work rows"),
    NAMESPACE: NotPersonal(reason="dramatiq's own bookkeeping of queues and processes"),
}
MESSAGE_ARGUMENTS = {"work": NotPersonal(reason="random number of a work row")}

log = logs.get()


def connect(url: str, *, patience: float = 3.0) -> redis.Redis:
    """A client that waits `patience` seconds for an answer and asks once more: a person may wait for both."""
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=1.0,
        socket_keepalive=True,  # a line that died while nobody used it is not used again
        socket_keepalive_options=dict(INSIDE.keepalive()),
        retry=Retry(ConstantBackoff(0.05), 1),
    )


class Broker(RedisBroker):  # type: ignore[misc]  # dramatiq carries no types
    """Dramatiq's, with a consumer that the ring wakes."""

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> WakingConsumer:
        del timeout
        return WakingConsumer(self, queue_name, prefetch)


def make_broker(client: redis.Redis) -> RedisBroker:
    """No middleware: retries, time limits and results are the business of the rows."""
    return Broker(client=client, middleware=[], namespace=NAMESPACE, dead_message_ttl=60_000)


class Doorbell:
    """Rings for a work row. Never raises: whoever misses the bell finds the row. While Redis is silent one thread at a
    time waits for it, all others go on without."""

    def __init__(self, broker: RedisBroker, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._monotonic = monotonic
        self._silent_until = NEVER
        self._trying = threading.Lock()  # held by the one who finds out whether Redis is back

    def __call__(self, queue: str, kind: str, work: str) -> None:
        if self._silent_until == NEVER:
            self._ring(queue, kind, work)
        elif self._monotonic() >= self._silent_until and self._trying.acquire(blocking=False):
            try:
                self._ring(queue, kind, work)
            finally:
                self._trying.release()

    def _ring(self, queue: str, kind: str, work: str) -> None:
        # What `enqueue` does, without its second copy of the message and its events, which nobody hears.
        number = secrets.token_hex(16)
        message = Message(
            queue_name=queue, actor_name=kind, args=(work,), kwargs={}, options={"redis_message_id": number}
        )
        try:
            self._broker.do_enqueue(queue, number, message.encode())
        except redis.RedisError as error:
            self._silent_until = self._monotonic() + PAUSE
            log.warning("bell.silent", kind=kind, error=type(error).__name__)
        else:
            self._silent_until = NEVER
