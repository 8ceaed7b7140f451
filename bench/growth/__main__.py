"""`python -m bench.growth [people]`: each act among 1, 10 and 100 times as many rows, in turns; and the plans."""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.ground import Ground, ground
from bench.growth.acts import FRESH
from bench.growth.place import GENERATIONS, Ask, serve

RESULTS = Path(__file__).parent.parent / "results"
LARGEST = 100_000  # people
SCALES = (1, 10, 100)
ROUNDS, ROUNDS_OF_FRESH = 25, 11
WARM = 3  # rounds that do not count
WORST = 1.5  # what an act may take at 100 times the rows, against once
ACTS = ("webhook", "order", "picture", "checkout", "mydata", "where", "export", "deletion", "duties", "proofs")


@dataclass(frozen=True)
class Place:
    """The other end of a process with a database of its own."""

    people: int
    pipe: Connection
    rows: int = 0

    def ask(self, question: Ask) -> Any:
        self.pipe.send(question)
        return self.pipe.recv()


def main(largest: int = LARGEST) -> int:
    with ground() as parts, _places(parts, largest) as places:
        took = {name: _took(name, places) for name in ACTS}
        plans = [plan for name in ACTS for plan in places[-1].ask(Ask(name, plans=True))]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth-plans.json").write_text(json.dumps([asdict(plan) for plan in plans], indent=1) + "\n")
    scans = [plan for plan in plans if plan.scanned]
    for plan in scans:
        print(f"reads {', '.join(plan.scanned)} from end to end, {plan.act}: {plan.sql}")
    slow = [name for name, ratios in took.items() if ratios[-1] > WORST]
    print(
        f"{len(plans)} plans, {len(scans)} with a scan of a large table; "
        f"worse than {WORST}: {', '.join(slow) or 'none'}"
    )
    return 1 if scans or slow else 0


def _took(name: str, places: list[Place]) -> list[float]:
    """Against the smallest place: the median over rounds in which they take turns."""
    wanted = ROUNDS_OF_FRESH if name in FRESH else ROUNDS
    rounds = [[place.ask(Ask(name)) for place in places] for _ in range(WARM + wanted)][WARM:]
    seconds = [median(each) for each in zip(*rounds, strict=True)]
    ratios = [median(one[at] / one[0] for one in rounds) for at in range(len(places))]
    print(f"{name:10}", *(f"{s * 1e3:9.2f} ms {r:5.2f}" for s, r in zip(seconds, ratios, strict=True)), flush=True)
    return ratios


@contextmanager
def _places(parts: Ground, largest: int) -> Iterator[list[Place]]:
    parts.play(latency=0.0, kib=64)
    fork = multiprocessing.get_context("fork")
    places = []
    for number, scale in enumerate(SCALES):
        people = largest * scale // SCALES[-1]
        ours, theirs = fork.Pipe()
        child = fork.Process(
            target=serve, args=(theirs, _own(parts, f"growth{scale}")), kwargs={"people": people, "number": number}
        )
        began = time.perf_counter()
        child.start()
        theirs.close()
        place = Place(people, ours, ours.recv())
        places.append(place)
        filled = time.perf_counter() - began
        print(f"{people} people, {people * GENERATIONS} generations, {place.rows} rows in {filled:.0f} s", flush=True)
    try:
        yield places
    finally:
        for place in places:
            place.pipe.send(None)
            place.pipe.recv()


def _own(parts: Ground, name: str) -> Ground:
    with psycopg.connect(parts.database, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    database = parts.database.rpartition("/")[0] + f"/{name}"
    environ = {**parts.environ, "DATABASE_URL": database, "STORE_PATH": str(parts.folder / name)}
    return replace(parts, database=database, environ=environ)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
