"""`receipt`: is this one ours, what stands under a number, and the keys by which anybody can tell."""

from __future__ import annotations

import base64
import json
import sys
from typing import BinaryIO

import click

from ops.house import opened
from ops.staff import act, acting, person, told
from privacy.receipt_form import GENUINE, LARGEST, Checked, check
from vault.signing import PUBLIC, SigningKeys
from wording.receipt_in_words import VERDICTS
from wording.receipt_in_words import told as in_words
from workers.startup import settings_or_exit


@click.group()
def receipt() -> None:
    """Receipts of deletions."""


@receipt.command()
@click.argument("file", type=click.File("rb"))
def verify(file: BinaryIO) -> None:
    """Check a receipt; `-` reads standard input. Exits 0 where it is genuine, else 1. Asks no database."""
    checked = check(_keys(), file.read(LARGEST + 1))
    name, meaning = VERDICTS[checked.verdict]
    click.echo(f"{name}. {meaning}")
    _show(checked)
    sys.exit(checked.verdict != GENUINE)


@receipt.command()
@click.argument("number")
def show(number: str) -> None:
    """The newest receipt under a number, as it was signed."""
    with opened() as house, told():
        found = house.receipts.find(number)
    if found is None:
        sys.exit("There is no receipt with this number.")
    click.echo(json.dumps(json.loads(found.text), indent=1, sort_keys=True))
    if found.due_at is not None:
        click.echo(f"The next stage is due on {found.due_at:%Y-%m-%d %H:%M} UTC.", err=True)


@receipt.command()
@acting
def number(actor: str, reason: str) -> None:
    """The numbers of somebody whose chat is closed to us. Their Telegram id or username comes from standard input."""
    with opened() as house, told():
        said = person()
        with house.database.unit() as unit:
            account = house.requests.find(said)
            numbers = house.receipts.numbers_of(account.id) if account is not None else []
            if account is not None:
                house.audit.record(unit, act(actor, reason), "receipt.number", subject=account.id)
    if not numbers:
        sys.exit("There is no receipt of which we still know that it is theirs.")
    click.echo("\n".join(numbers))


@receipt.command()
def keys() -> None:
    """The public keys, the one that signs first; each also as RECEIPT_KEY lists it once it has retired."""
    for key in _keys().public():
        click.echo(f"{key.id}  {'signs' if key.signs else 'checks what it signed'}")
        click.echo(key.pem.rstrip())
        click.echo(f"retired: {key.id}:{PUBLIC}{base64.b64encode(key.raw).decode()}\n")


def _keys() -> SigningKeys:
    return SigningKeys.parse(settings_or_exit("ops").receipt_key)


def _show(checked: Checked) -> None:
    if not checked.body:
        return
    said = in_words(str, checked.body)
    click.echo(said.head)
    for name, value in (*said.facts, *said.destroyed):
        click.echo(f"  {name}: {value}")
    for title, rows in (("What stays", said.stays), ("Who may still have a copy", said.copies)):
        click.echo(title)
        for who, how_long, until in rows:
            click.echo(f"  {who}: {how_long}; {until}")
