"""Every figure that the service tells about itself: name, kind, labels, meaning. No label is about a person.

Names, units and labels are what rules and dashboards are written against: they are added to, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Label -> why it may be said. Each takes few values: a series of its own stands for every one.
LABELS: Mapping[str, str] = {
    "kind": "kind of work, of order, of request or of report, from a fixed list",
    "state": "state of a row, from a fixed list",
    "outcome": "how a piece of work ended, from a fixed list",
    "code": "code of a failure, from a fixed list, or class of an HTTP status",
    "provider": "name of a declared recipient",
    "part": "a part that the service needs, from a fixed list",
    "group": "name of a process group",
    "what": "what may be paused or counted, from a fixed list",
    "of": "over what is summed, from a fixed list",
    "until": "stage of a deletion, from a fixed list",
    "check": "name of a regular check, from a fixed list",
    "question": "name of a group of figures that are asked for together",
    "master": "id of a master key",
    "release": "the commit that runs",
    "policy": "version of the policy",
    "status": "class of an HTTP status",
    "route": "a part of the website, never the address that was asked for",
}

GAUGE, COUNTER, HISTOGRAM = "gauge", "counter", "histogram"
DATABASE, PROCESS = "database", "process"

# Seconds. A provider's picture takes 10 to 25, a video's file some; what is longer than the last one has timed out.
OUTSIDE = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)
ANSWERS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
ORDERS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One metric. `asked`: of the database (the rights processes tell it, each the same) or of the process itself
    (each process tells its own). Counters are named without `_total`, which is theirs on the page."""

    name: str
    help: str
    kind: str = GAUGE
    labels: tuple[str, ...] = ()
    asked: str = DATABASE
    buckets: tuple[float, ...] = ()


