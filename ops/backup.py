"""`backup`: the database into a folder, the objects into a copy, and away with what is past its days."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from errors import Failure, Rejected
from ops.backup_folder import SAID as FOLDER
from ops.backup_folder import STAMP, BackupFolder
from ops.backup_manifest import Manifest, file_of, write
from ops.dumps import FILES, WITHOUT, dump, kind_of
from ops.house import opened
from ops.object_copies import ObjectCopies
from ops.staff import SAID, act, acting
from policy.categories import BACKUP
from policy.versions import CURRENT
from privacy import backups
from privacy.audit import Act
from vault.folder import FolderStore
from vault.index import BlindIndex
from workers.house import House
from workers.startup import SENTENCES

OBJECTS = "objects"  # the folder of the copy
HERE = {
    **FOLDER,
    "store.full": "There is no room, in the folder of the copy or in the object store. Run it again when there is.",
    "backup.no_program": "No {program} here: install Postgres's client programs (Debian: postgresql-client).",
    "backup.program_too_old": "This {program} is older than the database's server: install the newer one.",
    "backup.program": "{program} did not do it. It may have said why; that may name people's rows, so run it by hand.",
    "backup.store_empty": "The object store is empty and the copy is not: the store was lost, or it is another one. "
    "Nothing was touched.",
    "backup.place_unknown": "Nothing is known to be in a folder of this number. Without one, all are named.",
    "backup.too_much_gone": "Of {copied} objects in the copy {gone} are in neither the store nor the database: these "
    "may be others than it was made of. Nothing was touched. If it is right that they go: --believe.",
    "backup.not_removed": "Some copies of what was deleted could not be removed: run it again.",
}
SENTENCE = {**SAID, **SENTENCES, **HERE}

where = click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="where to")


@click.group(invoke_without_command=True)
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="where to")
@click.option("--actor", help="your name at work, for the staff's log")
@click.option("--reason", help="why; sealed, in the staff's log")
@click.pass_context
def backup(context: click.Context, folder: Path | None, actor: str | None, reason: str | None) -> None:
    """The database without the keys of people, as it is at one moment, into a folder. What is past its days goes.

    The keys are another verb's (keys dump), and lie elsewhere.
    """
    if context.invoked_subcommand is not None:
        return
    if folder is None or actor is None or reason is None:
        raise click.UsageError("--to, --actor and --reason")
    with opened() as house, told():
        place, by = BackupFolder(folder), act(actor, reason)
        with place.locked():
            gone = place.forget_old(house.database)  # first: it may be what makes room
            path, manifest = _dumped(house, place, by)
    rows = sum(manifest.rows.values())
    click.echo(f"{path}: {rows} rows of {len(manifest.rows)} tables, {manifest.size} bytes; {gone} older removed")


@backup.command()
@where
@click.option("--believe", is_flag=True, help="also when most of the copy goes")
@acting
def objects(folder: Path, believe: bool, actor: str, reason: str) -> None:
    """Bring the copy of the sealed objects in line with the store: what is new comes, what was deleted goes."""
    with opened() as house, told(), tqdm(unit="objects", disable=not sys.stderr.isatty()) as bar:
        place, by = BackupFolder(folder), act(actor, reason)
        with place.locked():
            began = house.database.clock.now()
            copies = ObjectCopies(house.database, house.media.store, FolderStore(folder / OBJECTS))
            found = copies.take(believe=believe, progress=lambda total: bar.update(total - bar.n))
            with house.database.unit() as unit:
                known_as = place.known_as(f"{began:{STAMP}}-{OBJECTS}")
                backups.made(unit, id=known_as, kind=backups.OBJECTS, place=place.place, size=found.size, at=began)
                house.audit.record(unit, by, "backup-objects")
    click.echo(f"{found.new} new, {found.kept} there already, {found.removed} removed")
    if found.lost:
        sys.exit(f"{found.lost} objects are in the copy and not in the store, though the database has them")


@backup.command()
@click.option("--in", "folder", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@acting
def prune(folder: Path, actor: str, reason: str) -> None:
    """Remove dumps and backups of keys that are past their days. Made to be run every hour: it is a promise."""
    with opened() as house, told():
        place, by = BackupFolder(folder), act(actor, reason)
        with place.locked():
            gone = place.forget_old(house.database)
            if gone:
                with house.database.unit() as unit:
                    house.audit.record(unit, by, "backup-prune")
    click.echo(f"{gone} removed; none here is older than {BACKUP.days} days")


@backup.command()
@click.argument("number", required=False)
@click.option("--actor", help="your name at work, for the staff's log")
@click.option("--reason", help="why; sealed, in the staff's log")
def lost(number: str | None, actor: str | None, reason: str | None) -> None:
    """A folder is destroyed with all that was in it. Without NUMBER: the folders that are known, by their numbers.

    For one that prune cannot reach any more: as long as its rows say that something is kept, somebody is called.
    """
    with opened() as house, told():
        if number is None:
            for known in backups.folders(house.database):
                click.echo(
                    f"{known.place}  {known.kind:<8} {known.count:>3}, the newest of {known.newest:%Y-%m-%d %H:%M}"
                )
            return
        if actor is None or reason is None:
            raise click.UsageError("--actor and --reason")
        with house.database.unit() as unit:
            gone = backups.lost(unit, place=number)
            house.audit.record(unit, act(actor, reason), "backup-lost")
            if not gone:
                raise Rejected("backup.place_unknown")
    click.echo(f"{gone} are known to be gone")


@contextmanager
def told(sentences: Mapping[str, str] = SENTENCE) -> Iterator[None]:
    """A failure ends the verb with a sentence."""
    try:
        yield
    except Failure as error:
        sys.exit(sentences.get(error.code, "{code}").format(code=error.code, **error.facts))


def _dumped(house: House, place: BackupFolder, by: Act) -> tuple[Path, Manifest]:
    """The row says from when it is, and stands in the next dump."""
    at = place.moment(backups.DATABASE, house.database)
    name, settings = f"{backups.DATABASE}-{at:{STAMP}}", house.settings
    with house.database.unit() as unit:  # who takes everybody's rows away is written down before
        house.audit.record(unit, by, "backup")
    with place.adding(name) as part:
        rows, migration = dump(house.database, settings.database_url, part)
        kind = kind_of(house.database)
        manifest = Manifest(
            at=at,
            database=kind,
            policy=CURRENT.id,
            release=settings.release,
            migration=migration,
            rows=rows,
            without=WITHOUT,
            files={FILES[kind]: file_of(part / FILES[kind])},
        )
        write(part, manifest, BlindIndex.parse(settings.index_key))
    with house.database.unit() as unit:
        known_as = place.known_as(f"{at:{STAMP}}")
        backups.made(unit, id=known_as, kind=backups.DATABASE, place=place.place, size=manifest.size, at=at)
    return place.path / name, manifest
