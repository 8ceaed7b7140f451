"""Questions about what the law and we owe people: requests, reports, breaches, tickets, retention, erasures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from database import Database
from models import Erasure, Incident, Report, Ticket
from policy.rights import ASKED_FOR
from privacy import incidents as breaches
from privacy import reports as cases
from privacy.figures import retained
from privacy.requests import owed, waiting
from privacy.sweep import as_time
from watch.asking import Question, Sample, say
from watch.checks import began

WINDOW = timedelta(days=30)
AT_MOST = 1_000  # of the newest deletions
GONE, DONE = "keys_gone", "done"

TICKETS = f"SELECT COUNT(*), MIN(last_at) FROM ticket WHERE state = '{Ticket.OPEN}'"
OPEN = ", ".join(repr(state) for state in Erasure.OPEN)
ERASURES = f"SELECT scope, state, COUNT(*) FROM erasure WHERE state IN ({OPEN}) GROUP BY scope, state"
WAITING = f"SELECT MIN(asked_at) FROM erasure WHERE state IN ({OPEN}) AND keys_gone_at IS NULL"
ENDED = (
    "SELECT scope, asked_at, keys_gone_at, done_at FROM erasure "
    f"WHERE done_at IS NOT NULL AND done_at > ? AND state = '{Erasure.DONE}' ORDER BY done_at DESC LIMIT {AT_MOST}"
)


def questions(database: Database) -> tuple[Question, ...]:
    def requests(now: datetime) -> Iterator[Sample]:
        rows, themselves = owed(database), waiting(database, now)
        for kind in {*ASKED_FOR, *(row.kind for row in rows)}:
            of_kind = [row for row in rows if row.kind == kind]
            yield say("miomio_requests_open", len(of_kind), kind=kind)
            # An account that ends by itself in time calls nobody.
            due = [row.due_at for row in of_kind if row.id not in themselves or row.due_at <= now]
            if due:
                yield say("miomio_requests_deadline_seconds", (min(due) - now).total_seconds(), kind=kind)

    def reports(now: datetime) -> Iterator[Sample]:
        rows = cases.under_way(database)
        for state in Report.UNDER_WAY:
            yield say("miomio_reports_open", sum(row.state == state for row in rows), state=state)
        if rows:
            nearest = min(row.due_at for row in rows)
            yield say("miomio_reports_deadline_seconds", (nearest - now).total_seconds())

    def incidents(now: datetime) -> Iterator[Sample]:
        rows = breaches.under_way(database)
        for state in (Incident.OPEN, Incident.CONTAINED):
            yield say("miomio_incidents_open", sum(row.state == state for row in rows), state=state)
        due = [row.due_at for row in rows if breaches.owed(row)]
        if due:
            yield say("miomio_incidents_deadline_seconds", (min(due) - now).total_seconds())

    def tickets(now: datetime) -> Iterator[Sample]:
        [(count, oldest)] = database.rows(TICKETS)
        yield say("miomio_tickets_open", count)
        yield say("miomio_tickets_oldest_seconds", _since(oldest, now))

    def retention(now: datetime) -> Iterator[Sample]:
        found = retained(database)
        overdue = found.overdue or timedelta(0)
        yield say("miomio_retention_overdue_seconds", overdue.total_seconds())
        yield say("miomio_retention_held_back", found.held_back)
        since = found.run_at or began(database, now)
        yield say("miomio_retention_run_age_seconds", (now - since).total_seconds())

    def erasures(now: datetime) -> Iterator[Sample]:
        found = {(scope, state): count for scope, state, count in database.rows(ERASURES)}
        for scope, state in {*((scope, state) for scope in Erasure.SCOPES for state in Erasure.OPEN), *found}:
            yield say("miomio_erasures_open", found.get((scope, state), 0), kind=scope, state=state)
        [(oldest,)] = database.rows(WAITING)
        yield say("miomio_erasures_waiting_seconds", _since(oldest, now))
        yield from _took(database.rows(ENDED, now - WINDOW))

    return (
        Question("requests", requests, every=15.0),
        Question("reports", reports, every=15.0),
        Question("incidents", incidents, every=15.0),
        Question("tickets", tickets, every=15.0),
        Question("retention", retention, every=60.0),
        Question("erasures", erasures, every=15.0),
    )


def _since(oldest: object, now: datetime) -> float:
    since = as_time(oldest)
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def _took(rows: list[tuple[object, ...]]) -> Iterator[Sample]:
    """An account is done weeks after the wish, because it may be taken back: only the others tell how long it takes."""
    times = [(scope, as_time(asked), as_time(gone), as_time(done)) for scope, asked, gone, done in rows]
    gone = [(gone - asked).total_seconds() for _, asked, gone, _ in times if gone and asked]
    done = [
        (done - asked).total_seconds() for scope, asked, _, done in times if done and asked and scope != Erasure.ACCOUNT
    ]
    for until, took in ((GONE, gone), (DONE, done)):
        if took:
            yield say("miomio_erasure_seconds", median(took), until=until)