FIGURES: Mapping[str, Figure] = {
    figure.name: figure
    for figure in (
        # What runs
        Figure(
            name="miomio_build_info", help="1; the labels say what runs", labels=("release", "policy"), asked=PROCESS
        ),
        Figure(name="miomio_up", help="Whether a part that the service needs answers", labels=("part",)),
        Figure(name="miomio_processes", help="Processes that gave a sign of life lately", labels=("group",)),
        Figure(name="miomio_processes_lost", help="Processes that fell silent without a goodbye", labels=("group",)),
        Figure(
            name="miomio_figures_failed",
            help="1 where a group of figures could not be asked for at the last try",
            labels=("question",),
        ),
        # Work
        Figure(name="miomio_work_due", help="Rows of work that wait for a worker", labels=("kind",)),
        Figure(name="miomio_work_oldest_seconds", help="How long the oldest of them waits", labels=("kind",)),
        Figure(name="miomio_work_held", help="Rows of work that somebody works on", labels=("kind",)),
        Figure(name="miomio_work_abandoned", help="Held rows whose lease has run out", labels=("kind",)),
        Figure(name="miomio_work_quarantined", help="Rows given up after three crashes, still kept", labels=("kind",)),
        Figure(
            name="miomio_work_ended",
            help="Tries of work by how they ended: done, again, failed, quarantined, lost",
            kind=COUNTER,
            labels=("kind", "outcome"),
            asked=PROCESS,
        ),
        Figure(
            name="miomio_work_seconds",
            help="How long a try of work took",
            kind=HISTOGRAM,
            labels=("kind",),
            asked=PROCESS,
            buckets=OUTSIDE,
        ),
        Figure(
            name="miomio_leases_taken_back",
            help="Rows taken over from a holder whose lease had run out",
            kind=COUNTER,
            labels=("kind",),
            asked=PROCESS,
        ),
        # Orders
        Figure(name="miomio_orders_open", help="Orders between the tap and their end", labels=("kind", "state")),
        Figure(
            name="miomio_orders_oldest_seconds", help="How long the oldest open order waits already", labels=("kind",)
        ),
        Figure(
            name="miomio_orders_lately",
            help="Orders that ended within the last 10 minutes, by where they stand now",
            labels=("kind", "state"),
        ),
        Figure(
            name="miomio_order_seconds",
            help="From the tap to the delivered result",
            kind=HISTOGRAM,
            labels=("kind",),
            asked=PROCESS,
            buckets=ORDERS,
        ),
        Figure(name="miomio_videos_in_flight", help="Attempts at videos that hold a slot", labels=("state",)),
        Figure(name="miomio_slots_limit", help="Tasks that a provider takes at once", labels=("provider",)),
        Figure(name="miomio_slots_used", help="Of these, those that are taken", labels=("provider",)),
        # Providers
        Figure(
            name="miomio_provider_seconds",
            help="How long a provider took to answer a call, its body included",
            kind=HISTOGRAM,
            labels=("provider",),
            asked=PROCESS,
            buckets=OUTSIDE,
        ),
        Figure(
            name="miomio_provider_errors",
            help="Calls to a provider that failed, or were answered by an error",
            kind=COUNTER,
            labels=("provider", "code"),
            asked=PROCESS,
        ),
        Figure(
            name="miomio_provider_spend_dollars",
            help="What a provider counted within the last hour, in US dollars",
            labels=("provider",),
        ),
        Figure(name="miomio_breaker_open", help="1 while a provider is not asked", labels=("provider",)),
        Figure(name="miomio_paused", help="1 while something is paused by the staff", labels=("what",)),
        Figure(name="miomio_pacing_seconds", help="How long a service wants everybody to wait", labels=("provider",)),
        # Money
        Figure(name="miomio_holds_open", help="Orders whose credits are on hold"),
        Figure(name="miomio_held_credits", help="Credits that are on hold"),
        Figure(
            name="miomio_ledger_sum_credits",
            help="Credits that the books have too many or too few: 0. Of the last hour's entries, and of all",
            labels=("of",),
        ),
        Figure(name="miomio_payments_open", help="Payments being refunded, stuck or unclaimed", labels=("state",)),
        # Rights
        Figure(name="miomio_requests_open", help="Requests for rights whose answer is owed", labels=("kind",)),
        Figure(
            name="miomio_requests_deadline_seconds",
            help="Until the nearest deadline of a request; below 0 it is missed",
            labels=("kind",),
        ),
        Figure(name="miomio_reports_open", help="Reports that staff have not decided", labels=("state",)),
        Figure(
            name="miomio_reports_deadline_seconds", help="Until the nearest deadline of a report; below 0 it is missed"
        ),
        Figure(name="miomio_incidents_open", help="Breaches that are not closed", labels=("state",)),
        Figure(
            name="miomio_incidents_deadline_seconds",
            help="Until the Commissioner must be told of a breach; below 0 it is missed",
        ),
        Figure(name="miomio_tickets_open", help="Tickets that wait for an answer of support"),
        Figure(name="miomio_tickets_oldest_seconds", help="How long the oldest of them waits"),
        Figure(name="miomio_retention_overdue_seconds", help="How far the oldest due row or object is past its time"),
        Figure(
            name="miomio_retention_run_age_seconds",
            help="Since the last run of retention that ended, or since there is this database",
        ),
        Figure(name="miomio_retention_held_back", help="Rows past their period that may not go yet"),
        Figure(name="miomio_erasures_open", help="Deletions that are not done", labels=("kind", "state")),
        Figure(
            name="miomio_erasures_waiting_seconds", help="How long the oldest one waits for its keys to be destroyed"
        ),
        Figure(
            name="miomio_erasure_seconds",
            help="Median time from the wish to the stage, of the last 30 days' deletions",
            labels=("until",),
        ),
        # Regular checks
        Figure(
            name="miomio_check_differences", help="What a regular check found wrong, at its last run", labels=("check",)
        ),
        Figure(
            name="miomio_check_age_seconds",
            help="Since a regular check was last run, or since there is this database",
            labels=("check",),
        ),
        Figure(name="miomio_keys", help="Data keys by the master key that wraps them", labels=("master",)),
        Figure(
            name="miomio_canary_age_seconds",
            help="Since the last run of the canary person that ended, or since there is this database",
        ),
        Figure(name="miomio_canary_passed", help="1 when that run passed"),
        Figure(name="miomio_backup_age_seconds", help="Since the last backup, of the kind whose last is the oldest"),
        Figure(name="miomio_backups_late", help="Kinds of backup of which there is no young one"),
        Figure(name="miomio_backups_too_old", help="Backups that are kept past their days, which is a promise broken"),
        # The website
        Figure(
            name="miomio_webhook_seconds",
            help="How long an update of Telegram took to be answered",
            kind=HISTOGRAM,
            labels=("status",),
            asked=PROCESS,
            buckets=ANSWERS,
        ),
        Figure(
            name="miomio_http_seconds",
            help="How long any other address of the website took to be answered",
            kind=HISTOGRAM,
            labels=("route", "status"),
            asked=PROCESS,
            buckets=ANSWERS,
        ),
    )
}


def labels_told() -> Mapping[str, str]:
    """Every label of a figure, and why it may be told; nothing where nobody said so. For the gate."""
    return {label: LABELS.get(label, "") for figure in FIGURES.values() for label in figure.labels}
