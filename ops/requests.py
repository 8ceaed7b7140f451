"""Verbs about requests for rights: the list by due date, and what staff do with one."""

from __future__ import annotations

import sys
from datetime import datetime

import click

import crash
from ops.house import opened
from ops.staff import act, acting, person, told
from policy.refusals import GROUNDS
from policy.rights import ASKED_FOR
from privacy.deadlines import standing
from privacy.requests import CLOSINGS, DONE, MAIL, OUTCOMES, WEB, counted, owed, waiting
from wording.language import LANGUAGES
from workers.house import House

LANGUAGE = click.option("--language", type=click.Choice(tuple(LANGUAGES)), help="instead of the person's own")
CONFIRMED = click.option("--confirmed", is_flag=True, help="it was made sure that it is the person who asks")


@click.command()
def requests() -> None:
    """Every request whose answer was not given yet, the most urgent first. Exits 1 when one is late or nearly so.

    An account that "waits" ends by itself before its answer is due.
    """
    with opened() as house, told():
        rows, now = owed(house.database), house.database.clock.now()
        themselves = waiting(house.database, now)
    click.echo(f"{'DUE':<18}{'STANDING':<10}{'KIND':<13}{'FROM':<6}{'STATE':<10}{'RECEIVED':<12}NUMBER")
    for row in rows:
        stands = "waits" if row.id in themselves else standing(row.due_at, now)
        click.echo(
            f"{row.due_at:%Y-%m-%d %H:%M}  {stands:<10}{row.kind:<13}{row.source:<6}{row.state:<10}"
            f"{row.received_at:%Y-%m-%d}  {row.id}"
        )
    found = counted(rows, now, but=themselves)
    if found.late or found.soon:
        sys.exit(f"{found.late} late, {found.soon} due within days")


@click.group()
def request() -> None:
    """One request for a right: opened, answered, refused, closed. Each step is written to the staff's log."""


@request.command("open")
@click.option("--kind", required=True, type=click.Choice([kind.replace("_", "-") for kind in ASKED_FOR]))
@click.option("--from", "source", required=True, type=click.Choice((MAIL, WEB)))
@click.option("--received", type=click.DateTime(), help="when it reached us (UTC), if not now")
@CONFIRMED
@LANGUAGE
@acting
def open_request(
    kind: str,
    source: str,
    received: datetime | None,
    confirmed: bool,
    language: str | None,
    actor: str,
    reason: str,
) -> None:
    """The person's Telegram id or username comes from standard input. Prints a letter that asks for a confirmation."""
    with opened() as house, told():
        said = person()
        with house.database.unit() as unit:
            account = house.requests.find(said)
            row = house.requests.open(
                unit,
                act(actor, reason),
                kind=kind.replace("-", "_"),
                source=source,
                account=account.id if account else None,
                received=received,
                confirmed=confirmed,
            )
        click.echo(f"request {row.id}, due {row.due_at:%Y-%m-%d %H:%M} UTC")
        click.echo("an account is known" if account else "no account is known: that nothing is held is the answer")
        if not confirmed:
            click.echo("\n" + house.letters.letter(row.id, language=language))


@request.command()
@click.argument("number")
@acting
def confirm(number: str, actor: str, reason: str) -> None:
    """Write down that it was made sure who asks; it waits for its answer as before."""
    with opened() as house, told(), house.database.unit() as unit:
        house.requests.confirm(unit, act(actor, reason), number)
    click.echo(f"request {number} is confirmed")


@request.command()
@click.argument("number")
@click.option("--outcome", type=click.Choice(OUTCOMES), default=DONE, show_default=True)
@CONFIRMED
@LANGUAGE
@acting
def answer(number: str, outcome: str, confirmed: bool, language: str | None, actor: str, reason: str) -> None:
    """Write down that it is done, or that nothing is held; and print the letter to send."""
    with opened() as house, told():
        with house.database.unit() as unit:
            house.requests.answer(unit, act(actor, reason), number, outcome=outcome, confirmed=confirmed)
        give(house, number, language)


@request.command()
@click.argument("number")
@click.option("--ground", required=True, type=click.Choice(tuple(GROUNDS)), help="of the Ordinance or the GDPR")
@LANGUAGE
@acting
def refuse(number: str, ground: str, language: str | None, actor: str, reason: str) -> None:
    """Write it into the log of refusals, and then print the letter to send."""
    with opened() as house, told():
        with house.database.unit() as unit:
            house.requests.refuse(unit, act(actor, reason), number, ground=ground)
            crash.at("request.deciding")
        give(house, number, language)


@request.command()
@click.argument("number")
@LANGUAGE
@acting
def letter(number: str, language: str | None, actor: str, reason: str) -> None:
    """Print the letter of a request once more: that it is here, or how it was decided."""
    with opened() as house, told():
        with house.database.unit() as unit:
            house.audit.record(unit, act(actor, reason), "request.letter", subject=house.requests.get(number).id)
        give(house, number, language)


@request.command()
@click.argument("number")
@click.option("--as", "outcome", required=True, type=click.Choice(CLOSINGS))
@acting
def close(number: str, outcome: str, actor: str, reason: str) -> None:
    """Nothing is owed: it was withdrawn, is there twice, or asks for no right."""
    with opened() as house, told(), house.database.unit() as unit:
        house.requests.close(unit, act(actor, reason), number, outcome=outcome)
    click.echo(f"request {number} is closed")


def give(house: House, number: str, language: str | None) -> None:
    """Owed until it was printed: after a kill in between the list still shows it, and `letter` prints it."""
    crash.at("request.decided")
    click.echo(house.letters.letter(number, language=language))
    sys.stdout.flush()
    crash.at("request.printed")
    with house.database.unit() as unit:
        house.requests.answered(unit, number)
