"""The webhook with all its effects against a bare Flask route, both behind our gunicorn: `python -m bench.webhook`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median

from bench import people
from bench.ground import Ground, cpu_seconds, ground
from bench.load import Outcome, Plan, put
from models import Photo, SeenUpdate, Work
from workers.assembly import assemble

ROUNDS = 5
SECONDS = 4.0
PEOPLE = 64
APART = 1_000_000  # update ids between two runs


@dataclass(frozen=True)
class Server:
    name: str
    pid: int
    port: int


def run() -> dict[str, float]:
    """Ratios of ours to the bare one, medians over rounds in which they take turns.

    `rate_ratio`: requests a second with 16 connections that always ask. `cpu_ratio`: CPU of the web server's processes
    per request, under that load. `p99_ratio`: each at half of its own rate, from the moment a request was due.
    Each request of ours is an update with a photo of a person with account and consents: three rows in one committed
    transaction, and a ring.
    """
    with ground() as parts:
        _prepare(parts)
        servers = list(_started(parts))
        starts = iter(count(APART, APART))
        for server in servers:
            put(Plan(server.port, 2.0, next(starts)))
        full = _full(servers, starts)
        half = _half(servers, starts, {name: median(rate for rate, _ in runs) for name, runs in full.items()})
        _check(parts)
    rates = {name: median(rate for rate, _ in runs) for name, runs in full.items()}
    cpu = {name: median(each for _, each in runs) for name, runs in full.items()}
    p99 = {name: median(o.percentile(0.99) for o in runs) for name, runs in half.items()}
    p50 = {name: median(o.percentile(0.5) for o in runs) for name, runs in half.items()}
    return {
        "rate_ratio": rates["ours"] / rates["bare"],
        "cpu_ratio": cpu["ours"] / cpu["bare"],
        "p99_ratio": p99["ours"] / p99["bare"],
        "rate": rates["ours"],
        "bare_rate": rates["bare"],
        "cpu_us": cpu["ours"] * 1e6,
        "bare_cpu_us": cpu["bare"] * 1e6,
        "p50_ms": p50["ours"] * 1e3,
        "p99_ms": p99["ours"] * 1e3,
        "bare_p50_ms": p50["bare"] * 1e3,
        "bare_p99_ms": p99["bare"] * 1e3,
    }


def _prepare(parts: Ground) -> None:
    house = assemble(parts.settings(), ring=lambda *_: None)
    house.database.migrate()
    for number in range(PEOPLE):
        people.join(house, number)
    house.close()


def _started(parts: Ground) -> Iterator[Server]:
    for name, module in (("bare", "bench.bare_web"), ("ours", "web")):
        process, port = parts.start_server(name, module)
        yield Server(name, process.pid, port)


def _full(servers: list[Server], starts: Iterator[int]) -> dict[str, list[tuple[float, float]]]:
    """Requests a second and CPU seconds a request, of each round."""
    seen: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            before = cpu_seconds(server.pid)
            outcome = put(Plan(server.port, SECONDS, next(starts)))
            used = cpu_seconds(server.pid) - before
            seen[server.name].append((outcome.rate, used / outcome.requests))
            _demand_answered(outcome)
    return seen


def _half(servers: list[Server], starts: Iterator[int], rates: dict[str, float]) -> dict[str, list[Outcome]]:
    seen: dict[str, list[Outcome]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            outcome = put(Plan(server.port, SECONDS, next(starts), rate=rates[server.name] / 2))
            seen[server.name].append(outcome)
            _demand_answered(outcome)
    return seen


def _demand_answered(outcome: Outcome) -> None:
    if outcome.refused:
        sys.exit(f"{outcome.refused} of {outcome.requests} requests were refused: no figure")


def _check(parts: Ground) -> None:
    """Every update has left its rows: else it was not the work that was measured."""
    house = assemble(parts.settings(), ring=lambda *_: None)
    with house.database.connection():
        counted = [table.select().count() for table in (SeenUpdate, Photo, Work)]
    house.close()
    if len(set(counted)) != 1:
        sys.exit(f"updates, photos and works differ: {counted}")


if __name__ == "__main__":
    for figure, value in run().items():
        print(f"{figure:16} {value:10.3f}")
