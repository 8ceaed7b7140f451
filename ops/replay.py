"""`replay-erasures`: what was erased since a dump was made is done again in the database that was restored from it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click
from tqdm import tqdm

from errors import Failure
from ops.house import opened
from ops.staff import SAID, act, acting
from workers.house import House
from workers.startup import SENTENCES

HERE = {
    "store.unavailable": "The object store does not answer, or keeps objects. As far as this came nothing of what was "
    "erased can be read: run it again.",
    "erasures.undone": "{count} erasures are still not done: run it again, and look into the log if that stays so.",
}
WORDS = {
    "single": "deletions of one photo, result or copy",
    "photos": "deletions of all photos",
    "generated": "deletions of all generated content",
    "account": "deletions of an account",
    "ended": "accounts ended for good",
    "waiting": "accounts in their time of grace",
    "taken_back": "accounts whose deletion was taken back",
    "unmarked": "ended accounts whose key is gone already: their people may get free credits once more",
    "orders": "orders under way given back",
    "uploads": "photos on their way dropped",
    "files": "files of single deletions",
    "removed": "objects removed",
}


@click.command("replay-erasures")
@click.option("--dry-run", is_flag=True, help="only show what would be done")
@acting
def replay_erasures(dry_run: bool, actor: str, reason: str) -> None:
    """After a restore: do again what was erased since. May be stopped, run again, and run where nothing is to do."""
    with opened() as house:
        if pending := house.database.pending_migrations():
            sys.exit(f"The database lacks {len(pending)} migrations: run `python -m ops migrate` first.")
        try:
            done = house.replay.look() if dry_run else _replay(house, actor, reason)
        except Failure as error:
            sentence = {**SAID, **SENTENCES, **HERE}.get(error.code, "{code}")
            sys.exit(sentence.format(code=error.code, **error.facts))
    show(done, "to do" if dry_run else "done")


def _replay(house: House, actor: str, reason: str) -> Mapping[str, int]:
    with tqdm(unit="deletions", disable=not sys.stderr.isatty()) as bar:
        return house.replay.run(
            lambda unit: house.audit.record(unit, act(actor, reason), "replay-erasures"),
            progress=lambda total: bar.update(total - bar.n),
        )


def show(found: Mapping[str, int], what: str) -> None:
    """`what`: done, or to do."""
    if not found:
        click.echo("nothing to do: this database has every erasure that is recorded")
    for name, words in WORDS.items():
        if found.get(name):
            click.echo(f"{what}: {found[name]:>7} {words}")
