"""`retention`: what has run out goes now, or is only shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from errors import Failure
from ops.house import opened
from privacy.retention import Line

TOO_MANY = """{error}
So many objects without a row rather mean that DATABASE_URL and the object store do not belong together. Nothing of them
was touched. If it is right that they go, as after an older database was restored: python -m ops retention --believe"""


@click.command()
@click.option("--dry-run", is_flag=True, help="only show what would go")
@click.option("--believe", is_flag=True, help="objects without a row may go, however many they are")
def retention(dry_run: bool, believe: bool) -> None:
    """What has run out goes now, rule by rule. Exits 1 while something is past its period and does not go."""
    with opened() as house:
        try:
            lines = house.retention.look() if dry_run else house.retention.run()
            if not dry_run:
                found = house.retention.compare(believe=believe)
        except Failure as error:
            sys.exit(TOO_MANY.format(error=error) if error.code == "retention.too_many_strays" else str(error))
    _show(lines, "WOULD GO" if dry_run else "GONE")
    problems = [f"{line.rule}: {line.held_back} past their period may not go" for line in lines if line.held_back]
    if not dry_run:
        click.echo(f"{found.objects} objects, of these {found.strays} without a row")
        problems += [f"{found.missing} rows without their object"] if found.missing else []
    if problems:
        sys.exit("\n".join(problems))


def _show(lines: Sequence[Line], what: str) -> None:
    click.echo(f"{'CATEGORY':<14}{'RULE':<18}{what:>9}{'MAY NOT':>9}  OLDEST LEFT")
    for line in lines:
        oldest = "" if line.oldest_left is None else f"{line.oldest_left:%Y-%m-%d %H:%M}"
        click.echo(f"{line.category or '-':<14}{line.rule:<18}{line.count:>9}{line.held_back:>9}  {oldest}".rstrip())
