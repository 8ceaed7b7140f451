"""Actors for the queue's own speed, as Dramatiq's documentation declares them: stock broker, stock middleware."""

from __future__ import annotations

import os
import time

import dramatiq
import redis
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=os.environ["REDIS_URL"]))
noted = redis.Redis.from_url(os.environ["REDIS_URL"])


@dramatiq.actor
def nothing(name: str) -> None:
    """For the queue's own speed."""


@dramatiq.actor
def note(name: str) -> None:
    """When it began, for whoever waits at the list."""
    noted.rpush("noted", time.time())
