"""The verb for a copy that somebody asked for by mail: it goes into their own chat, so that nobody else can get it."""

from __future__ import annotations

import sys

import click

from models import Account
from ops.house import opened
from ops.staff import act, acting, person, told
from privacy.manifest import PURPOSE

NOBODY = "No account is known by this name. That nothing is held is an answer, too: python -m ops request open …"


@click.command()
@acting
def export(actor: str, reason: str) -> None:
    """Send somebody a copy of their data. Their Telegram id or username comes from standard input."""
    with opened() as house, told():
        said = person()
        with house.database.unit() as unit:
            account = house.requests.find(said)
            if account is None:
                sys.exit(NOBODY)
            telegram_id = int(house.fields.open(Account.telegram_id, account, purpose=PURPOSE) or 0)
            copy = house.exports.ask(unit, account=account.id, telegram_id=telegram_id)
            house.audit.record(unit, act(actor, reason), "export", subject=account.id)
    click.echo(f"copy {copy} is being made; it goes into the person's own chat")
