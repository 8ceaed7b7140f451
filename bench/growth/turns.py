"""Places with 1, 10 and 100 times as many people take turns: what the machine does beside it hits all alike."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

import psycopg

from bench import measures
from bench.figures import RESULTS, ROOT, Found
from bench.ground import Ground, ground
from bench.growth.acts import FRESH
from bench.growth.place import GENERATIONS, PLANS, SIZE, serve
from bench.growth.plans import Plan
from bench.programs import PROGRAMS, Program
from bench.sides import HUNDREDTH, OURS, SEEN, TENTH

LARGEST = 100_000  # people
PLACES = ((HUNDREDTH, 100), (TENTH, 10), (OURS, 1))  # whose figure it is, and by what the people are divided
ROUNDS, ROUNDS_OF_FRESH = 25, 11
WARM = 3  # rounds that do not count
OF_AN_ORDER = ("webhook", "order", "picture")
ACTS = tuple(measure.name for measure in measures.GROWTH if measure.unit == "ms")


@dataclass(frozen=True)
class Place:
    """The other end of a process with a database of its own."""

    people: int
    pipe: Connection

    def ask(self, what: str) -> Any:
        self.pipe.send(what)
        return self.pipe.recv()


def run(share: float) -> Found:
    """Milliseconds of each act in each place; bytes of the database for each generation; statements whose plan reads a
    large table from end to end."""
    with ground() as parts, _places(parts, round(LARGEST * share)) as places:
        found: dict[str, Any] = {name: _took(name, places, share) for name in ACTS}
        found["bytes"] = {
            side: [place.ask(SIZE) / place.people / GENERATIONS]
            for (side, _), place in zip(PLACES, places, strict=True)
        }
        heard = {
            side: [place.ask(PLANS + name) for name in ACTS] for (side, _), place in zip(PLACES, places, strict=True)
        }
    plans = [plan for of_act, _ in heard[OURS] for plan in of_act]
    scans = _kept(plans, share)
    found["statements"] = {
        side: [sum(count for name, (_, count) in zip(ACTS, of_acts, strict=True) if name in OF_AN_ORDER)]
        for side, of_acts in heard.items()
    }
    return {**found, "scans": {OURS: [len(scans)], SEEN: [len(plans)]}}


GROWTH = Program("growth", "At a hundred times the rows", measures.GROWTH, run, 350)
DRAWN = (*PROGRAMS, GROWTH)  # what is measured in its own time stands on the page, too


def _took(name: str, places: list[Place], share: float) -> dict[Any, list[float]]:
    wanted = ROUNDS_OF_FRESH if name in FRESH else ROUNDS
    rounds = max(1, round(wanted * min(1.0, share * 10)))
    took = [[place.ask(name) * 1e3 for place in places] for _ in range(WARM + rounds)][WARM:]
    print(f"{name:10}", *(f"{each:9.2f} ms" for each in took[len(took) // 2]), flush=True)
    return {side: list(each) for (side, _), each in zip(PLACES, zip(*took, strict=True), strict=True)}


def _kept(plans: list[Plan], share: float) -> list[Plan]:
    """All of them go into a file; those with a scan of a large table."""
    folder = RESULTS if share == 1 else ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "growth-plans.txt").write_text("\n".join(_written(plan) for plan in plans))
    scans = [plan for plan in plans if plan.scanned]
    for plan in scans:
        print(f"{plan.act} reads {', '.join(plan.scanned)} from end to end: {plan.sql}", flush=True)
    return scans


def _written(plan: Plan) -> str:
    said = {name: value for name, value in asdict(plan).items() if name not in ("sql", "nodes")}
    return f"{json.dumps(said)}\n  {plan.sql}\n  {', '.join(plan.nodes)}\n"


@contextmanager
def _places(parts: Ground, largest: int) -> Iterator[list[Place]]:
    parts.play(latency=0.0, kib=64)
    fork = multiprocessing.get_context("fork")
    places = []
    for number, (side, divided) in enumerate(PLACES):
        people = max(1, largest // divided)
        ours, theirs = fork.Pipe()
        own = _own(parts, side.id)
        began = time.perf_counter()
        fork.Process(target=serve, args=(theirs, own), kwargs={"people": people, "number": number}).start()
        theirs.close()
        place = Place(people, ours)
        rows, filled = ours.recv(), time.perf_counter() - began
        print(f"{people} people, {people * GENERATIONS} generations, {rows} rows in {filled:.0f} s", flush=True)
        places.append(place)
    try:
        yield places
    finally:
        for place in places:
            place.ask("")


def _own(parts: Ground, name: str) -> Ground:
    with psycopg.connect(parts.database, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    database = parts.database.rpartition("/")[0] + f"/{name}"
    environ = {**parts.environ, "DATABASE_URL": database, "STORE_PATH": str(parts.folder / name)}
    return replace(parts, database=database, environ=environ)
