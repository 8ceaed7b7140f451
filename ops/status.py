"""`status`: one screen. What runs, what is late, what needs a hand; exits 0, 1 or 2 accordingly."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import click
import orjson

from database import Database
from errors import Failure
from jobs.kinds import RIGHTS
from models import Work
from ops.house import opened
from policy.versions import CURRENT
from privacy import backups, canary_standing
from watch.alive import Seen, seen
from watch.asking import by_figure
from watch.collector import up
from watch.judging import HAND, LATE, Known, Line, judge
from watch.part import Part
from workers.house import House
from workers.parts import parts
from workers.watching import asked

DAY = timedelta(days=1)
WELL = 0
VERDICTS = {WELL: "all well", LATE: "something is late", HAND: "needs a hand"}
WIDTH = 80


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What is shown."""

    at: datetime
    seen: tuple[Seen, ...]
    parts: Mapping[str, str]
    figures: Mapping[str, Mapping[tuple[str, ...], float]]
    lines: tuple[Line, ...]

    @property
    def level(self) -> int:
        return max((line.level for line in self.lines), default=WELL)


@click.command()
@click.option("--watch", "every", is_flag=False, flag_value=5.0, type=click.FloatRange(min=0.5), help="again and again")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def status(every: float | None, as_json: bool) -> None:
    """What is running, what is late, what needs a hand, with the command that helps.

    Exits 0 when all is well, 1 when something is late, 2 when something needs a hand. With --watch it is shown anew
    every 5 seconds (--watch 2: every 2), until Ctrl-C.
    """
    with opened() as house:
        asking = parts(house)
        level = _show(house, asking, as_json=as_json)
        while every is not None:
            try:
                time.sleep(every)
                if sys.stdout.isatty():
                    click.clear()
                level = _show(house, asking, as_json=as_json)
            except KeyboardInterrupt:
                break
    sys.exit(level)


def _show(house: House, asking: Mapping[str, Part], *, as_json: bool) -> int:
    try:
        screen = look(house, asking)
    except Failure as error:
        words = f"The database does not answer ({error.code}): nothing is known."
        click.echo(orjson.dumps({"level": HAND, "lines": [words]}).decode() if as_json else words)
        return HAND
    click.echo(orjson.dumps(_as_data(screen)).decode() if as_json else "\n".join(written(screen)))
    return screen.level


def look(house: House, asking: Mapping[str, Part]) -> Screen:
    """Everything asked now. Raises Temporary("database.unavailable")."""
    begun = {name: part.begin() for name, part in asking.items()}
    now = house.database.clock.now()
    with house.database.connection():
        living = tuple(seen(house.database))
        quarantined = _quarantined(house.database, now)
    figures = by_figure([*asked(house).now(), *up(begun)])
    kept = backups.standing(house.database)
    known = Known(
        figures=figures,
        seen=living,
        quarantined=quarantined,
        canary=_canary(house),
        backups=kept,
        backups_late=kept.late(now),
        newest_master=house.keys.newest,
        rights={name for name, kind in house.desk.kinds.items() if kind.queue == RIGHTS},
    )
    said = {name: answer() for name, answer in begun.items()}
    return Screen(at=now, seen=living, parts=said, figures=figures, lines=tuple(judge(known)))


def _canary(house: House) -> canary_standing.CanaryStanding:
    """Of one that is not set up any more nobody waits for the next run."""
    here = house.canary.chat is not None
    return canary_standing.standing(house.database) if here else canary_standing.CanaryStanding(canary_standing.NEVER)


def _quarantined(database: Database, now: datetime) -> dict[str, int]:
    """By kind, of the last day: nobody is called for ever about what was looked at long ago."""
    lately = "SELECT kind, COUNT(*) FROM work WHERE state = ? AND ended_at > ? GROUP BY kind"
    return dict(database.rows(lately, Work.QUARANTINED, now - DAY))


def written(screen: Screen) -> list[str]:
    """The lines of the screen, none wider than a terminal of 80 columns."""
    head = f"MIOMIO  {screen.at:%Y-%m-%d %H:%M:%S} UTC"
    found = [f"{head}{VERDICTS[screen.level]:>{WIDTH - len(head)}}", "", "RUNNING", *_running(screen)]
    for level, title in ((HAND, "NEEDS A HAND"), (LATE, "LATE")):
        lines = [line for line in screen.lines if line.level == level]
        found += ["", title if lines else f"{title}: nothing"]
        for line in lines:
            found += [_fitting(f"  {line.what}"), _fitting(f"      {line.help}")]
    return found


def _running(screen: Screen) -> list[str]:
    releases = sorted({release[:12] or "unknown" for each in screen.seen for release in each.releases}) or ["none"]

    def total(figure: str) -> int:
        return int(sum(screen.figures.get(figure, {}).values()))

    lately = screen.figures.get("miomio_orders_lately", {})
    delivered = int(sum(count for (_, state), count in lately.items() if state == "delivered"))
    failed = int(sum(count for (_, state), count in lately.items() if state == "failed"))
    return [
        _fitting("  " + "   ".join(f"{each.group} {each.living}" for each in screen.seen)),
        _fitting("  " + "   ".join(f"{name} {said}" for name, said in screen.parts.items())),
        _fitting(f"  release {', '.join(releases)}   policy {CURRENT.id}"),
        _fitting(
            f"  work {total('miomio_work_due'):,} due, {total('miomio_work_held'):,} in hand   "
            f"orders {total('miomio_orders_open'):,} open; in 10 min {delivered:,} delivered, {failed:,} failed"
        ),
        _fitting(
            f"  videos {total('miomio_slots_used')} of {total('miomio_slots_limit')} slots   "
            f"{total('miomio_held_credits'):,} credits on hold"
        ),
        _fitting(
            f"  open: {total('miomio_requests_open')} requests, {total('miomio_tickets_open')} tickets, "
            f"{total('miomio_erasures_open')} deletions"
        ),
    ]


def _fitting(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _as_data(screen: Screen) -> dict[str, Any]:
    return {
        "level": screen.level,
        "verdict": VERDICTS[screen.level],
        "at": screen.at.isoformat(),
        "processes": {each.group: each.living for each in screen.seen},
        "parts": screen.parts,
        "lines": [asdict(line) for line in screen.lines],
        "figures": [
            {"name": name, "labels": labels, "value": value}
            for name, series in sorted(screen.figures.items())
            for labels, value in sorted(series.items())
        ],
    }
