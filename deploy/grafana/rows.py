"""What the dashboard shows, row by row. Figures of the database are told by several processes, every one the same:
hence max and min over them, never sum. Figures of a process are summed."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.grafana.glance import GLANCE
from deploy.grafana.panels import TABLE, Panel
from deploy.grafana.rights import RIGHTS

ORDER_TIMES = 'sum by (kind, le) (rate(miomio_order_seconds_bucket{app="$app"}[5m]))'
CALLS = 'sum by (provider, le) (rate(miomio_provider_seconds_bucket{app="$app"}[5m]))'
FAILED_CALLS = 'sum by (provider, code) (rate(miomio_provider_errors_total{app="$app"}[5m])) * 60'
TRIES = 'sum by (kind, le) (rate(miomio_work_seconds_bucket{app="$app"}[5m]))'
UPDATES = 'sum by (le) (rate(miomio_webhook_seconds_bucket{app="$app"}[5m]))'
PAGES = 'sum by (route, le) (rate(miomio_http_seconds_bucket{app="$app"}[5m]))'

PEOPLE = (
    Panel(
        title="Results a minute",
        says="Pictures and videos that reached their people.",
        unit="none",
        queries={"{{kind}}": 'sum by (kind) (rate(miomio_order_seconds_count{app="$app"}[5m])) * 60'},
    ),
    Panel(
        title="From the tap to the result",
        says="Half of the people wait less than p50, one in a hundred longer than p99.",
        unit="s",
        queries={
            "{{kind}} p50": f"histogram_quantile(0.5, {ORDER_TIMES})",
            "{{kind}} p99": f"histogram_quantile(0.99, {ORDER_TIMES})",
        },
    ),
    Panel(
        title="How orders ended",
        says="Of the last ten minutes. Refused: by a provider's rules. Failed: credits were given back.",
        unit="none",
        queries={"{{kind}} {{state}}": 'max by (kind, state) (miomio_orders_lately{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="Open orders",
        says="Between the tap and their end, by where they stand.",
        unit="none",
        queries={"{{kind}} {{state}}": 'max by (kind, state) (miomio_orders_open{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="Oldest open order",
        says="Longer than 2 h 20 min is longer than the service lets anybody wait.",
        unit="s",
        queries={"{{kind}}": 'max by (kind) (miomio_orders_oldest_seconds{app="$app"})'},
    ),
    Panel(
        title="Updates of Telegram",
        says="How long one takes to be taken in. Above a second for ten minutes somebody is told.",
        unit="s",
        queries={"p50": f"histogram_quantile(0.5, {UPDATES})", "p99": f"histogram_quantile(0.99, {UPDATES})"},
    ),
)
QUEUES = (
    Panel(
        title="Work that waits",
        says="Rows that are due, by kind.",
        unit="none",
        queries={"{{kind}}": 'max by (kind) (miomio_work_due{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="Age of the oldest",
        says="Two minutes for people's work and a quarter of an hour for that of rights are alarms.",
        unit="s",
        queries={"{{kind}}": 'max by (kind) (miomio_work_oldest_seconds{app="$app"})'},
    ),
    Panel(
        title="Work in hand",
        says="Rows that a worker holds. A worker takes 16 at once.",
        unit="none",
        queries={"{{kind}}": 'max by (kind) (miomio_work_held{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="Tries by how they ended",
        says="A minute. Again: it waits for its next try. Lost: somebody else had it already.",
        unit="none",
        queries={"{{outcome}}": 'sum by (outcome) (rate(miomio_work_ended_total{app="$app"}[5m])) * 60'},
    ),
    Panel(
        title="Taken over from the dead",
        says="Rows whose holder fell silent, in ten minutes. A few at a deploy are normal, twenty are an alarm.",
        unit="none",
        queries={"{{kind}}": 'sum by (kind) (increase(miomio_leases_taken_back_total{app="$app"}[10m]))'},
    ),
    Panel(
        title="Given up and abandoned",
        says="Quarantined: killed its worker three times. Abandoned: its lease ran out and nobody took it yet.",
        unit="none",
        queries={
            "{{kind}} quarantined": 'max by (kind) (miomio_work_quarantined{app="$app"})',
            "{{kind}} abandoned": 'max by (kind) (miomio_work_abandoned{app="$app"})',
        },
    ),
    Panel(
        title="How long a try takes",
        says="Nine in ten take less, by kind of work.",
        unit="s",
        queries={"{{kind}}": f"histogram_quantile(0.9, {TRIES})"},
        width=24,
    ),
)
PROVIDERS = (
    Panel(
        title="Answers of providers",
        says="How long a call takes, its body included.",
        unit="s",
        queries={
            "{{provider}} p50": f"histogram_quantile(0.5, {CALLS})",
            "{{provider}} p99": f"histogram_quantile(0.99, {CALLS})",
        },
    ),
    Panel(
        title="Failed calls",
        says="A minute, by what was wrong.",
        unit="none",
        queries={"{{provider}} {{code}}": FAILED_CALLS},
    ),
    Panel(
        title="Not asked, paused, asked to wait",
        says="1: a breaker is open, or staff paused it. Seconds: how long a service wants everybody to wait.",
        unit="none",
        queries={
            "{{provider}} breaker": 'max by (provider) (miomio_breaker_open{app="$app"})',
            "{{what}} paused": 'max by (what) (miomio_paused{app="$app"})',
            "{{provider}} wants s": 'max by (provider) (miomio_pacing_seconds{app="$app"})',
        },
    ),
    Panel(
        title="Slots for videos",
        says="What a provider takes at once, and what of it is taken.",
        unit="none",
        queries={
            "{{provider}} at most": 'max by (provider) (miomio_slots_limit{app="$app"})',
            "{{provider}} taken": 'max by (provider) (miomio_slots_used{app="$app"})',
        },
    ),
    Panel(
        title="Videos under way",
        says="Attempts that hold a slot, by where they stand.",
        unit="none",
        queries={"{{state}}": 'max by (state) (miomio_videos_in_flight{app="$app"})'},
        stacked=True,
    ),
    Panel(
        title="What providers cost",
        says="US dollars of the last hour, as they count it.",
        unit="currencyUSD",
        queries={"{{provider}}": 'max by (provider) (miomio_provider_spend_dollars{app="$app"})'},
    ),
)
MONEY = (
    Panel(
        title="On hold",
        says="Orders whose credits wait for their end, and these credits.",
        unit="none",
        queries={"orders": 'max(miomio_holds_open{app="$app"})', "credits": 'max(miomio_held_credits{app="$app"})'},
    ),
    Panel(
        title="Sum of the books",
        says="0, always: of the last hour's entries, and of all.",
        unit="none",
        queries={"{{of}}": 'max by (of) (miomio_ledger_sum_credits{app="$app"})'},
    ),
    Panel(
        title="Payments that are not settled",
        says="Refunding: on its way. Stuck: Telegram refuses it. Unclaimed: nobody it could be credited to.",
        unit="none",
        queries={"{{state}}": 'max by (state) (miomio_payments_open{app="$app"})'},
    ),
)
MACHINES = (
    Panel(
        title="Processes",
        says="Those that gave a sign of life lately, and those that fell silent without a goodbye.",
        unit="none",
        queries={
            "{{group}}": 'max by (group) (miomio_processes{app="$app"})',
            "{{group}} lost": 'max by (group) (miomio_processes_lost{app="$app"})',
        },
    ),
    Panel(
        title="Memory",
        says="Resident memory of each process. The machines have 512 MB (web, rights) and 1 GB (worker).",
        unit="bytes",
        queries={"{{instance}}": 'process_resident_memory_bytes{app="$app"}'},
    ),
    Panel(
        title="Processors",
        says="Processors that each process uses.",
        unit="none",
        queries={"{{instance}}": 'rate(process_cpu_seconds_total{app="$app"}[5m])'},
    ),
    Panel(
        title="Parts",
        says="1: it answers. And questions of figures that fail.",
        unit="none",
        queries={
            "{{part}}": 'max by (part) (miomio_up{app="$app"})',
            "{{question}} fails": 'max by (question) (miomio_figures_failed{app="$app"})',
        },
    ),
    Panel(
        title="Pages of the website",
        says="One in a hundred takes longer, by address.",
        unit="s",
        queries={"{{route}}": f"histogram_quantile(0.99, {PAGES})"},
    ),
    Panel(
        title="Data keys by master key",
        says="After a rotation the old master key wraps none, and may be thrown away.",
        unit="none",
        queries={"{{master}}": 'max by (master) (miomio_keys{app="$app"})'},
    ),
    Panel(
        title="What runs",
        says="Commit and version of the policy, by machine.",
        unit="none",
        queries={"": 'miomio_build_info{app="$app"}'},
        form=TABLE,
        width=24,
    ),
)
ROWS: Mapping[str, tuple[Panel, ...]] = {
    "At a glance": GLANCE,
    "People": PEOPLE,
    "Queues": QUEUES,
    "Providers": PROVIDERS,
    "Money": MONEY,
    "Rights and deadlines": RIGHTS,
    "Machines": MACHINES,
}
