"""One run as one JSON file: what was planned, what hit, what was found. A level that missed its numbers has failed."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from chaos.faults import Fault
from chaos.invariants import SHOWN, Check
from chaos.levels import NETWORK, Level
from chaos.person import DELIVERED, Told
from chaos.timeline import Timeline, per_second

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"


@dataclass(frozen=True)
class Run:
    """All of a run that is worth keeping. `seconds`: everything, from the first process to the last check; the others
    are its parts, and what is left of it are the checks."""

    level: Level
    seed: int
    seconds: float
    start_seconds: float
    load_seconds: float
    quiet_seconds: float
    schedule: Sequence[Fault]
    unmet: int
    timeline: Timeline
    told: Sequence[Told]
    checks: Sequence[Check]
    ended_alone: Counter[str]
    states: Counter[str]
    stories: dict[str, list[str]] = field(default_factory=dict)  # of whom failed checks name

    @property
    def short_of(self) -> dict[str, str]:
        """What of the level's numbers was not reached."""
        hits = self.timeline.hits()
        short = {
            kind: f"{hits[kind]} of {number}" for kind, number in self.level.demanded.items() if hits[kind] < number
        }
        if sum(self.states.values()) < self.level.orders:
            short["orders"] = f"{sum(self.states.values())} of {self.level.orders}"
        return short

    @property
    def passed(self) -> bool:
        return not self.short_of and all(check.passed for check in self.checks)

    @property
    def name(self) -> str:
        return f"chaos-{self.level.name}-{self.seed}"


def view(run: Run) -> dict[str, Any]:
    """Ready for JSON."""
    hits = run.timeline.hits()
    spoiled = Counter(f"{event.target} {event.how}" for event in run.timeline.events if event.kind == NETWORK)
    ended = [told.ended for told in run.told if told.ended is not None]
    return {
        "level": run.level.name,
        "seed": run.seed,
        "passed": run.passed,
        "commit": _commit(),
        "seconds": round(run.seconds, 1),
        "start_seconds": round(run.start_seconds, 1),
        "load_seconds": round(run.load_seconds, 1),
        "quiet_seconds": round(run.quiet_seconds, 1),
        "people": run.level.people,
        "orders": dict(run.states),
        "seconds_from_wish_to_result": waits(run.told),
        "faults": {
            "planned": dict(Counter(fault.kind for fault in run.schedule)),
            "hit": {kind: hits[kind] for kind in run.level.planned},
            "demanded": run.level.demanded,
            "network_by_line": dict(sorted(spoiled.items())),
            "network_tries_that_met_nobody": run.unmet,
            "processes_that_ended_by_themselves": dict(run.ended_alone),
        },
        "short_of": run.short_of,
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "subjects": check.subjects,
                "violations": len(check.violations),
                "some_violations": check.violations[:SHOWN],
            }
            for check in run.checks
        ],
        "stories": run.stories,
        "orders_ended_per_second": per_second(ended, int(max(ended, default=0.0)) + 1),
        "timeline": run.timeline.view(),
        "schedule": [asdict(fault) for fault in run.schedule],
    }


def write(run: Run, folder: Path = RESULTS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.name}.json"
    path.write_text(json.dumps(view(run), indent=1, ensure_ascii=False) + "\n")
    return path


def words(run: Run) -> str:
    """For whoever waits at the terminal, or reads the last lines of a log: what failed comes last."""
    lines = [f"passed  {check.name} ({check.subjects})" for check in run.checks if check.passed]
    lines += [
        "\n          ".join(
            [f"FAILED  {check.name} ({len(check.violations)} of {check.subjects})", *check.violations[:SHOWN]]
        )
        for check in run.checks
        if not check.passed
    ]
    lines += [f"FAILED  not enough: {kind}, {count}" for kind, count in run.short_of.items()]
    lines += ["\n  ".join([f"what is known of {one}", *said]) for one, said in run.stories.items()]
    hits = run.timeline.hits()
    hit = ", ".join(f"{hits[kind]} {kind}" for kind in run.level.planned)
    ending = f"{run.name} {'passed' if run.passed else 'FAILED'} in {run.seconds:.0f} s"
    return "\n".join([*lines, f"faults that hit: {hit}", ending])


def waits(told: Sequence[Told]) -> dict[str, float]:
    """Of whoever got a picture or a video: seconds from the offer to it. Empty where there are too few to say."""
    each = [one.ended - one.asked for one in told if one.ended is not None and one.how == DELIVERED]
    if len(each) < 2:
        return {}
    return {"p50": round(median(each), 2), "p99": round(quantiles(each, n=100)[98], 2), "most": round(max(each), 2)}


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
