"""What a trial showed: figures, and checks each of which can fail. A check without a subject has failed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from chaos.invariants import CHECKS, Check, _checked
from chaos.timeline import per_second
from deploy.cluster.plan import DATA, WEB_HOST, WORKERS
from deploy.cluster.trial import Seen
from deploy.cluster.watching import Loss, loss

TAKEN_OVER_WITHIN = 20.0  # seconds: a lease of 12, a tick, and a machine that is shared
BACK_WITHIN = 15.0  # seconds after the cable is in again
WENT_ON = 5  # orders that must have ended while a worker's machine was away
# Not of this trial: nothing was searched for words in plain, and no line was overheard.
ELSEWHERE = {
    "no word of a person lies anywhere in plain",
    "no word of a person passed to database, doorbell or store in plain",
}
REFUSED, AWAY = "work.fence_lost", "database.unavailable"
LATE = 10.0  # seconds after it is back, in which what a machine did while it was away comes to its end


@dataclass(frozen=True)
class Said:
    """What a machine wrote down about being cut off: commits that were refused, seconds until it knew."""

    refused: int
    noticed: float | None


def figures(seen: Seen, said: Said) -> dict[str, Any]:
    """JSON-ready."""
    lost = lost_work(seen)
    away, data, web = (seen.cuts[machine.name] for machine in (WORKERS[0], DATA, WEB_HOST))
    ends = sorted(told.ended for told in seen.evidence.told if told.ended is not None)
    taken = sorted(told.accepted for told in seen.evidence.told if told.accepted is not None)
    return {
        "orders": len(seen.evidence.orders),
        "ended": dict(Counter(str(row["state"]) for row in seen.evidence.orders)),
        "quiet_after_s": seen.quiet,
        "worker_cut_off": {
            "from_s": away[0],
            "to_s": away[1],
            "held_at_the_cut": lost.held,
            "taken_over": len(lost.taken_over) + lost.unseen,
            "taken_over_after_s": _span(lost.taken_over.values()),
            "orders_that_ended_meanwhile": _between(ends, *away),
            "longest_pause_s": _longest_pause(ends, *away),
            "noticed_after_s": said.noticed,
            "commits_refused": said.refused,
            "works_again_after_s": lost.again,
        },
        "database_and_store_cut_off": {
            "from_s": data[0],
            "to_s": data[1],
            "first_end_after_s": _first_after(ends, data[1]),
            "first_order_taken_after_s": _first_after(taken, data[1]),
        },
        "web_cut_off": {
            "from_s": web[0],
            "to_s": web[1],
            "orders_that_ended_meanwhile": _between(ends, *web),
            "first_order_taken_after_s": _first_after(taken, web[1]),
        },
        "ended_per_second": per_second(ends, int(seen.quiet) + 1),
    }


def checks(seen: Seen) -> list[Check]:
    shared = [_checked(name, look(seen.evidence)) for name, look in CHECKS.items() if name not in ELSEWHERE]
    return [*shared, *of_the_machines(seen)]


def of_the_machines(seen: Seen) -> list[Check]:
    """What only several machines can show."""
    lost = lost_work(seen)
    away, data, web = (seen.cuts[machine.name] for machine in (WORKERS[0], DATA, WEB_HOST))
    ends = sorted(told.ended for told in seen.evidence.told if told.ended is not None)
    taken = sorted(told.accepted for told in seen.evidence.told if told.accepted is not None)
    went_on = _between(ends, *away)
    slow = {work: seconds for work, seconds in lost.taken_over.items() if seconds > TAKEN_OVER_WITHIN}
    again = lost.again is not None and lost.again <= BACK_WITHIN
    return [
        Check("every process lived through it", 1, list(seen.ended)),
        Check("work went on elsewhere", len(ends), [] if went_on >= WENT_ON else [f"{went_on} orders ended"]),
        Check("what it held was taken over", lost.held if lost.holder else 0, lost.left),
        Check("it was taken over in time", len(lost.taken_over), [f"{work}: {late} s" for work, late in slow.items()]),
        Check("back on its cable it works again", 1, [] if again else [f"after {lost.again} s"]),
        _back("the service goes on once its database is back", ends, data[1]),
        _back("orders are taken once its database is back", taken, data[1]),
        _back("orders are taken once the website is back", taken, web[1]),
    ]


def lost_work(seen: Seen) -> Loss:
    cut, mended = seen.cuts[WORKERS[0].name]
    return loss(seen.samples, cut=cut, mended=mended, fences=seen.fences)


def said_by(log: Path, *, cut: datetime, mended: datetime) -> Said:
    """From the log of a machine that was cut off between these moments."""
    refused, noticed = 0, None
    for line in log.read_text(errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:  # what a library printed
            continue
        at = datetime.fromisoformat(entry["at"])
        if not cut <= at <= mended + timedelta(seconds=LATE):
            continue
        refused += entry["event"] == REFUSED
        if noticed is None and entry.get("code") == AWAY:
            noticed = round((at - cut).total_seconds(), 1)
    return Said(refused, noticed)


def written(path: Path, told: dict[str, Any], checked: Sequence[Check], *, seconds: float) -> None:
    passed = all(check.passed for check in checked)
    listed = [{"name": c.name, "subjects": c.subjects, "violations": c.violations[:5]} for c in checked]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"passed": passed, "seconds": round(seconds), **told, "checks": listed}, indent=1) + "\n"
    )


def text(told: dict[str, Any], checked: Sequence[Check]) -> str:
    """For somebody at a terminal."""
    worker, data, web = (told[name] for name in ("worker_cut_off", "database_and_store_cut_off", "web_cut_off"))
    soonest, latest = worker["taken_over_after_s"]
    lines = [
        f"{told['orders']} orders ended within {told['quiet_after_s']} s: "
        + ", ".join(f"{count} {state}" for state, count in sorted(told["ended"].items())),
        f"worker-1 was away from {worker['from_s']} to {worker['to_s']} s with {worker['held_at_the_cut']} pieces of "
        f"work in hand; {worker['taken_over']} were taken over after {soonest} to {latest} s.",
        f"  Meanwhile {worker['orders_that_ended_meanwhile']} orders ended elsewhere (longest pause "
        f"{worker['longest_pause_s']} s). It knew after {worker['noticed_after_s']} s; "
        f"late commits of its that were refused: {worker['commits_refused']}; it worked again "
        f"{worker['works_again_after_s']} s after it was back.",
        f"Database and store were away from {data['from_s']} to {data['to_s']} s; the first order ended "
        f"{data['first_end_after_s']} s after that, the first was taken after {data['first_order_taken_after_s']} s.",
        f"The website was away from {web['from_s']} to {web['to_s']} s; {web['orders_that_ended_meanwhile']} orders "
        f"ended meanwhile, the first was taken {web['first_order_taken_after_s']} s after it was back.",
        "",
        *(_line(check) for check in checked),
    ]
    return "\n".join(lines)


def _line(check: Check) -> str:
    if check.passed:
        return f"  ok    {check.name} ({check.subjects})"
    return f"  FAIL  {check.name}: " + ("nobody looked" if not check.subjects else "; ".join(check.violations[:5]))


def _back(name: str, moments: Sequence[float], mended: float) -> Check:
    first = _first_after(moments, mended)
    good = first is not None and first <= BACK_WITHIN
    return Check(name, len(moments), [] if good else [f"after {first} s"])


def _between(moments: Sequence[float], begin: float, end: float) -> int:
    return sum(begin < moment <= end for moment in moments)


def _first_after(moments: Sequence[float], moment: float) -> float | None:
    return next((round(one - moment, 2) for one in moments if one > moment), None)


def _longest_pause(moments: Sequence[float], begin: float, end: float) -> float:
    inside = [begin, *(moment for moment in moments if begin < moment <= end), end]
    return round(max(later - sooner for sooner, later in pairwise(inside)), 2)


def _span(values: Iterable[float]) -> tuple[float, float] | tuple[None, None]:
    found = sorted(values)
    return (found[0], found[-1]) if found else (None, None)
