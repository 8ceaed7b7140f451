"""Questions about work: what waits, for how long, who works on it, what was given up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from database import Database
from models import Work
from privacy.sweep import as_time
from watch.asking import Question, Sample, say

MOST = 100_000  # rows that are counted of one kind: beyond that it makes no difference

# In words that the partial indexes have, too. Each kind is one range of its index: what is due later costs nothing.
DUE = f"""
SELECT (SELECT COUNT(*) FROM
    (SELECT 1 FROM work WHERE state = '{Work.DUE}' AND kind = ? AND due_at <= ? LIMIT {MOST}) waiting),
  (SELECT MIN(due_at) FROM work WHERE state = '{Work.DUE}' AND kind = ? AND due_at <= ?)
"""
HELD = f"""
SELECT kind, COUNT(*), SUM(CASE WHEN lease_until < ? THEN 1 ELSE 0 END) FROM work WHERE state = '{Work.HELD}'
GROUP BY kind
"""
QUARANTINED = f"SELECT kind, COUNT(*) FROM work WHERE state = '{Work.QUARANTINED}' GROUP BY kind"


def questions(database: Database, kinds: Iterable[str]) -> tuple[Question, ...]:
    """`kinds`: every kind of work there is, so that one of which nothing waits says 0."""
    names = tuple(sorted(kinds))

    def due(now: datetime) -> Iterator[Sample]:
        for kind in names:
            [(count, oldest)] = database.rows(DUE, kind, now, kind, now)
            yield say("miomio_work_due", count, kind=kind)
            yield say("miomio_work_oldest_seconds", _age(oldest, now), kind=kind)

    def held(now: datetime) -> Iterator[Sample]:
        found = {kind: (count, abandoned) for kind, count, abandoned in database.rows(HELD, now)}
        for kind in {*names, *found}:
            count, abandoned = found.get(kind, (0, 0))
            yield say("miomio_work_held", count, kind=kind)
            yield say("miomio_work_abandoned", abandoned or 0, kind=kind)

    def quarantined(now: datetime) -> Iterator[Sample]:
        del now
        found = dict(database.rows(QUARANTINED))
        for kind in {*names, *found}:
            yield say("miomio_work_quarantined", found.get(kind, 0), kind=kind)

    return (Question("due", due), Question("held", held), Question("quarantined", quarantined, every=15.0))


def _age(oldest: object, now: datetime) -> float:
    since = as_time(oldest)
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
