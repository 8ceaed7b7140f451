"""Live figures about deletion, for the page of proofs. What no part of the program computes yet is not here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from database import Database
from generation.kinds import DESTROY
from models import Media, Work

WINDOW = timedelta(days=30)
AT_MOST = 1_000  # of the newest deletions: the median of more says nothing more


@dataclass(frozen=True)
class Figures:
    """Of photos and results. `erase` is the median from the wish to the end of the object; None: none was erased."""

    erased: int
    erase: timedelta | None
    waiting: int
    longest_wait: timedelta | None


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
