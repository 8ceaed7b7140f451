"""The webhook with all its effects beside a bare Flask route and python-telegram-bot: `python -m bench webhook`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median

from bench import people
from bench.contenders import ptb
from bench.figures import Found
from bench.ground import Ground, cpu_seconds, ground
from bench.load import Outcome, Plan, put
from bench.share import part
from bench.sides import BARE_FLASK, OURS, PTB, Side
from models import Photo, SeenUpdate, Work
from workers.assembly import assemble

ROUNDS = 3
SECONDS = 1.5
PEOPLE = 64
APART = 1_000_000  # update ids between two runs


@dataclass(frozen=True)
class Server:
    side: Side
    pid: int
    port: int


def run(share: float = 1.0) -> Found:
    """Sides in turns. `rate`: requests a second with 16 connections that always ask. `cpu`: of the web server's
    processes a request, under that load. `p50`, `p99`: each at half of its own rate, from the moment a request was due.

    Each request is an update with a photo. Ours is of a person with account and consents, and leaves three rows in one
    committed transaction and a ring; python-telegram-bot remembers the photo's file id.
    """
    rounds, seconds = part(ROUNDS, share), max(0.5, SECONDS * share)
    with ground() as parts:
        _prepare(parts)
        servers = list(_started(parts))
        starts = iter(count(APART, APART))
        for server in servers:
            put(Plan(server.port, 1.0, next(starts)))
        full = _full(servers, starts, rounds, seconds)
        half = _half(
            servers, starts, {side: median(one for one, _ in runs) for side, runs in full.items()}, rounds, seconds
        )
        _check(parts)
    return {
        "rate": {side: [rate for rate, _ in runs] for side, runs in full.items()},
        "cpu": {side: [cpu * 1e6 for _, cpu in runs] for side, runs in full.items()},
        "p50": {side: [one.percentile(0.5) * 1e3 for one in runs] for side, runs in half.items()},
        "p99": {side: [one.percentile(0.99) * 1e3 for one in runs] for side, runs in half.items()},
    }


def _prepare(parts: Ground) -> None:
    house = assemble(parts.settings(), ring=lambda *_: None)
    house.database.migrate()
    for number in range(PEOPLE):
        people.join(house, number)
    house.close()


def _started(parts: Ground) -> Iterator[Server]:
    for side, module in ((BARE_FLASK, "bench.bare_web"), (OURS, "web")):
        process, port = parts.start_server(side.id, module)
        yield Server(side, process.pid, port)
    peer = ptb(parts)
    yield Server(PTB, parts.pid("ptb"), peer.port)


def _full(
    servers: list[Server], starts: Iterator[int], rounds: int, seconds: float
) -> dict[Side, list[tuple[float, float]]]:
    """Requests a second and CPU seconds a request, of each round."""
    seen: dict[Side, list[tuple[float, float]]] = {server.side: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            before = cpu_seconds(server.pid)
            outcome = put(Plan(server.port, seconds, next(starts)))
            used = cpu_seconds(server.pid) - before
            seen[server.side].append((outcome.rate, used / outcome.requests))
            _demand_answered(outcome)
    return seen


def _half(
    servers: list[Server], starts: Iterator[int], rates: dict[Side, float], rounds: int, seconds: float
) -> dict[Side, list[Outcome]]:
    seen: dict[Side, list[Outcome]] = {server.side: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            outcome = put(Plan(server.port, seconds, next(starts), rate=rates[server.side] / 2))
            seen[server.side].append(outcome)
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
