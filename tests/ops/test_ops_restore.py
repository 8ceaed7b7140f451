"""`backup` and `restore`, rehearsed: the database and objects are lost, and nobody who was erased since comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playhouse.migrations import Runner as MigrationRunner

from config import Settings
from database import MIGRATIONS, Database
from models import Account, LedgerLine, new_id
from ops import dumps
from policy.categories import BACKUP
from privacy.places import files
from privacy.search import Canary, Search
from tests.buckets import bucket
from tests.emulators.conftest import Emulator
from tests.ops.rehearsal import TOKEN, Rehearsal
from workers.assembly import assemble
from workers.startup import check_or_exit

pytestmark = pytest.mark.proves("P9.3")
# What does not depend on the database is shown on one of them.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
KILLS = [("postgres", "put_aside"), ("postgres", "filled"), ("sqlite", "filled"), ("sqlite", "migrated")]
KILLS += [("sqlite", "keys_loaded"), ("sqlite", "replayed"), ("sqlite", "object_back")]


@pytest.fixture
def service(
    make_settings: Callable[..., Settings],
    environ: dict[str, str],
    database_url: str,
    tmp_path: Path,
    telegram: Emulator,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Rehearsal]:
    """Postgres with a bucket on a real S3 API, and SQLite with a folder."""
    with ExitStack() as stack:
        local = {"DATABASE_URL": database_url, "STORE_PATH": str(tmp_path / "objects")}
        if database_url.startswith("postgresql"):
            client, name = stack.enter_context(bucket(monkeypatch))
            endpoint = {"AWS_ENDPOINT_URL_S3": client.meta.endpoint_url, "AWS_REGION": "us-east-1"}
            local |= {"S3_BUCKET": name, "STORE_PATH": "", **endpoint}
        local |= {"TELEGRAM_API_URL": telegram.url}
        house = assemble(make_settings(**local), ring=lambda *_: None)
        stack.callback(house.close)
        house.database.migrate()
        yield Rehearsal(house, {**environ, **local}, tmp_path, telegram)


def nobody_is_back(service: Rehearsal) -> None:
    """The house as a process that starts finds it."""
    check_or_exit(service.house)
    assert service.accounts() == {who.id for who in (service.bob, service.cat, service.dan)}
    gone = {*service.ann.objects, service.bob.objects[0], service.cat.objects[1]}
    assert service.names().isdisjoint(gone)
    assert service.opens(service.ann) == []
    assert service.opens(service.bob) == [b"result of Bob"]
    assert service.opens(service.cat) == [b"photo of Cat"]
    assert service.opens(service.dan) == [b"photo of Dan", b"result of Dan"]


def test_after_the_way_back_nobody_who_was_erased_since_is_there_and_the_others_have_everything(
    service: Rehearsal,
) -> None:
    dump = service.backs_up(objects=True)
    service.goes_on()
    service.loses_objects(*service.dan.objects)
    done = service.restores(service.backups, "--objects", str(service.backups))
    assert done.returncode == 0, done.stderr
    nobody_is_back(service)
    assert dump.name in done.stdout
    assert "done:       1 accounts ended for good" in done.stdout
    assert "2 objects are back from the copy" in done.stdout
    assert "missing:       0 accounts" in done.stdout
    assert "missing:       0 photos" in done.stdout
    assert service.verbs() == ["backup", "restore", "replay-erasures"]


def test_a_backup_tells_nothing_in_plain_and_has_no_keys(service: Rehearsal) -> None:
    dump = service.backs_up()
    people = (service.ann, service.bob, service.cat, service.dan)
    words = {"a name": "Zo\u00eb of Kowloon", "a wish": "a lake for", "a photo": "photo of ", "a reason": "the disk of"}
    known = [Canary(what, value) for what, value in words.items()]
    known += [Canary("a key", bytes(row.wrapped)) for row in service.key_rows()]
    search, seen = Search([*known, *(Canary("an id", str(who.telegram_id)) for who in people)]), []
    if not service.house.database.sqlite:  # packed, nothing would be found in it
        service.unpacks(dump)
    for name, data in files(service.backups):
        seen += search.within(data, name)
    assert [str(one) for one in seen] == []
    assert search.within("\u00ab Zo\u00eb of Kowloon \u00bb".encode(), "what would be seen")
    assert service.ann.id.encode() in next(service.keys.glob("keys-*")).read_bytes()
    service.restores(service.backups, MIOMIO_CRASH_AT="restore.migrated")
    with service.house.database.connection():
        assert service.house.database.rows("SELECT COUNT(*) FROM data_key") == [(0,)]
    with pytest.raises(SystemExit, match="not one key of theirs"):
        check_or_exit(service.house)


@on_sqlite
def test_a_database_with_people_is_replaced_with_a_token_for_just_that(service: Rehearsal) -> None:
    dump = service.backs_up()
    asked = service.does("restore", "--from", str(dump), "--keys", str(service.keys))
    assert (asked.returncode, "This database has 4 rows of account" in asked.stderr) == (1, True)
    found = TOKEN.search(asked.stderr)
    assert found is not None
    command = ("restore", "--from", str(dump), "--keys", str(service.keys), "--confirm")
    forged = service.does(*command, f"{0:08x}-{0:032x}")
    assert (forged.returncode, "given for something else" in forged.stderr) == (1, True)
    service.goes_on()
    late = service.does(*command, found[1])
    assert (late.returncode, "what would go has changed" in late.stderr) == (1, True)
    assert service.ann.id not in service.accounts()


@on_postgres
def test_an_empty_database_asks_for_none_and_what_is_nowhere_is_said(service: Rehearsal) -> None:
    dump = service.backs_up()
    service.goes_on()
    service.loses_objects(service.dan.objects[0])
    _empties(service)
    done = service.does("restore", "--from", str(dump), "--keys", str(service.keys))
    assert done.returncode == 0, done.stderr
    assert "missing:       1 photos" in done.stdout
    assert service.accounts() == {who.id for who in (service.bob, service.cat, service.dan)}


@pytest.mark.parametrize(("database_url", "point"), KILLS, indirect=["database_url"])
def test_killed_anywhere_it_serves_nobody_and_is_run_again(service: Rehearsal, point: str) -> None:
    dump = service.backs_up(objects=True)
    service.goes_on()
    service.loses_objects(*service.dan.objects)
    words = ("--objects", str(service.backups))
    killed = service.restores(dump, *words, MIOMIO_CRASH_AT=f"restore.{point}")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if point not in ("replayed", "object_back"):  # from there on whoever was erased is gone again
        with pytest.raises(SystemExit):
            check_or_exit(service.house)
    done = service.restores(dump, *words)
    assert done.returncode == 0, done.stderr
    nobody_is_back(service)


@on_sqlite
def test_a_backup_that_was_killed_leaves_none_and_the_next_one_clears_up(service: Rehearsal) -> None:
    killed = service.does("backup", "--to", str(service.backups), MIOMIO_CRASH_AT="backup.written")
    assert killed.returncode == -signal.SIGKILL
    [part] = service.backups.glob("*.part")
    refused = service.does("restore", "--from", str(service.backups), "--keys", str(service.keys.parent))
    assert (refused.returncode, "no whole backup" in refused.stderr) == (2, True)
    service.backs_up()
    assert not part.exists()
    assert len(list(service.backups.glob("database-*"))) == 1


@on_sqlite
def test_what_is_no_whole_backup_of_ours_touches_nothing(service: Rehearsal) -> None:
    dump = service.backs_up()
    cut, changed, garbage, foreign, old = (service.is_copied_aside(dump) for _ in range(5))
    file = service.dumped(cut)
    os.truncate(file, file.stat().st_size // 2)
    manifest = changed / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"account": 4', '"account": 5'))
    (garbage / "manifest.json").write_text("{")
    service.signs(foreign, database="another")
    service.signs(old, at=service.house.database.clock.now() - BACKUP)
    for spoilt, sentence in (
        (cut, "is missing, cut off or changed"),
        (changed, "was changed, or made by a service with another INDEX_KEY"),
        (garbage, "no manifest that can be read"),
        (foreign, "is of another, and DATABASE_URL names"),
        (old, "This backup is 7 days old"),
    ):
        done = service.restores(spoilt)
        assert (done.returncode, sentence in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
    assert len(service.accounts()) == 4
    check_or_exit(service.house)
    done = service.restores(old, "--older")  # it is the only one
    assert done.returncode == 0, done.stderr


def test_a_dump_that_cannot_be_read_after_all_leaves_what_was_there(service: Rehearsal) -> None:
    dump = service.backs_up()
    file = service.dumped(dump)
    os.truncate(file, file.stat().st_size // 2)
    service.signs(dump)
    done = service.restores(dump)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert len(service.accounts()) == 4
    check_or_exit(service.house)


def test_a_backup_of_an_older_release_is_brought_up_to_date_and_one_of_a_newer_is_not_taken(service: Rehearsal) -> None:
    service.backs_up()
    dump = service.is_copied_aside(next(service.backups.glob("database-*")))
    database, url = service.house.database, service.house.settings.database_url
    last = dumps.known_migrations()[-1]
    with database.connection():
        MigrationRunner(database.raw, directory=str(MIGRATIONS)).down()
    service.dumped(dump).unlink()
    rows, migration = dumps.dump(database, url, dump)
    assert migration < last
    service.signs(dump, rows=rows, migration=migration)
    database.migrate()
    done = service.restores(dump)
    assert done.returncode == 0, done.stderr
    assert database.pending_migrations() == []
    assert len(service.accounts()) == 4
    service.signs(dump, migration="9999_of_tomorrow")
    refused = service.restores(dump)
    assert (refused.returncode, "of a newer release (9999_of_tomorrow)" in refused.stderr) == (1, True)


def test_rows_that_the_manifest_does_not_name_are_no_restore_and_leave_what_was_there(service: Rehearsal) -> None:
    dump = service.backs_up()
    service.signs(dump, rows={"account": 5})
    done = service.restores(dump)
    assert (done.returncode, "has not all the rows that the manifest names: account" in done.stderr) == (1, True)
    assert len(service.accounts()) == 4
    check_or_exit(service.house)


@on_sqlite
def test_books_that_do_not_balance_are_not_served(service: Rehearsal) -> None:
    with service.house.database.unit():
        LedgerLine.insert(id="x", entry="no-entry", place="used", amount=7).execute()
    done = service.restores(service.backs_up())
    assert (done.returncode, "must not be served yet" in done.stderr, "no-entry" in done.stderr) == (1, True, True)


@on_postgres
def test_a_database_that_others_use_is_left_alone(service: Rehearsal) -> None:
    dump = service.backs_up()
    other = Database(service.house.settings.database_url)
    with other.connection():
        other.rows("SELECT 1")
        done = service.restores(dump)
    other.close()
    assert (done.returncode, "1 others are connected" in done.stderr) == (1, True)


@on_postgres
def test_what_a_killed_restore_put_aside_takes_the_place_of_nothing_that_was_used_since(service: Rehearsal) -> None:
    """Somebody went on by hand, and the service ran."""
    dump = service.backs_up()
    killed = service.restores(dump, MIOMIO_CRASH_AT="restore.filled")
    assert killed.returncode == -signal.SIGKILL
    with service.house.database.connection():
        service.house.database.rows("INSERT INTO public.data_key SELECT * FROM before_restore.data_key")
    refused = service.restores(dump)
    assert (refused.returncode, "DROP SCHEMA before_restore CASCADE" in refused.stderr) == (1, True), refused.stderr
    with service.house.database.connection():
        assert service.house.database.rows("SELECT to_regnamespace('before_restore') IS NULL") == [(False,)]
        service.house.database.rows("DROP SCHEMA before_restore CASCADE")
    assert len(service.accounts()) == 4
    done = service.restores(dump)
    assert done.returncode == 0, done.stderr


@on_postgres
def test_who_may_not_replace_the_tables_is_told_so(service: Rehearsal) -> None:
    dump = service.backs_up()
    url = service.house.settings.database_url
    role = "r" + new_id()
    with service.house.database.connection():
        service.house.database.rows(f'CREATE ROLE "{role}" LOGIN')
        for what in ("USAGE ON SCHEMA public", "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public"):
            service.house.database.rows(f'GRANT {what} TO "{role}"')
    done = service.restores(dump, DATABASE_URL=url.replace("postgres@", f"{role}@"))
    assert (done.returncode, "may not replace the tables" in done.stderr) == (1, True), done.stderr
    assert len(service.accounts()) == 4
    with service.house.database.connection():
        service.house.database.rows(f'DROP OWNED BY "{role}"')
        service.house.database.rows(f'DROP ROLE "{role}"')


@on_sqlite
def test_accounts_without_keys_are_counted(service: Rehearsal) -> None:
    """The backup of the keys is older than the dump."""
    service.backs_up()
    service.keys.rename(service.keys.with_name("older-keys"))
    late = service._person("Eve")
    dump = service.backs_up()
    done = service.restores(dump, keys=service.keys.with_name("older-keys"))
    assert (done.returncode, "missing:       1 accounts whose keys" in done.stdout) == (0, True), done.stderr
    with service.house.database.connection():
        assert Account.select().where(Account.id == late.id).exists()


@on_postgres
def test_restored_twice_and_backed_up_again(service: Rehearsal) -> None:
    service.backs_up()
    service.goes_on()
    for _ in range(2):
        assert service.restores(service.backups).returncode == 0
    again = service.does("backup", "--to", str(service.backups.with_name("later")))
    assert again.returncode == 0, again.stderr
    done = service.restores(service.backups.with_name("later"))
    assert done.returncode == 0, done.stderr
    assert service.accounts() == {who.id for who in (service.bob, service.cat, service.dan)}


def _empties(service: Rehearsal) -> None:
    """A new database in the place of the one that is lost."""
    database = service.house.database
    if database.sqlite:
        database.close()
        for end in ("", "-wal", "-shm"):
            Path(service.house.settings.database_url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
        return
    with database.connection():
        database.rows("DROP SCHEMA public CASCADE")
        database.rows("CREATE SCHEMA public")
