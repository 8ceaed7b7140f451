"""Situations in which each alert is raised, and others in which it must stay silent, as Prometheus would see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

A, B = 'instance="a"', 'instance="b"'  # two processes that tell the same figures of the database
EVER = "x240"  # an hour of values


@dataclass(frozen=True)
class Situation:
    """`series`: promtool's notation, a value every `step`. `raises`: the labels of each alert, without its severity."""

    alert: str
    series: Mapping[str, str]
    at: str
    step: str
    raises: tuple[Mapping[str, str], ...] = field(default=())


def told(figure: str, value: str, *labels: str) -> dict[str, str]:
    """The same from both processes."""
    return {f"{figure}{{{','.join((*labels, process))}}}": value for process in (A, B)}


def fires(
    alert: str, series: Mapping[str, str], *raises: Mapping[str, str], at: str = "30m", step: str = "15s"
) -> Situation:
    return Situation(alert, series, at, step, raises or ({},))


def silent(alert: str, series: Mapping[str, str], at: str = "30m", step: str = "15s") -> Situation:
    return Situation(alert, series, at, step)


ALIVE = told("miomio_processes", f"2{EVER}", 'group="worker"')
DEADLINE, RUN = "miomio_requests_deadline_seconds", "miomio_retention_run_age_seconds"
STEP = "5m"  # where hours are looked at
DAY = "x300"  # of such steps, and a little more


def webhook(good: str, bad: str, status: str) -> dict[str, str]:
    return {
        f'miomio_webhook_seconds_count{{status="2xx",{A}}}': good,
        f'miomio_webhook_seconds_count{{status="{status}",{B}}}': bad,
    }


def buckets(figure: str, quick: str, slow: str, *labels: str) -> dict[str, str]:
    """`quick` observations below a tenth of a second, `slow` ones between the last bound and none."""
    named = ",".join((*labels, A))
    total = f"0+{int(quick) + int(slow)}{EVER}"
    return {
        f'{figure}_bucket{{{named},le="0.1"}}': f"0+{quick}{EVER}",
        f'{figure}_bucket{{{named},le="120"}}': total,
    } | {f'{figure}_bucket{{{named},le="+Inf"}}': total}


