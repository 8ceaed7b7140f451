"""How often an address may ask. It is known by a keyed hash, counted in Redis for an hour at most, not elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

import redis
from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

import logs
from config import Settings
from policy.categories import ADDRESS_HASH
from policy.terms import NotPersonal
from vault.index import BlindIndex

KEY = "visit:"
REDIS_KEYS: dict[str, NotPersonal | str] = {f"{KEY}*": "ip_hash"}
INDEX = "web.address"
WINDOW = ADDRESS_HASH / 6  # shorter than it may be kept: who is stopped need not wait an hour
MOST = 120  # requests in a window; a download is two
PAUSE = 5.0  # seconds without Redis after it failed, so that no visitor waits for it
PATIENCE = 0.3  # seconds for Redis's answer
MOST_REMEMBERED = 10_000  # addresses in this process's memory while Redis is away
SUBNET = 64  # bits of an IPv6 address that belong to one household
FREE = ("callbacks", "health", "site", "proofs")  # known by a secret, asked by the platform, or from memory
FROM_MEMORY = ("GET", "HEAD", "OPTIONS")

log = logs.get()


class Limiter:
    """Counts by hash. Redis away: this process counts for itself, and nobody sees an error."""

    def __init__(
        self,
        settings: Settings,
        *,
        most: int = MOST,
        key: str = KEY,
        monotonic: Callable[[], float] = time.monotonic,
        connect: Callable[[str], redis.Redis] = lambda url: redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ),
    ) -> None:
        self._index = BlindIndex.parse(settings.index_key)
        self._header = settings.client_address_header
        self._redis = connect(settings.redis_url)
        self._most = most
        self._key = key
        self._monotonic = monotonic
        self._silent_until = float("-inf")
        self._here: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """Counts a request of this address. Seconds until it may ask again; 0 while it may."""
        key = self._key + self._index.of(INDEX, household(address)).hex()
        count, left = self._count(key)
        return max(1, round(left)) if count > self._most else 0

    def visitor(self) -> str:
        """The address that the request at hand comes from: as the trusted proxy says, else the connection's."""
        named = request.headers.get(self._header, "") if self._header else ""
        return named or request.remote_addr or ""

    def _count(self, key: str) -> tuple[int, float]:
        if self._monotonic() >= self._silent_until:
            try:
                with self._redis.pipeline(transaction=True) as pipe:
                    pipe.set(key, 0, px=WINDOW, nx=True)  # its end is set with its beginning: no key without one
                    pipe.incr(key)
                    pipe.pttl(key)
                    _made, count, left = pipe.execute()
                return int(count), int(left) / 1000
            except redis.RedisError as error:
                self._silent_until = self._monotonic() + PAUSE
                log.warning("limits.alone", error=type(error).__name__)
        return self._count_here(key)

    def _count_here(self, key: str) -> tuple[int, float]:
        now = self._monotonic()
        with self._lock:
            if len(self._here) >= MOST_REMEMBERED:
                self._here = {key: seen for key, seen in self._here.items() if seen[1] > now}
            if len(self._here) >= MOST_REMEMBERED:
                self._here.clear()
            count, end = self._here.get(key, (0, 0.0))
            count, end = (count + 1, end) if end > now else (1, now + WINDOW.total_seconds())
            self._here[key] = (count, end)
            return count, end - now


def household(address: str) -> str:
    """What one visitor has of the address space: an IPv4 address, or the half of an IPv6 one that names a network."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{int(parsed) >> (128 - SUBNET):x}"
    return str(parsed)


def install(app: Flask, limiter: Limiter) -> None:
    """Asks before what costs something: pages from memory are free, and so is who is known by a secret."""

    @app.before_request
    def limit() -> None:
        free = request.blueprint in FREE or (request.blueprint is None and request.method in FROM_MEMORY)
        if not free and (wait := limiter.wait(limiter.visitor())):
            raise TooManyRequests(retry_after=wait)
