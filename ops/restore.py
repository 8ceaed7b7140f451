"""`restore`: a dump takes the place of the database, keys are loaded, and what was erased since is erased again.

Stopped anywhere it is run again from the start: until it is through, no process of the service starts on what it left.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import crash
from billing.reconcile import unbalanced
from errors import Failure, Rejected
from models import Account, KeyRow
from ops.backup import OBJECTS, told
from ops.backup import SENTENCE as OF_BACKUP
from ops.backup_folder import BackupFolder
from ops.backup_manifest import FILE, Manifest, demand_whole, read
from ops.dumps import kind_of, known_migrations, rows_here
from ops.dumps import restore as fill
from ops.house import opened
from ops.keys import HERE as OF_KEYS
from ops.object_copies import ObjectCopies
from ops.replay import HERE as OF_REPLAY
from ops.replay import show
from ops.staff import act, acting
from policy.categories import BACKUP
from privacy import audit, backups
from privacy.audit import Act
from privacy.gate import undeclared
from privacy.key_backup import Loaded
from privacy.key_backup import load as put_back
from privacy.tokens import Tokens
from vault.folder import FolderStore
from vault.index import BlindIndex
from workers.house import House
from workers.startup import surfaces

GOODBYE = 5.0  # seconds for which the server may still count a line that was just closed
TELLING = ("account", "payment", "ledger_entry", "erasure", "ended_account")  # tables of a database that somebody needs
SAID = {
    "backup.unreadable": "This backup has no manifest that can be read.",
    "backup.not_ours": "The manifest of this backup was changed, or made by a service with another INDEX_KEY.",
    "backup.damaged": "'{file}' of this backup is missing, cut off or changed. Nothing was touched: take another one.",
    "restore.too_old": "This backup is {days} days old, and after {most} it may not be used any more: what was deleted "
    "since could be read again. If there is no other: --older.",
    "restore.newer": "This backup is of a newer release ({migration}). Restore it with that one.",
    "restore.other_database": "This backup is of {theirs}, and DATABASE_URL names {ours}.",
    "restore.connected": "{count} others are connected to this database. Stop web, worker, rights and bot first.",
    "restore.not_owner": "The user of DATABASE_URL may not replace the tables: take the owner of the database.",
    "restore.in_use_since": "A killed restore left the tables of then in the schema {schema}, and this database was "
    "used since. They hold what was erased: look, DROP SCHEMA {schema} CASCADE, run this again. Nothing was touched.",
    "restore.incomplete": "This backup has not all the rows that the manifest names: {table}. Take another one.",
}
SENTENCE = {**OF_BACKUP, **OF_KEYS, **OF_REPLAY, **SAID}
NOT_SERVED = "The database is restored, and must not be served yet:"


@dataclass(frozen=True)
class Sources:
    """`objects`: the folder of backups that has the copy; none: the store is as it was."""

    dump: Path
    keys: Path
    objects: Path | None


@click.command()
@click.option(
    "--from", "source", required=True, type=click.Path(path_type=Path, exists=True), help="a dump, or a folder"
)
@click.option("--keys", required=True, type=click.Path(path_type=Path, exists=True), help="their backup, or its folder")
@click.option("--objects", type=click.Path(path_type=Path, exists=True, file_okay=False), help="the folder of the copy")
@click.option("--older", is_flag=True, help="also what is older than the register allows")
@click.option("--confirm", "token", help="the token: what is in the database now is replaced")
@acting
def restore(
    source: Path, keys: Path, objects: Path | None, older: bool, token: str | None, actor: str, reason: str
) -> None:
    """Put a backup in the place of the database, and bring it up to what was erased since.

    In a folder the newest is taken. A database that has anybody in it is replaced only with the token that is shown
    first. Nobody may be connected to it.
    """
    by, sources = act(actor, reason), Sources(_newest(source, backups.DATABASE), _newest(keys, backups.KEYS), objects)
    with opened() as house, told(SENTENCE):
        audit.demand(by)
        manifest = _looked_at(house, sources.dump, older=older)
        _demand_alone(house)
        if (question := _asked(house, manifest, token)) is not None:
            sys.exit(question)
        fill(house.database, house.settings.database_url, sources.dump, rows=manifest.rows)
        click.echo(f"{sources.dump.name} of {manifest.at:%Y-%m-%d %H:%M} UTC is in its place")
        house.database.migrate()
        crash.at("restore.migrated")
        _bring_up_to_date(house, by, sources, older=older)
        problems = list(_problems(house))
    if problems:
        sys.exit("\n".join([NOT_SERVED, *(f"  - {problem}" for problem in problems)]))
    click.echo("Gate, books and erasures are in order: the service may start. Then: ops reconcile, ops retention")


def _newest(path: Path, kind: str) -> Path:
    """A backup itself, or the newest of a folder."""
    if path.is_file() or (path / FILE).is_file():
        return path
    found = list(BackupFolder(path).made(kind).values())
    if not found:
        raise click.UsageError(f"there is no whole backup of this kind in {path}")
    return found[-1]


def _looked_at(house: House, dump: Path, *, older: bool) -> Manifest:
    """The manifest of a dump that may be used here, its files whole."""
    manifest = read(dump, BlindIndex.parse(house.settings.index_key))
    now, ours = house.database.clock.now(), kind_of(house.database)
    if manifest.database != ours:
        raise Rejected("restore.other_database", theirs=manifest.database, ours=ours)
    if manifest.migration not in known_migrations():
        raise Rejected("restore.newer", migration=manifest.migration)
    if manifest.at <= now - BACKUP and not older:
        raise Rejected("restore.too_old", days=(now - manifest.at).days, most=BACKUP.days)
    demand_whole(dump, manifest)
    return manifest


def _demand_alone(house: House) -> None:
    """Of SQLite nobody can tell; there a restore is one transaction."""
    if house.database.sqlite:
        return
    house.database.close()
    until = time.monotonic() + GOODBYE
    with house.database.connection():
        while (others := _others(house)) and time.monotonic() < until:
            time.sleep(0.1)
    if others:
        raise Rejected("restore.connected", count=others)


def _others(house: House) -> int:
    """Who is connected besides us."""
    [(count,)] = house.database.rows(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    return int(count)


def _asked(house: House, manifest: Manifest, token: str | None) -> str | None:
    """What is to be answered first; None where there is nobody, or the answer fits."""
    here = rows_here(house.database)
    people = {table: here[table] for table in TELLING if here.get(table)}
    if not people:
        return None
    tokens, now = Tokens(BlindIndex.parse(house.settings.index_key), use="restore"), house.database.clock.now()
    about = (manifest.at.isoformat(), *(f"{table}={count}" for table, count in here.items()))
    if token is not None:
        tokens.demand(now, token, *about)
        return None
    counts = ", ".join(f"{count} rows of {table}" for table, count in people.items())
    return (
        f"This database has {counts}. All of it is replaced by the backup of {manifest.at:%Y-%m-%d %H:%M} UTC.\n"
        f"Nothing is done yet. Within the hour: --confirm {tokens.give(now, *about)}"
    )


def _bring_up_to_date(house: House, by: Act, sources: Sources, *, older: bool) -> None:
    """Keys; the records of erasures, and what they ask for; only then objects."""
    copies = None
    if sources.objects is not None:
        copies = ObjectCopies(house.database, house.media.store, FolderStore(sources.objects / OBJECTS))
        click.echo(f"{copies.give_back_records()} records of erasures were back from the copy")
    with house.database.unit() as unit, sources.keys.open(encoding="utf-8") as lines:
        loaded = put_back(unit, lines, older=older)
        house.audit.record(unit, by, "restore")
    crash.at("restore.keys_loaded")
    _say_keys(house, loaded)
    show(house.replay.run(lambda unit: house.audit.record(unit, by, "replay-erasures")), "done")
    crash.at("restore.replayed")
    if copies is not None:
        found = copies.give_back()
        click.echo(f"{found.objects} objects are back from the copy")
    missing = sum(len(rows) for rows in house.retention.objects.lacking())
    click.echo(f"missing: {missing:>7} photos, results and files whose object is nowhere")


def _say_keys(house: House, loaded: Loaded) -> None:
    click.echo(f"{loaded.loaded} keys of {loaded.at:%Y-%m-%d %H:%M} UTC loaded, {loaded.left_out} left out")
    with house.database.connection():
        theirs = KeyRow.select(KeyRow.account).where(KeyRow.kind == KeyRow.ACCOUNT)
        keyless = Account.select().where(Account.id.not_in(theirs)).count()
    click.echo(f"missing: {keyless:>7} accounts whose keys are younger than their backup: nobody can read them")


def _problems(house: House) -> Iterator[str]:
    yield from undeclared(surfaces(house.settings))
    with house.database.connection():
        yield from map(str, unbalanced())
    try:
        house.keys.check()
        house.keys.demand()
        if undone := house.erasure_marks.undone():
            yield f"{len(undone)} erasures are not done: python -m ops replay-erasures"
    except Failure as error:
        yield SENTENCE.get(error.code, "{code}").format(code=error.code, **error.facts)
