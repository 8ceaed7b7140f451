"""`ban` and `unban`: who broke the Terms makes nothing more, keeps every right, and is told why."""

from __future__ import annotations

import click

from ops.house import account_of, opened
from ops.staff import act, acting, person, told
from policy.reports import BANS


@click.command()
@click.option(
    "--for", "ground", required=True, type=click.Choice(tuple(BANS)), help="class of the reason; they are told"
)
@acting
def ban(ground: str, actor: str, reason: str) -> None:
    """The person comes from standard input. What is being made for them ends and is given back."""
    with opened() as house, told():
        account = account_of(house, person())
        with house.database.unit() as unit:
            ended = house.bans.ban(unit, act(actor, reason), account, reason=ground)
    click.echo(f"banned; {ended} orders ended and were given back")


@click.command()
@acting
def unban(actor: str, reason: str) -> None:
    """The person comes from standard input. What waited for the end of the ban comes now."""
    with opened() as house, told():
        account = account_of(house, person())
        with house.database.unit() as unit:
            house.bans.unban(unit, act(actor, reason), account)
    click.echo("the ban has ended")
