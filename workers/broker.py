"""Redis as a doorbell: a message is an actor's name and the id of a work row, and losing one loses nothing."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import ConstantBackoff
from redis.retry import Retry

import logs
from policy.terms import NotPersonal
from workers.consumer import WakingConsumer

NAMESPACE = "miomio"
PAUSE = 1.0  # seconds without a ring after one that failed, so that requests do not queue up behind a dead Redis
# Key patterns and message arguments, for the gate.
REDIS_KEYS = {
    f"{NAMESPACE}:*": NotPersonal(reason="names of actors and random numbers of work rows"),
    NAMESPACE: NotPersonal(reason="dramatiq's own bookkeeping of queues and processes"),
}
MESSAGE_ARGUMENTS = {"work": NotPersonal(reason="random number of a work row")}

log = logs.get()


def connect(url: str) -> redis.Redis:
    """A client with short timeouts. One retry: more would run behind the person who waits for the web's answer."""
    return redis.Redis.from_url(
        url, socket_timeout=3.0, socket_connect_timeout=1.0, retry=Retry(ConstantBackoff(0.05), 1)
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
    """Rings for a work row. Never raises: whoever misses the bell finds the row."""

    def __init__(self, broker: RedisBroker, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._monotonic = monotonic
        self._silent_until = float("-inf")

    def __call__(self, queue: str, kind: str, work: str) -> None:
        if self._monotonic() < self._silent_until:
            return
        try:
            # What `enqueue` does, without its second copy of the message and its events, which nobody hears.
            number = secrets.token_hex(16)
            message = Message(
                queue_name=queue, actor_name=kind, args=(work,), kwargs={}, options={"redis_message_id": number}
            )
            self._broker.do_enqueue(queue, number, message.encode())
        except redis.RedisError as error:
            self._silent_until = self._monotonic() + PAUSE
            log.warning("bell.silent", kind=kind, error=type(error).__name__)
