"""The first row: is anything wrong? Its colours change where alarms are raised (deploy/prometheus/alerts.yml)."""

from __future__ import annotations

from deploy.grafana.panels import GOOD, ONE, ZERO, Panel, above, below, look

DAYS = 86_400.0
FAILED = 'sum(max by (kind, state) (miomio_orders_lately{app="$app",state="failed"}))'
ENDED = 'sum(max by (kind, state) (miomio_orders_lately{app="$app"}))'

GLANCE: tuple[Panel, ...] = (
    look(
        "Orders a minute",
        "Pictures and videos that reached their people, of the last five minutes.",
        "none",
        'sum(rate(miomio_order_seconds_count{app="$app"}[5m])) * 60',
        ((None, GOOD),),
    ),
    look(
        "Orders that fail",
        "Share of the orders that ended within ten minutes and failed. From 20 % on somebody is called.",
        "percentunit",
        f"{FAILED} / ({ENDED} > 0)",
        above(0.05, 0.2),
    ),
    look(
        "Longest wait",
        "How long the oldest work waits that is not a notice to everybody.",
        "s",
        'max(miomio_work_oldest_seconds{app="$app",kind!="inform"})',
        above(30, 120),
    ),
    look(
        "Providers not asked",
        "Breakers that are open. Orders wait until the provider answers again.",
        "none",
        'sum(max by (provider) (miomio_breaker_open{app="$app"}))',
        ZERO,
    ),
    look(
        "Books out of balance",
        "Credits too many or too few in the books. Anything but 0 is an alarm.",
        "none",
        'max(abs(miomio_ledger_sum_credits{app="$app"}))',
        ZERO,
    ),
    look(
        "Workers",
        "Processes that make pictures and videos. Two at least.",
        "none",
        'max(miomio_processes{app="$app",group="worker"})',
        below(2, 1),
    ),
    look(
        "Until the next legal deadline",
        "Of all open requests for rights. Below five days staff are called, below 0 it is missed.",
        "s",
        'min(miomio_requests_deadline_seconds{app="$app"})',
        below(5 * DAYS, 0),
    ),
    look(
        "Until a report must be decided",
        "48 hours from its coming. Below 12 hours staff are called.",
        "s",
        'min(miomio_reports_deadline_seconds{app="$app"})',
        below(DAYS, DAYS / 2),
    ),
    look(
        "A deletion waits for",
        "How long the oldest deletion waits for its keys to be destroyed. An hour is an alarm.",
        "s",
        'max(miomio_erasures_waiting_seconds{app="$app"})',
        above(600, 3600),
    ),
    look(
        "Kept too long by",
        "How far the oldest thing that should be gone is past its time. Two hours are an alarm.",
        "s",
        'max(miomio_retention_overdue_seconds{app="$app"})',
        above(3600, 7200),
    ),
    look(
        "Canary",
        "1: the last canary person got all that we promise. 0: it did not. Nothing: none is set up.",
        "none",
        'max(miomio_canary_passed{app="$app"})',
        ONE,
    ),
    look(
        "Age of the backup",
        "Since the last backup of the database. After 26 hours somebody is called.",
        "s",
        'min(miomio_backup_age_seconds{app="$app"})',
        above(DAYS, 93_600),
    ),
)
