"""Questions about the service itself: its processes, what is paused or broken, its checks, canary and backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from database import Database
from errors import Rejected
from privacy import backups, canary_standing
from privacy.sweep import as_time
from traffic.control import Traffic
from traffic.names import SWITCHES
from watch.alive import seen
from watch.asking import Question, Sample, say
from watch.checks import EXPECTED, KEYS, Checks, began

PACED = "SELECT name, until FROM pacing WHERE until > ?"


def questions(
    database: Database, *, traffic: Traffic, providers: tuple[str, ...], checks: Checks, canary_here: bool = True
) -> tuple[Question, ...]:
    """`providers`: those that have a breaker. `canary_here`: whether one is set up, or nobody waits for it."""

    def processes(now: datetime) -> Iterator[Sample]:
        del now
        for each in seen(database):
            yield say("miomio_processes", each.living, group=each.group)
            yield say("miomio_processes_lost", each.lost, group=each.group)

    def switches(now: datetime) -> Iterator[Sample]:
        for name in SWITCHES:
            yield say("miomio_paused", float(_paused(traffic, name)), what=name)
        for provider in providers:
            yield say("miomio_breaker_open", float(traffic.breakers.away(provider)), provider=provider)
        for name, until in database.rows(PACED, now):
            left = as_time(until) or now
            yield say("miomio_pacing_seconds", (left - now).total_seconds(), provider=name)

    def regular(now: datetime) -> Iterator[Sample]:
        last = checks.last()
        for name in set(EXPECTED) - set(last):  # never was: whoever is called when it is old is called then, too
            yield say("miomio_check_age_seconds", (now - began(database, now)).total_seconds(), check=name)
        for name, found in last.items():
            if name.startswith(KEYS):
                yield say("miomio_keys", found.count, master=name.removeprefix(KEYS))
            else:
                yield say("miomio_check_differences", abs(found.count), check=name)
                yield say("miomio_check_age_seconds", (now - found.at).total_seconds(), check=name)

    def canary(now: datetime) -> Iterator[Sample]:
        stands = canary_standing.standing(database)
        if canary_here and stands.result == canary_standing.NEVER:
            yield say("miomio_canary_age_seconds", (now - began(database, now)).total_seconds())
        if canary_here and stands.at is not None and stands.result != canary_standing.RUNNING:
            yield say("miomio_canary_passed", float(stands.passed))
            yield say("miomio_canary_age_seconds", (now - stands.at).total_seconds())

    def backup(now: datetime) -> Iterator[Sample]:
        stands = backups.standing(database)
        if stands.made:
            yield say("miomio_backup_age_seconds", (now - min(stands.made.values())).total_seconds())
        yield say("miomio_backups_late", len(stands.late(now)))
        yield say("miomio_backups_too_old", stands.too_old)

    return (
        Question("processes", processes),
        Question("switches", switches),
        Question("checks", regular, every=15.0),
        Question("canary", canary, every=60.0),
        Question("backup", backup, every=60.0),
    )


def _paused(traffic: Traffic, name: str) -> bool:
    try:
        traffic.pauses.demand_open(name)
    except Rejected:
        return True
    return False
