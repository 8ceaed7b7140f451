"""Verbs about reports: the list by due date, one case, and the freeze that it may lead to."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ops.house import account_of, opened
from ops.staff import act, acting, harmless, person, told
from policy.reports import KINDS
from privacy.reports import Said, counted, standing, under_way
from privacy.requests import MAIL
from wording.reports import grouped
from workers.house import House

CASE = click.option("--case", "number", required=True, help="the number of the report")
ABOUT = click.option("--person", "asks", is_flag=True, help="read whom it is about from standard input")


@click.command()
def reports() -> None:
    """Every case that has not ended, the most urgent first. Exits 1 when one is late, or will be within hours."""
    with opened() as house, told():
        rows, now = under_way(house.database), house.database.clock.now()
    click.echo(f"{'DUE':<18}{'STANDING':<10}{'KIND':<10}{'FROM':<6}{'STATE':<8}{'ACCOUNT':<34}NUMBER")
    for row in rows:
        click.echo(
            f"{row.due_at:%Y-%m-%d %H:%M}  {standing(row.due_at, now):<10}{row.kind:<10}{row.source:<6}{row.state:<8}"
            f"{row.accused or 'not known':<34}{grouped(row.id)}"
        )
    found = counted(rows, now)
    if found.late or found.soon:
        sys.exit(f"{found.late} late, {found.soon} due within hours")


@click.group()
def report() -> None:
    """One report: opened, shown, ended. Each step is written to the staff's log."""


@report.command("open")
@click.option("--kind", required=True, type=click.Choice(tuple(KINDS)))
@click.option("--received", type=click.DateTime(), help="when it reached us (UTC), if not now")
@acting
def open_report(kind: str, received: datetime | None, actor: str, reason: str) -> None:
    """One that came by mail. Its words come from standard input, to its end; they are sealed under the case's key."""
    if sys.stdin.isatty():
        click.echo("What was written, then Ctrl-D:", err=True)
    words = sys.stdin.read()
    with opened() as house, told():
        with house.database.unit() as unit:
            said = Said(kind=kind, source=MAIL, words=words)
            row = house.reports.open_for(unit, act(actor, reason), said, received=received)
        click.echo(f"report {grouped(row.id)}, due {row.due_at:%Y-%m-%d %H:%M} UTC")


@report.command()
@click.argument("number")
@acting
def show(number: str, actor: str, reason: str) -> None:
    """The words of a case. That you read them is recorded."""
    with opened() as house, told():
        with house.database.unit() as unit:
            found = house.reports.show(unit, act(actor, reason), number)
        row = found.row
        about = {"account": row.accused, "photo": row.photo, "order": row.order}
        click.echo(f"{KINDS[row.kind]}; {row.state}, received {row.received_at:%Y-%m-%d %H:%M} UTC by {row.source}")
        click.echo(", ".join(f"{name} {value}" for name, value in about.items() if value) or "no account is named")
        for name, text in (("words", found.words), ("seen at", found.place), ("contact", found.contact)):
            if text:
                click.echo(f"\n{name}:\n{harmless(text)}")


@report.command()
@click.argument("number")
@acting
def unfounded(number: str, actor: str, reason: str) -> None:
    """The case ends: nothing is wrong, nobody is frozen, nothing is erased."""
    with opened() as house, told(), house.database.unit() as unit:
        house.reports.unfounded(unit, act(actor, reason), number)
    click.echo(f"report {number} has ended")


@report.command()
@click.argument("number")
@ABOUT
@acting
def erase(number: str, asks: bool, actor: str, reason: str) -> None:
    """The case ends with the account: everything of it is erased at once, and nobody can undo that."""
    with opened() as house, told():
        account = _whom(house, asks)
        with house.database.unit() as unit:
            row = house.freezing.erase(unit, act(actor, reason), number, account=account)
    click.echo(f"the account {row.accused} is being erased; report {number} has ended")


@click.command()
@CASE
@ABOUT
@acting
def freeze(number: str, asks: bool, actor: str, reason: str) -> None:
    """Nobody can open the pictures of the account a report is about, within half a minute; what is being made ends."""
    with opened() as house, told():
        account = _whom(house, asks)
        with house.database.unit() as unit:
            row = house.freezing.freeze(unit, act(actor, reason), number, account=account)
    click.echo(f"the account {row.accused} is frozen: end it by release, or by report erase {number}")


@click.command()
@CASE
@acting
def release(number: str, actor: str, reason: str) -> None:
    """The case ends, and with the last one about the account the freeze."""
    with opened() as house, told(), house.database.unit() as unit:
        row = house.freezing.release(unit, act(actor, reason), number)
    click.echo(f"report {number} has ended; the account is {row.accused}")


def _whom(house: House, asks: bool) -> str | None:
    """None: the case says whom it is about."""
    return account_of(house, person()) if asks else None
