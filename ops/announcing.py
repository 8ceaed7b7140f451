"""`tell-policy`: how many people were told of the newest material change of the policy, and who could not be."""

from __future__ import annotations

import sys

import click

from ops.house import opened
from support.people import Progress, progress


@click.command("tell-policy")
@click.option("--again", is_flag=True, help="first try again whoever was unreachable for another reason than a block")
def tell_policy(again: bool) -> None:
    """Who was told of the newest material change; the rights worker tells them. Exits 1 while somebody is untold though
    it is in effect."""
    with opened() as house:
        version = house.announcements.version
        if version is None:
            click.echo("there was no material change yet")
            return
        if again:
            click.echo(f"{house.announcements.try_again()} are tried again")
        with house.database.connection():
            found = progress(version)
        late = found.late(house.database.clock.now().date())
    click.echo(_said(found))
    if late:
        sys.exit(f"version {version.id} is in effect, and {found.untold} people are not told")


def _said(found: Progress) -> str:
    lines = [
        f"version {found.version.id}, in effect from {found.version.effective.isoformat()}",
        f"{found.told} told (of these {found.perhaps_twice} perhaps twice)",
        f"{found.waiting} waiting, {found.unplanned} not yet planned",
        f"{found.spared} need not be told any more",
        *(f"{count} unreachable: {reason}" for reason, count in sorted(found.unreachable.items())),
    ]
    return "\n".join(lines)
