"""docs/capacity.md: the model's answers as a page, and what it takes as given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.capacity.model import COSTS_OF, INCOME, USED, Measured, Need, assumed, need
from bench.figures import RESULTS, ROOT, read

DOCUMENT = ROOT / "docs" / "capacity.md"
Line = tuple[str, Callable[[Need], str]]

NEEDS: tuple[Line, ...] = (
    ("orders a second, busiest hour", lambda n: f"{n.orders:.3g}"),
    ("updates a second at the webhook", lambda n: f"{n.updates:.3g}"),
    ("busy cores: web", lambda n: f"{n.web_cores:.2g}"),
    ("busy cores: workers", lambda n: f"{n.worker_cores:.2g}"),
    ("cores of Postgres, with room", lambda n: f"{n.database_cores:.2g}"),
    ("pictures at the provider at once", lambda n: f"{n.pictures_in_flight:,.0f}"),
    ("videos at the provider at once = slots to buy", lambda n: f"{n.video_slots:,.0f}"),
    ("machines: web, worker, rights", lambda n: ", ".join(str(count) for count in n.machines.values())),
    ("their kind", lambda n: n.kind),
    ("memory of all workers, GiB", lambda n: f"{n.worker_mib / 1024:.2g}"),
    ("connections to Postgres, at most", lambda n: f"{n.connections:,}"),
    ("statements a second", lambda n: f"{n.statements:,.0f}"),
    ("commands of Redis a second", lambda n: f"{n.redis_commands:,.0f}"),
    ("Postgres in the end, GB", lambda n: f"{n.database_gb:,.0f}"),
    ("the store after a month, GB", lambda n: f"{n.store_gb_month:,.0f}"),
    ("the store in the end, GB", lambda n: f"{n.store_gb:,.0f}"),
    ("moved in and out, GB a month", lambda n: f"{n.moved_gb:,.0f}"),
    ("calls of Telegram beside one bot's limit", lambda n: f"{n.telegram:.2g} ×"),
)


def _dollars(name: str) -> Callable[[Need], str]:
    return lambda n: f"{n.dollars[name]:,.0f}"


MONEY: tuple[Line, ...] = (
    *((name, _dollars(name)) for name in (*COSTS_OF, INCOME)),
    ("share of the credits that must be bought, so that nothing is lost", lambda n: f"{n.bought:.0%}"),
)


def written(results: Path = RESULTS) -> str:
    """Raises NotAFigure or FileNotFoundError where something was not measured."""
    measured, given = Measured.of(results), assumed()
    needs = [need(orders, measured, given) for orders in given["days_of_orders"]]
    return "\n".join(
        [
            "# Capacity",
            "Computed by `python -m bench.capacity` from measured figures (`bench/results/`), price lists and the",
            "assumptions in `bench/capacity/assumed.toml`. Not edited by hand: a test compares.",
            "",
            *_table("orders a day", needs, NEEDS),
            "",
            "## Money, US dollars a month",
            *_table("orders a day", needs, MONEY),
            "",
            *WALLS,
            "",
            "## Measured",
            *_measured(results),
            "",
            "## Taken as given",
            *(f"- {group}: {_given(values)}" for group, values in given.items() if isinstance(values, dict)),
            "",
        ]
    )


WALLS = (
    "## What stops first",
    "- **Telegram.** A bot may send some 30 calls a second, and an order takes three (a status, the result, the note",
    "  that rings). Above 1 × in the table people wait for their pictures, evenly: they share the pacing. Then: more",
    "  bots, or Telegram's paid broadcasts, or no ringing note.",
    "- **Kling's slots.** They are bought. What is missing waits as a row with an honest place, two hours at most.",
    "- **Connections.** Machines times pool must stay below what Postgres allows (`deploy/fleet.toml`); beyond that,",
    "  smaller pools or larger machines.",
    "- **Money, before any machine.** A picture costs most of what its credit brings in the cheapest pack: where fewer",
    "  credits are bought than the last line of that table says, each day costs more than it brings.",
    "- **The store grows** by what nobody deletes: the one line that grows with time and not with orders.",
)


def _table(head: str, needs: list[Need], lines: Sequence[Line]) -> list[str]:
    return [
        f"| {head} | {' | '.join(f'{n.orders_a_day:,}' for n in needs)} |",
        f"|---|{'---:|' * len(needs)}",
        *(f"| {name} | {' | '.join(tell(n) for n in needs)} |" for name, tell in lines),
    ]


def _measured(results: Path) -> list[str]:
    lines = []
    for program, name in USED:
        made = read(results / f"{program}.json")
        [figure] = [figure for figure in made.figures if figure.name == name]
        lines.append(f"- {figure.says}: {figure.value:.4g} {figure.unit} ({made.program}, {made.date})")
    return lines


def _given(values: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in values.items())
