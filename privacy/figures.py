"""Live figures about deletion and retention, for the page of proofs. What no part computes yet is not here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from statistics import median
from typing import Any

from peewee import SQL, fn

from database import Database
from generation.kinds import DESTROY
from models import DESTROYS, CanaryRun, Erasure, Export, Media, RetentionRun, StrayObject, Work
from policy.categories import COPY_OF_DATA, STRAY_OBJECT
from privacy.canary_standing import of_people
from privacy.erasure_gather import kinds_of
from privacy.erasures import ERASE
from privacy.retention import COMPARISON, EVERY
from privacy.sweep import as_time, period_of

WINDOW = timedelta(days=30)
BETWEEN_RUNS = timedelta(seconds=EVERY)
SURELY_DESTROYED = timedelta(hours=1)  # after the wish: then something is wrong
# In the words of their partial indexes: all are few, among many that are over.
DESTROYING = SQL(f"({DESTROYS})")
GOES = SQL(f"state = '{Media.DESTROYING}'")
OPEN = SQL(f"state IN ({', '.join(repr(state) for state in Erasure.OPEN)})")
# The row of an object goes last.
GOING = f"""
SELECT work.created_at FROM media JOIN work ON work.subject = media.id AND work.kind = '{DESTROY}'
WHERE media.state = '{Media.DESTROYING}'
AND media.account NOT IN (SELECT account FROM canary_run WHERE account IS NOT NULL)
"""  # noqa: S608  names of ours
AT_MOST = 1_000  # of the newest deletions: the median of more says nothing more


@dataclass(frozen=True)
class Figures:
    """Of photos and results, one by one or all at once. `erase` is the median from the wish to the end of the
    object, or of the last one; None: none was erased."""

    erased: int
    erase: timedelta | None
    waiting: int
    longest_wait: timedelta | None


@dataclass(frozen=True)
class Retained:
    """Of the last run of retention that ended: when, and how many rows and objects went. `overdue` is by how much the
    oldest object that should be gone is past its time. None: there is none. `held_back`: how many rows it found past
    their period that may not go."""

    run_at: datetime | None
    gone: int
    overdue: timedelta | None
    held_back: int = 0


def retained(database: Database) -> Retained:
    """As it is now. Raises Temporary when the database is away."""
    now = database.clock.now()
    with database.connection():
        ended = RetentionRun.ended_at.is_null(False) & (RetentionRun.rule != COMPARISON)
        last = RetentionRun.select().where(ended).order_by(RetentionRun.started_at.desc()).first()
        if last is None:
            return Retained(None, 0, _overdue(database, now))
        of_run = ended & (RetentionRun.started_at == last.started_at)
        sums: Any = RetentionRun.select(fn.SUM(RetentionRun.count), fn.SUM(RetentionRun.held_back)).where(of_run)
        [(gone, held_back)] = sums.tuples()
        return Retained(last.started_at, int(gone), _overdue(database, now), int(held_back))


def _wished(database: Database) -> list[datetime]:
    """When each object that is marked for destruction, and is there still, was to be destroyed."""
    found = (as_time(at) for (at,) in database.rows(GOING))
    return [at for at in found if at is not None]


def _overdue(database: Database, now: datetime) -> timedelta | None:
    wished = [at for at in _wished(database) if at < now - SURELY_DESTROYED]
    since = now - BETWEEN_RUNS  # what has run out a moment ago is not late yet
    strays = StrayObject.select(StrayObject.found_at).where(StrayObject.found_at < since - STRAY_OBJECT)
    copies = (
        Export.select(Export.made_at)
        .join(Media, on=(Media.id == Export.media))
        .where(Export.made_at < since - COPY_OF_DATA)
        .order_by(Export.made_at)
        .limit(1)
    )
    records = (
        RetentionRun.select()
        .where((RetentionRun.category == "erasures") & RetentionRun.ended_at.is_null(False))
        .order_by(RetentionRun.started_at.desc())
        .first()
    )
    period = period_of("erasures")
    times = [at + SURELY_DESTROYED for at in wished]
    times += [stray.found_at + STRAY_OBJECT for stray in strays.order_by(StrayObject.found_at).limit(1)]
    times += [row.asked_at + SURELY_DESTROYED for row in _under_way() if row.begun_at is not None]
    times += [copy.made_at + COPY_OF_DATA for copy in copies if copy.made_at is not None]
    if records is not None and records.oldest_left is not None and records.oldest_left < since - period:
        times.append(records.oldest_left + period)
    oldest = min(times, default=now)
    return now - oldest if oldest < now else None


def figures(database: Database) -> Figures:
    """As they are now. Raises Temporary when the database is away."""
    now = database.clock.now()
    with database.connection():
        erased = list(
            Work.select(Work.created_at, Work.ended_at)
            .where(DESTROYING & (Work.state == Work.DONE) & (Work.ended_at > now - WINDOW))
            .where(of_people(Work.account))
            .order_by(Work.ended_at.desc())
            .limit(AT_MOST)
        )
        whole = _whole(now)
        since = _wished(database) + [row.asked_at for row in _under_way()]
    ends = [(work.ended_at, work.created_at) for work in erased] + whole
    took = [(end - wish).total_seconds() for end, wish in sorted(ends, reverse=True)[:AT_MOST]]
    return Figures(
        erased=len(took),
        erase=timedelta(seconds=median(took)) if took else None,
        waiting=len(since),
        longest_wait=max((now - wish for wish in since), default=None),
    )


def _whole(now: datetime) -> list[tuple[datetime, datetime]]:
    """When all of somebody's photos, results or both had gone, and when they wished it.

    The first row of work that ends well does that; what comes after it waits for an account's end. Rows of work are
    kept as long as is looked back, so the first one of a wish of that time is still there.
    """
    first: Any = fn.MIN(Work.ended_at)
    rows: Any = (
        Erasure.select(Erasure.asked_at, Erasure.counts, first)
        .join(Work, on=(Work.subject == Erasure.id))
        .where((Work.kind == ERASE) & (Work.state == Work.DONE))
        .where((Erasure.asked_at > now - WINDOW) & Erasure.keys_gone_at.is_null(False))
        .where(Erasure.id.not_in(CanaryRun.select(CanaryRun.erasure).where(CanaryRun.erasure.is_null(False))))
        .group_by(Erasure.id, Erasure.asked_at, Erasure.counts)
        .order_by(first.desc())
        .limit(AT_MOST)
    )
    ended = ((as_time(end), asked, counts) for asked, counts, end in rows.tuples())
    return [(end, asked) for end, asked, counts in ended if end is not None and json.loads(counts).get("objects")]


def _under_way() -> list[Erasure]:
    """Deletions that wait for a copy of the data, or of whose objects some are left. One that was taken back too: it
    destroys what it had begun with."""
    of_scope = reduce(or_, ((Erasure.scope == scope) & Media.kind.in_(kinds_of(scope)) for scope in Erasure.SCOPES))
    theirs = (Media.account == Erasure.account) & (Media.created_at <= Erasure.begun_at) & of_scope
    left = fn.EXISTS(Media.select(Media.id).where(theirs & (Media.state == Media.DESTROYING)))
    whose = Media.select(Media.account).where(GOES)
    begun = Erasure.state.in_((*Erasure.OPEN, Erasure.UNDONE)) & Erasure.account.in_(whose) & left
    people = Erasure.select().where(of_people(Erasure.account))
    return [*people.where(OPEN & Erasure.begun_at.is_null()), *people.where(begun)]
