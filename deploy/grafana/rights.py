"""What people may demand and what the law sets a time for."""

from __future__ import annotations

from deploy.grafana.panels import Panel

RIGHTS: tuple[Panel, ...] = (
    Panel(
        title="Open requests, reports, breaches, tickets",
        says="What people wait for, and what the Commissioner is owed.",
        unit="none",
        queries={
            "{{kind}} requests": 'max by (kind) (miomio_requests_open{app="$app"})',
            "reports {{state}}": 'max by (state) (miomio_reports_open{app="$app"})',
            "breaches {{state}}": 'max by (state) (miomio_incidents_open{app="$app"})',
            "tickets": 'max(miomio_tickets_open{app="$app"})',
        },
    ),
    Panel(
        title="Until the nearest deadline",
        says="Below 0 it is missed.",
        unit="s",
        queries={
            "{{kind}} request": 'min by (kind) (miomio_requests_deadline_seconds{app="$app"})',
            "report": 'min(miomio_reports_deadline_seconds{app="$app"})',
            "breach": 'min(miomio_incidents_deadline_seconds{app="$app"})',
        },
    ),
    Panel(
        title="Deletions",
        says="Those that are not done, by what is deleted and where they stand.",
        unit="none",
        queries={"{{kind}} {{state}}": 'max by (kind, state) (miomio_erasures_open{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="How long deletions take",
        says="Median of the last 30 days, from the wish to each stage; and how long the oldest open one waits.",
        unit="s",
        queries={
            "until {{until}}": 'max by (until) (miomio_erasure_seconds{app="$app"})',
            "oldest waits": 'max(miomio_erasures_waiting_seconds{app="$app"})',
        },
    ),
    Panel(
        title="Retention and tickets",
        says="How far the oldest due thing is past its time, since when retention did not run, the oldest ticket.",
        unit="s",
        queries={
            "past its time": 'max(miomio_retention_overdue_seconds{app="$app"})',
            "since the last run": 'min(miomio_retention_run_age_seconds{app="$app"})',
            "oldest ticket": 'max(miomio_tickets_oldest_seconds{app="$app"})',
        },
    ),
    Panel(
        title="Regular checks",
        says="Differences that the last run of each found; what retention may not delete yet; backups amiss.",
        unit="none",
        queries={
            "{{check}}": 'max by (check) (miomio_check_differences{app="$app"})',
            "held back": 'max(miomio_retention_held_back{app="$app"})',
            "backups missing": 'max(miomio_backups_late{app="$app"})',
            "backups kept too long": 'max(miomio_backups_too_old{app="$app"})',
        },
    ),
    Panel(
        title="Since each check was run",
        says="After 26 hours somebody is told; of the canary person after 28.",
        unit="s",
        queries={
            "{{check}}": 'min by (check) (miomio_check_age_seconds{app="$app"})',
            "canary": 'min(miomio_canary_age_seconds{app="$app"})',
        },
        width=24,
    ),
)
