"""Verbs about the data keys: wrap them anew, back them up by themselves, and put a backup into a restored database."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import click
from tqdm import tqdm

from errors import Failure
from ops.backup_folder import PART, STAMP, BackupFolder, make_durable
from ops.backup_folder import SAID as FOLDER
from ops.house import opened
from ops.staff import SAID, act, acting
from privacy import backups
from privacy.key_backup import lines
from privacy.key_backup import load as put_back
from workers.house import House
from workers.startup import SENTENCES

STDOUT = "-"
HERE = {
    "keys.there": "This database has keys of people: a backup goes only into one that was restored without them.",
    "keys.too_old": "This backup of the keys is {days} days old, and after {most} it may not be used any more: what "
    "was deleted since could be read again. If there is no other: --older, and then replay the erasures.",
    "keys.cut_off": "This backup of the keys ends after {count} keys, before its end. Nothing was loaded.",
    "keys.unreadable": "This is no backup of keys, or it was damaged. Nothing was loaded.",
}


@click.group()
def keys() -> None:
    """The data keys of people."""


@keys.command()
def rotate() -> None:
    """Wrap every data key under the newest master key. May be stopped and run again; media are not touched."""
    with opened() as house, tqdm(unit="keys", disable=not sys.stderr.isatty()) as bar:
        done = house.keys.rewrap(progress=lambda total: bar.update(total - bar.n))
    click.echo(f"{done} keys rewrapped")


@keys.command()
@click.argument("where")
def dump(where: str) -> None:
    """Back up the keys, wrapped as they are. WHERE is a folder, or - for the standard output. In a folder backups that
    are older than the register allows are removed."""
    with opened() as house:
        try:
            house.keys.demand()  # a restore under way is no time for it
            if where == STDOUT:
                sys.stdout.writelines(lines(house.database))
                return
            place = BackupFolder(Path(where))
            with place.locked():
                path = _written(house, place)
                click.echo(f"{path}, {place.forget_old(house.database)} older removed")
        except Failure as error:
            sys.exit({**SAID, **SENTENCES, **FOLDER}.get(error.code, "{code}").format(code=error.code, **error.facts))
        except OSError as error:
            sys.exit(f"Cannot write there: {error.strerror}.")


@keys.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--older", is_flag=True, help="also one that is older than the register allows")
@acting
def load(file: TextIO, older: bool, actor: str, reason: str) -> None:
    """Put a backup of the keys into a database that was restored without them; then replay the erasures."""
    with opened() as house:
        try:
            with house.database.unit() as unit:
                done = put_back(unit, file, older=older)
                house.audit.record(unit, act(actor, reason), "load-keys")
        except (Failure, UnicodeDecodeError) as error:
            code, facts = (error.code, error.facts) if isinstance(error, Failure) else ("keys.unreadable", {})
            sys.exit({**SAID, **SENTENCES, **HERE}.get(code, "{code}").format(code=code, **facts))
    click.echo(f"{done.loaded} keys of {done.at:%Y-%m-%d %H:%M} loaded, {done.left_out} left out")


def _written(house: House, place: BackupFolder) -> Path:
    """Whole or not at all; nobody else may read it. The row says from when it is."""
    now = place.moment(backups.KEYS, house.database)
    target = place.path / f"{backups.KEYS}-{now:{STAMP}}.jsonl"
    part = place.path / (target.name + PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines(house.database))
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    make_durable(place.path)
    with house.database.unit() as unit:
        size, known_as = target.stat().st_size, place.known_as(f"{now:{STAMP}}")
        backups.made(unit, id=known_as, kind=backups.KEYS, place=place.place, size=size, at=now)
    return target
