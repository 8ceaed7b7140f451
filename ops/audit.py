"""`audit`: what staff did, and whether the log of it is whole."""

from __future__ import annotations

import sys

import click

from ops.house import opened
from ops.staff import told


@click.command()
@click.option("--newest", default=20, show_default=True, help="how many entries to show")
def audit(newest: int) -> None:
    """The staff's log, newest last. That you read it is recorded. Exits 1 while its chain is broken anywhere."""
    with opened() as house, told():
        for entry in house.audit.entries(newest=newest):
            about = f" {entry.subject}" if entry.subject else ""
            click.echo(
                f"{entry.number:>6}  {entry.at:%Y-%m-%d %H:%M}  {entry.actor}: {entry.verb}{about}: {entry.reason}"
            )
        breaks = house.audit.breaks()
    if breaks:
        sys.exit("\n".join(f"entry {one.number}: {one.what}" for one in breaks))
    click.echo("the chain is whole")
