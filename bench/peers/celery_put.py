"""Puts tasks into Celery's queue: `celery_put.py put COUNT` says how many a second, `start COUNT` after how many
seconds each began that was put while the worker was idle."""

from __future__ import annotations

import json
import os
import random
import sys
import time

import redis
from celery_app import note, nothing  # beside this file, as its documentation lays it out

IDLE = (0.3, 1.3)  # seconds of idleness before each


def put(count: int) -> float:
    nothing.delay("0" * 32)  # the first opens the connection
    began = time.perf_counter()
    for _ in range(count):
        nothing.delay("0" * 32)
    return count / (time.perf_counter() - began)


def start(count: int) -> list[float]:
    """Seconds, of so many after one that does not count."""
    noted, took = redis.Redis.from_url(os.environ["REDIS_URL"]), []
    for _ in range(count + 1):
        time.sleep(random.uniform(*IDLE))
        began = time.time()
        note.delay("0" * 32)
        took.append(float(noted.blpop("noted", 60)[1]) - began)
    return took[1:]  # the first opens the connection


if __name__ == "__main__":
    print(json.dumps({"put": put, "start": start}[sys.argv[1]](int(sys.argv[2]))))
