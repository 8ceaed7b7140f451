"""Verbs about breaches: the list by due date, and what staff write down about one. Words come from standard input."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ops.house import opened
from ops.staff import act, acting, harmless, told
from policy.incidents import DECISIONS, KINDS, PARTS
from privacy.incidents import counted, standing, under_way
from wording.reports import grouped

WHEN = "%Y-%m-%d %H:%M"


@click.command()
def incidents() -> None:
    """Every incident that is not closed, the most urgent first. Exits 1 while the Commissioner is to be told of one
    within hours, or should have been."""
    with opened() as house, told():
        rows, now = under_way(house.database), house.database.clock.now()
    click.echo(f"{'DUE':<18}{'STANDING':<10}{'KIND':<16}{'HARM':<9}{'STATE':<11}NUMBER")
    for row in rows:
        click.echo(
            f"{row.due_at:{WHEN}}  {standing(row, now):<10}{row.kind:<16}{row.harm:<9}{row.state:<11}{grouped(row.id)}"
        )
    found = counted(rows, now)
    if found.late or found.soon:
        sys.exit(f"{found.late} late, {found.soon} due within hours")


@click.group()
def incident() -> None:
    """One breach: declared, contained, assessed, told to the Commissioner, closed. Each step is in the staff's log."""


@incident.command()
@click.option("--kind", required=True, type=click.Choice(tuple(KINDS)))
@click.option("--noticed", type=click.DateTime(), help="when somebody of us noticed it (UTC), if not now")
@click.option("--happened", type=click.DateTime(), help="when it happened (UTC), if that is known")
@acting
def declare(kind: str, noticed: datetime | None, happened: datetime | None, actor: str, reason: str) -> None:
    """What happened comes from standard input. From the noticing on the time to tell the Commissioner runs."""
    words = _written()
    with opened() as house, told():
        with house.database.unit() as unit:
            by = act(actor, reason)
            row = house.incidents.declare(unit, by, kind=kind, words=words, noticed=noticed, happened=happened)
        click.echo(f"incident {grouped(row.id)}, due {row.due_at:{WHEN}} UTC")


@incident.command()
@click.argument("number")
@click.option("--about", "part", required=True, type=click.Choice(tuple(PARTS)))
@click.option("--harm", type=click.Choice(DECISIONS), help="with an assessment: whether real harm is likely")
@acting
def note(number: str, part: str, harm: str | None, actor: str, reason: str) -> None:
    """One more entry, from standard input. Nobody can change it afterwards."""
    words = _written()
    with opened() as house, told():
        with house.database.unit() as unit:
            row = house.incidents.note(unit, act(actor, reason), number, part=part, words=words, harm=harm)
        click.echo(f"written down; real harm is likely: {row.harm}")


@incident.command()
@click.argument("number")
@acting
def contained(number: str, actor: str, reason: str) -> None:
    """It does no further harm. What was done comes from standard input."""
    words = _written()
    with opened() as house, told(), house.database.unit() as unit:
        house.incidents.contained(unit, act(actor, reason), number, words)
    click.echo(f"incident {number} is contained")


@incident.command()
@click.argument("number")
@click.option("--at", type=click.DateTime(), help="when (UTC), if not now")
@acting
def notified(number: str, at: datetime | None, actor: str, reason: str) -> None:
    """The Commissioner was told."""
    with opened() as house, told():
        with house.database.unit() as unit:
            row = house.incidents.notified(unit, act(actor, reason), number, at=at)
        click.echo(f"told {row.notified_at:{WHEN}} UTC")


@incident.command()
@click.argument("number")
@acting
def close(number: str, actor: str, reason: str) -> None:
    """Nothing is left to do. It is kept for the years of the policy, counted from now."""
    with opened() as house, told(), house.database.unit() as unit:
        house.incidents.close(unit, act(actor, reason), number)
    click.echo(f"incident {number} is closed")


@incident.command()
@click.argument("number")
@acting
def show(number: str, actor: str, reason: str) -> None:
    """All that was written down. That you read it is recorded."""
    with opened() as house, told():
        with house.database.unit() as unit:
            row, entries = house.incidents.show(unit, act(actor, reason), number)
        click.echo(f"{row.kind}: {KINDS[row.kind]}; {row.state}; real harm is likely: {row.harm}")
        for name in ("happened", "noticed", "declared", "due", "contained", "notified", "closed"):
            if (at := getattr(row, f"{name}_at")) is not None:
                click.echo(f"{name:<10}{at:{WHEN}} UTC")
        for entry in entries:
            click.echo(f"\n{entry.at:{WHEN}} UTC, {PARTS[entry.part]}:\n{harmless(entry.words)}")


def _written() -> str:
    if sys.stdin.isatty():
        click.echo("What is to be written down, then Ctrl-D:", err=True)
    return sys.stdin.read()
