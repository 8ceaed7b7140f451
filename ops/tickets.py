"""Verbs about support: the list without a word of anybody, one ticket opened, an answer, and that it is resolved."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timedelta

import click

from database import Unit
from errors import Rejected
from models import Ticket
from ops.house import opened
from ops.staff import act, acting, harmless, told
from support.office import Letter
from workers.house import House

SHOWN = "ticket.show"  # in the staff's log
NUMBER = click.argument("number", type=click.IntRange(min=0))


@click.group(invoke_without_command=True)
@click.pass_context
def tickets(context: click.Context) -> None:
    """Every ticket under way, what waits for you first. Nothing that was written is shown."""
    if context.invoked_subcommand is not None:
        return
    with opened() as house, told():
        lines, now = house.office.listed(), house.database.clock.now()
    click.echo(f"{'NUMBER':<9}{'STATE':<10}{'OPENED':<10}{'LAST WORD':<11}")
    for line in lines:
        lost = "unreachable: answer by mail" if line.unreachable else ""
        row = f"{line.number:<9}{line.state:<10}{_age(line.opened_at, now):<10}{_age(line.last_at, now):<11}{lost}"
        click.echo(row.rstrip())


@tickets.command()
@NUMBER
@acting
def show(number: int, actor: str, reason: str) -> None:
    """What was written in a ticket. That you read it is recorded before it is opened."""
    with opened() as house, told():
        ticket = _opening(house, number, actor, reason, SHOWN)
        for letter in house.office.letters(ticket):
            click.echo(_said(letter))


@tickets.command()
@NUMBER
@click.argument("place", type=click.IntRange(min=1))
@acting
def attachment(number: int, place: int, actor: str, reason: str) -> None:
    """One file of a ticket to standard output, and nowhere else: `… attachment 123456 1 --actor … | viewer`. Text and
    PDF are as they were sent: open them with care."""
    if sys.stdout.isatty():
        sys.exit("A file goes to a pipe or into a file of yours; this is a terminal.")
    with opened() as house, told():
        ticket = _opening(house, number, actor, reason, "ticket.file")
        with house.office.file(ticket, place) as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


@click.command()
@NUMBER
@acting
def answer(number: int, actor: str, reason: str) -> None:
    """Read the answer from standard input and send it into the person's chat."""
    with opened() as house, told():
        if sys.stdin.isatty():
            click.echo("The answer, in plain text; Ctrl-D ends it:", err=True)
        words = _read()
        with house.database.unit() as unit:
            ticket = house.office.answer(unit, number, words)
            _demand_read(house, unit, ticket)
            house.audit.record(unit, act(actor, reason), "ticket.answer", subject=ticket.id)
    click.echo(f"ticket {number}: on its way. `tickets` says so if it cannot reach the chat.")


@click.command()
@NUMBER
@acting
def resolve(number: int, actor: str, reason: str) -> None:
    """The ticket is resolved: its person is told, and its period begins. It opens again if they write in time."""
    with opened() as house, told(), house.database.unit() as unit:
        ticket = house.office.resolve(unit, number)
        _demand_read(house, unit, ticket)
        house.audit.record(unit, act(actor, reason), "ticket.resolve", subject=ticket.id)
    click.echo(f"ticket {number} is resolved")


def _opening(house: House, number: int, actor: str, reason: str, verb: str) -> Ticket:
    """Written down, and committed, before anything is opened."""
    with house.database.unit() as unit:
        ticket = house.office.get(number)
        house.audit.record(unit, act(actor, reason), verb, subject=ticket.id)
    return ticket


def _demand_read(house: House, unit: Unit, ticket: Ticket) -> None:
    """Nothing is put aside unread. Asked when the ticket has been moved in this unit: what comes from here on waits for
    its end, and opens the ticket again. Raises Rejected("ticket.unread")."""
    shown = house.audit.last(unit, SHOWN, subject=ticket.id)
    if shown is None or house.office.last_word(ticket) > shown:
        raise Rejected("ticket.unread")


def _read() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise Rejected("ticket.not_text") from None


def _said(letter: Letter) -> str:
    head = f"{letter.at:%Y-%m-%d %H:%M} UTC  {letter.author}"
    if letter.state not in ("kept", "sent"):
        head += f" ({letter.state}: {letter.reason})" if letter.reason else f" ({letter.state})"
    if letter.file is not None:
        head += f"  [file {letter.file}: {letter.mime}, {letter.size:,} bytes]"
    return f"{head}\n{harmless(letter.text)}\n"


def _age(since: datetime, now: datetime) -> str:
    passed = now - since
    if passed >= timedelta(days=1):
        return f"{passed.days} d"
    hours, minutes = divmod(int(passed.total_seconds()) // 60, 60)
    return f"{hours} h" if hours else f"{minutes} min"
