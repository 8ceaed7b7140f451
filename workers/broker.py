"""Redis as a doorbell: a message is an actor's name and the id of a work row, and losing one loses nothing."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import ConstantBackoff
from redis.retry import Retry

import logs
from policy.terms import NotPersonal
from silence import INSIDE
from workers.consumer import Line, WakingConsumer

NAMESPACE = "miomio"
PAUSE = 1.0  # seconds without a ring after one that failed, so that requests do not queue up behind a dead Redis
NEVER = float("-inf")
# Key patterns and message arguments, for the gate.
REDIS_KEYS = {
    f"{NAMESPACE}:*": NotPersonal(reason="names of actors and random numbers of work rows"),
    NAMESPACE: NotPersonal(reason="dramatiq's own bookkeeping of queues and processes"),
}
MESSAGE_ARGUMENTS = {"work": NotPersonal(reason="random number of a work row")}

# What dramatiq's own script does to enqueue one message, for as many as there are; it also notes that the sender lives,
# which matters for those who fetch.
RING = """
for i = 1, #ARGV, 2 do
  redis.call("hset", KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call("rpush", KEYS[1], ARGV[i])
end
"""

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


class Ringing(NamedTuple):
    """One ring: the queue, the kind of the work, the id of its row."""

    queue: str
    kind: str
    work: str


QUEUE = attrgetter("queue")


class Broker(RedisBroker):  # type: ignore[misc]  # dramatiq carries no types
    """Dramatiq's, with a consumer that the ring wakes. `line` knows what its consumers hear of Redis."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.line = Line()

    def declare_queue(self, queue_name: str) -> None:
        """Without dramatiq's second queue, where somebody would wait for delayed messages: what is later is a row."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> WakingConsumer:
        del timeout
        return WakingConsumer(self, queue_name, prefetch, line=self.line)


def make_broker(client: redis.Redis) -> Broker:
    """No middleware: retries, time limits and results are the business of the rows."""
    return Broker(client=client, middleware=[], namespace=NAMESPACE, dead_message_ttl=60_000)


class Doorbell:
    """Rings for work rows. Never raises: whoever misses the bell finds the row. While Redis is silent one thread at a
    time waits for it, all others go on without."""

    def __init__(self, broker: RedisBroker, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._broker = broker
        self._script = broker.client.register_script(RING)
        self._monotonic = monotonic
        self._silent_until = NEVER
        self._trying = threading.Lock()  # held by the one who finds out whether Redis is back

    def __call__(self, queue: str, kind: str, work: str) -> None:
        self.ring((Ringing(queue, kind, work),))

    def ring(self, bells: Sequence[Ringing]) -> None:
        """All of them in one question to Redis for each queue."""
        if self._silent_until == NEVER:
            self._ring(bells)
        elif self._monotonic() >= self._silent_until and self._trying.acquire(blocking=False):
            try:
                self._ring(bells)
            finally:
                self._trying.release()

    def _ring(self, bells: Sequence[Ringing]) -> None:
        try:
            for queue, of_queue in groupby(sorted(bells, key=QUEUE), key=QUEUE):
                list_of_queue = f"{self._broker.namespace}:{queue}"
                messages = [word for bell in of_queue for word in _message(bell)]
                self._script(keys=(list_of_queue, f"{list_of_queue}.msgs"), args=messages)
        except redis.RedisError as error:
            self._silent_until = self._monotonic() + PAUSE
            log.warning("bell.silent", kind=bells[0].kind, count=len(bells), error=type(error).__name__)
        else:
            self._silent_until = NEVER


def _message(bell: Ringing) -> tuple[str, bytes]:
    """Its number in Redis, and itself."""
    number = secrets.token_hex(16)
    message = Message(
        queue_name=bell.queue,
        actor_name=bell.kind,
        args=(bell.work,),
        kwargs={},
        options={"redis_message_id": number},
        message_id=number,
    )
    return number, message.encode()
