"""Live figures about deletion and retention, for the page of proofs. What no part computes yet is not here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from peewee import fn

from database import Database
from generation.kinds import DESTROY
from models import Export, Media, RetentionRun, StrayObject, Work
from policy.categories import COPY_OF_DATA, STRAY_OBJECT
from privacy.retention import COMPARISON, EVERY
from privacy.sweep import period_of

WINDOW = timedelta(days=30)
BETWEEN_RUNS = timedelta(seconds=EVERY)
SURELY_DESTROYED = timedelta(hours=1)  # after the wish: then something is wrong
AT_MOST = 1_000  # of the newest deletions: the median of more says nothing more


@dataclass(frozen=True)
class Figures:
    """Of photos and results. `erase` is the median from the wish to the end of the object; None: none was erased."""

    erased: int
    erase: timedelta | None
    waiting: int
    longest_wait: timedelta | None


@dataclass(frozen=True)
class Retained:
    """Of the last run of retention that ended: when, and how many rows and objects went. `overdue` is by how much the
    oldest object that should be gone is past its time. None: there is none."""

    run_at: datetime | None
    gone: int
    overdue: timedelta | None


def retained(database: Database) -> Retained:
    """As it is now. Raises Temporary when the database is away."""
    now = database.clock.now()
    with database.connection():
        ended = RetentionRun.ended_at.is_null(False) & (RetentionRun.rule != COMPARISON)
        last = RetentionRun.select().where(ended).order_by(RetentionRun.started_at.desc()).first()
        if last is None:
            return Retained(None, 0, _overdue(now))
        of_run = ended & (RetentionRun.started_at == last.started_at)
        gone = RetentionRun.select(fn.SUM(RetentionRun.count)).where(of_run).scalar()
        return Retained(last.started_at, int(gone), _overdue(now))


def _overdue(now: datetime) -> timedelta | None:
    wished = (
        Work.select(Work.created_at)
        .join(Media, on=(Media.id == Work.subject))
        .where((Work.kind == DESTROY) & (Work.created_at < now - SURELY_DESTROYED))
    )
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
    times = [work.created_at + SURELY_DESTROYED for work in wished]
    times += [stray.found_at + STRAY_OBJECT for stray in strays.order_by(StrayObject.found_at).limit(1)]
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
            .where((Work.kind == DESTROY) & (Work.state == Work.DONE) & (Work.ended_at > now - WINDOW))
            .order_by(Work.ended_at.desc())
            .limit(AT_MOST)
        )
        waiting = list(
            Work.select(Work.created_at)
            .join(Media, on=(Media.id == Work.subject))
            .where(Work.kind == DESTROY)  # the row of the object goes last
        )
    took = [(work.ended_at - work.created_at).total_seconds() for work in erased]
    return Figures(
        erased=len(took),
        erase=timedelta(seconds=median(took)) if took else None,
        waiting=len(waiting),
        longest_wait=max((now - work.created_at for work in waiting), default=None),
    )