SITUATIONS: tuple[Situation, ...] = (
    # machines
    fires("NothingIsTold", {}, at="10m"),
    silent("NothingIsTold", told("miomio_up", f"0{EVER}", 'part="database"')),  # PartAway's
    silent("NothingIsTold", {}, at="1m"),  # a deploy is no alarm
    fires("NobodyWorks", told("miomio_processes", f"0{EVER}", 'group="worker"'), {"group": "worker"}),
    silent("NobodyWorks", ALIVE),
    # Only one of the two was asked before the worker came.
    silent("NobodyWorks", ALIVE | {f'miomio_processes{{group="worker",{A}}}': f"0{EVER}"}),
    fires("ProcessesLost", told("miomio_processes_lost", f"1{EVER}", 'group="web"'), {"group": "web"}),
    silent("ProcessesLost", told("miomio_processes_lost", f"0{EVER}", 'group="web"')),
    fires("PartAway", told("miomio_up", f"0{EVER}", 'part="database"'), {"part": "database"}),
    silent(
        "PartAway", {f'miomio_up{{part="database",{A}}}': f"0{EVER}", f'miomio_up{{part="database",{B}}}': f"1{EVER}"}
    ),
    fires("FiguresFail", told("miomio_figures_failed", f"1{EVER}", 'question="work"'), {"question": "work"}),
    silent("FiguresFail", told("miomio_figures_failed", f"0x100 1{EVER}", 'question="work"'), at="29m"),
    silent(  # PartAway's
        "FiguresFail",
        told("miomio_figures_failed", f"1{EVER}", 'question="work"') | told("miomio_up", f"0{EVER}", 'part="database"'),
    ),
    fires("TheAlarmsWork", {}),
    # work
    fires("QueueOld", told("miomio_work_oldest_seconds", f"121{EVER}", 'kind="produce"'), {"kind": "produce"}),
    silent("QueueOld", told("miomio_work_oldest_seconds", f"120{EVER}", 'kind="produce"')),
    silent("QueueOld", told("miomio_work_oldest_seconds", f"9999{EVER}", 'kind="inform"')),
    fires("RightsQueueOld", told("miomio_work_oldest_seconds", f"901{EVER}", 'kind="erase"'), {"kind": "erase"}),
    silent("RightsQueueOld", told("miomio_work_oldest_seconds", f"900{EVER}", 'kind="erase"')),
    # A notice to everybody takes its hours.
    silent("RightsQueueOld", told("miomio_work_oldest_seconds", f"9999{EVER}", 'kind="inform"')),
    fires("WorkQuarantined", told("miomio_work_quarantined", f"0x20 1{EVER}", 'kind="produce"'), {"kind": "produce"}),
    fires(
        "WorkQuarantined",
        told("miomio_work_quarantined", f"1x72 2{EVER}", 'kind="produce"'),
        {"kind": "produce"},
        at="6h10m",
        step=STEP,
    ),
    silent("WorkQuarantined", told("miomio_work_quarantined", f"1{DAY}", 'kind="produce"'), at="7h", step=STEP),
    fires("LeasesTakenBack", {f'miomio_leases_taken_back_total{{kind="produce",{A}}}': f"0+1{EVER}"}),
    silent("LeasesTakenBack", {f'miomio_leases_taken_back_total{{kind="produce",{A}}}': f"0x10 8{EVER}"}),
    fires(
        "OrdersFail",
        told("miomio_orders_lately", f"4{EVER}", 'kind="picture"', 'state="failed"')
        | told("miomio_orders_lately", f"10{EVER}", 'kind="picture"', 'state="delivered"'),
        {"kind": "picture"},
    ),
    silent(
        "OrdersFail",
        told("miomio_orders_lately", f"2{EVER}", 'kind="picture"', 'state="failed"')
        | told("miomio_orders_lately", f"10{EVER}", 'kind="picture"', 'state="delivered"'),
    ),
    silent("OrdersFail", told("miomio_orders_lately", f"3{EVER}", 'kind="picture"', 'state="failed"')),
    fires("OrderForgotten", told("miomio_orders_oldest_seconds", f"8401{EVER}", 'kind="video"'), {"kind": "video"}),
    silent("OrderForgotten", told("miomio_orders_oldest_seconds", f"8400{EVER}", 'kind="video"')),
    # providers
    fires("BreakerOpen", told("miomio_breaker_open", f"1{EVER}", 'provider="kling"'), {"provider": "kling"}),
    silent("BreakerOpen", told("miomio_breaker_open", f"0{EVER}", 'provider="kling"')),
    silent("BreakerOpen", told("miomio_breaker_open", f"1{EVER}", 'provider="kling"'), at="1m"),  # it probes by itself
    fires(
        "ProviderFails",
        {
            f'miomio_provider_errors_total{{provider="gemini",code="5xx",{A}}}': f"0+4{EVER}",
            f'miomio_provider_seconds_count{{provider="gemini",{A}}}': f"0+10{EVER}",
        },
        {"provider": "gemini"},
    ),
    silent(
        "ProviderFails",
        {
            f'miomio_provider_errors_total{{provider="gemini",code="5xx",{A}}}': f"0+2{EVER}",
            f'miomio_provider_seconds_count{{provider="gemini",{A}}}': f"0+10{EVER}",
        },
    ),
    silent(  # two calls in the night, both in vain
        "ProviderFails",
        {
            f'miomio_provider_errors_total{{provider="gemini",code="5xx",{A}}}': f"0x100 2{EVER}",
            f'miomio_provider_seconds_count{{provider="gemini",{A}}}': f"0x100 2{EVER}",
        },
        at="28m",
    ),
    fires("ProviderSlow", buckets("miomio_provider_seconds", "4", "6", 'provider="kling"'), {"provider": "kling"}),
    silent("ProviderSlow", buckets("miomio_provider_seconds", "19", "1", 'provider="kling"')),
    fires("PausedLong", told("miomio_paused", f"1{DAY}", 'what="videos"'), {"what": "videos"}, at="7h", step=STEP),
    silent("PausedLong", told("miomio_paused", "0x60 1x300", 'what="videos"'), at="7h", step=STEP),
    silent("PausedLong", told("miomio_paused", "_x60 1x300", 'what="videos"'), at="7h", step=STEP),  # looked at for 1 h
    # money
    fires("LedgerNotZero", told("miomio_ledger_sum_credits", f"-1{EVER}", 'of="all"'), {"of": "all"}),
    fires("LedgerNotZero", told("miomio_ledger_sum_credits", f"3{EVER}", 'of="lately"'), {"of": "lately"}, at="0m"),
    silent("LedgerNotZero", told("miomio_ledger_sum_credits", f"0{EVER}", 'of="all"')),
    fires("PaymentsStuck", told("miomio_payments_open", f"1{EVER}", 'state="stuck"'), {"state": "stuck"}),
    silent("PaymentsStuck", told("miomio_payments_open", f"5{EVER}", 'state="refunding"')),
    fires("CheckDiffers", told("miomio_check_differences", f"1{EVER}", 'check="reconcile"'), {"check": "reconcile"}),
    silent("CheckDiffers", told("miomio_check_differences", f"0{EVER}", 'check="reconcile"')),
    fires("CheckMissed", told("miomio_check_age_seconds", "93601x240", 'check="audit"'), {"check": "audit"}, at="45m"),
    silent("CheckMissed", told("miomio_check_age_seconds", "93600x240", 'check="audit"'), at="45m"),
    # rights
    fires(
        "RequestNearDeadline",
        told(DEADLINE, f"431999{EVER}", 'kind="access"'),
        {"kind": "access"},
    ),
    silent("RequestNearDeadline", told(DEADLINE, f"432000{EVER}", 'kind="access"')),
    silent("RequestNearDeadline", told(DEADLINE, f"-1{EVER}", 'kind="access"')),  # RequestLate's
    fires(
        "RequestLate",
        told(DEADLINE, f"-1{EVER}", 'kind="access"'),
        {"kind": "access"},
        at="0m",
    ),
    silent("RequestLate", told(DEADLINE, f"0{EVER}", 'kind="access"')),
    fires("ReportNearDeadline", told("miomio_reports_deadline_seconds", f"43199{EVER}")),
    silent("ReportNearDeadline", told("miomio_reports_deadline_seconds", f"43200{EVER}")),
    fires("IncidentNearDeadline", told("miomio_incidents_deadline_seconds", f"-5{EVER}")),
    silent("IncidentNearDeadline", told("miomio_incidents_deadline_seconds", f"43200{EVER}")),
    fires("ErasureSlow", told("miomio_erasures_waiting_seconds", f"3601{EVER}")),
    silent("ErasureSlow", told("miomio_erasures_waiting_seconds", f"3600{EVER}")),
    fires("RetentionLate", told("miomio_retention_overdue_seconds", f"7201{EVER}"), at="31m"),
    silent("RetentionLate", told("miomio_retention_overdue_seconds", f"7200{EVER}"), at="31m"),
    fires("RetentionMissed", told(RUN, f"10801{EVER}")),
    silent("RetentionMissed", told(RUN, f"10800{EVER}")),
    silent(
        "RetentionMissed",
        told(RUN, f"10801{EVER}") | {f"{RUN}{{{A}}}": f"5{EVER}"},
    ),
    fires("TicketsOld", told("miomio_tickets_oldest_seconds", f"259201{EVER}"), at="31m"),
    silent("TicketsOld", told("miomio_tickets_oldest_seconds", f"259200{EVER}"), at="31m"),
    # website
    fires("WebhookSlow", buckets("miomio_webhook_seconds", "90", "10", 'status="2xx"')),
    silent("WebhookSlow", buckets("miomio_webhook_seconds", "999", "1", 'status="2xx"')),
    fires("WebhookFails", webhook(f"0+10{EVER}", f"0+1{EVER}", "5xx")),
    silent("WebhookFails", webhook(f"0+100{EVER}", f"0+1{EVER}", "5xx")),
    fires("WebhookRefused", webhook(f"0+1{EVER}", f"0+10{EVER}", "4xx")),
    silent("WebhookRefused", webhook(f"0+10{EVER}", f"0+1{EVER}", "4xx")),  # strangers knock, too
    silent(
        "WebhookRefused", webhook(f"0{EVER}", f"0x60 1x20 2{EVER}", "4xx"), at="28m"
    ),  # two of them in a quiet night
    fires(
        "PagesFail",
        {
            f'miomio_http_seconds_count{{route="/",status="2xx",{A}}}': f"0+10{EVER}",
            f'miomio_http_seconds_count{{route="/",status="5xx",{A}}}': f"0+1{EVER}",
        },
    ),
    silent(
        "PagesFail",
        {
            f'miomio_http_seconds_count{{route="/",status="2xx",{A}}}': f"0+100{EVER}",
            f'miomio_http_seconds_count{{route="/",status="5xx",{A}}}': f"0+1{EVER}",
        },
    ),
    # keepers
    fires("CanaryFailed", told("miomio_canary_passed", f"0{EVER}")),
    silent("CanaryFailed", told("miomio_canary_passed", f"1{EVER}")),
    silent("CanaryFailed", ALIVE),  # none is set up
    fires("CanaryOld", told("miomio_canary_age_seconds", f"100801{EVER}"), at="31m"),
    silent("CanaryOld", told("miomio_canary_age_seconds", f"100800{EVER}"), at="31m"),
    fires("BackupOld", told("miomio_backups_late", f"1{EVER}"), at="31m"),
    silent("BackupOld", told("miomio_backups_late", f"0{EVER}"), at="31m"),
    fires("BackupKeptTooLong", told("miomio_backups_too_old", f"1{EVER}"), at="31m"),
    silent("BackupKeptTooLong", told("miomio_backups_too_old", f"0{EVER}"), at="31m"),
    fires(
        "KeyRotationUnfinished",
        told("miomio_keys", f"5{DAY}", 'master="m1"') | told("miomio_keys", f"9{DAY}", 'master="m2"'),
        at="24h10m",
        step=STEP,
    ),
    silent(
        "KeyRotationUnfinished",
        told("miomio_keys", f"0{DAY}", 'master="m1"') | told("miomio_keys", f"9{DAY}", 'master="m2"'),
        at="24h10m",
        step=STEP,
    ),
    silent(
        "KeyRotationUnfinished",
        told("miomio_keys", f"5{DAY}", 'master="m1"') | told("miomio_keys", f"9{DAY}", 'master="m2"'),
        at="20h",
        step=STEP,
    ),
)
