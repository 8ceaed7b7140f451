"""`backup`, `backup objects` and `backup prune` at a shell: whole or not at all, seven days at most, written down."""

from __future__ import annotations

import fcntl
import json
import os
import re
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from config import Settings
from errors import Permanent, Temporary
from models import Backup
from ops import dumps
from ops.backup_folder import LOCK, STAMP, BackupFolder
from policy.categories import BACKUP
from policy.versions import CURRENT
from privacy import backups
from tests.emulators.conftest import Emulator
from tests.ops.rehearsal import STAFF, Rehearsal
from tests.ops.shell import ROOT, ops
from workers.assembly import assemble


@pytest.fixture
def service(
    make_settings: Callable[..., Settings],
    environ: dict[str, str],
    tmp_path: Path,
    telegram: Emulator,
) -> Iterator[Rehearsal]:
    with a_service(make_settings, environ, tmp_path, telegram, f"sqlite:///{tmp_path}/test.db") as made:
        yield made


@pytest.fixture
def on_postgres(
    make_settings: Callable[..., Settings],
    environ: dict[str, str],
    tmp_path: Path,
    telegram: Emulator,
    new_postgres: str,
) -> Iterator[Rehearsal]:
    with a_service(make_settings, environ, tmp_path, telegram, new_postgres) as made:
        yield made


@contextmanager
def a_service(
    make_settings: Callable[..., Settings], environ: dict[str, str], folder: Path, telegram: Emulator, url: str
) -> Iterator[Rehearsal]:
    local = {"DATABASE_URL": url, "STORE_PATH": str(folder / "objects"), "TELEGRAM_API_URL": telegram.url}
    house = assemble(make_settings(**local), ring=lambda *_: None)
    house.database.migrate()
    yield Rehearsal(house, {**environ, **local}, folder, telegram)
    house.close()


def kept(service: Rehearsal) -> dict[str, int]:
    """Rows of backups that are there still, by kind."""
    with service.house.database.connection():
        rows = list(Backup.select().where(Backup.gone_at.is_null()))
    return {kind: sum(row.kind == kind for row in rows) for kind in (backups.DATABASE, backups.KEYS, backups.OBJECTS)}


def ages(service: Rehearsal, path: Path, days: timedelta) -> Path:
    """As if it had been made so long ago, by its name and its row."""
    at = service.house.database.clock.now() - days
    kind, suffix = path.name.partition("-")[0], path.suffix
    before = path.name.partition("-")[2].removesuffix(suffix)
    place = (path.parent / ".place").read_text()
    with service.house.database.unit():
        changed = Backup.update(id=f"{place}-{at:{STAMP}}", made_at=at).where(Backup.id == f"{place}-{before}")
        assert changed.execute() == 1
    return path.rename(path.with_name(f"{kind}-{at:{STAMP}}{suffix}"))


def test_a_dump_says_what_it_is_and_nobody_else_may_read_it(service: Rehearsal) -> None:
    dump = service.backs_up(objects=True)
    said = json.loads((dump / "manifest.json").read_text())
    assert (said["policy"], said["migration"], said["without"]) == (
        CURRENT.id, sorted(path.stem for path in (ROOT / "migrations").glob("0*.py"))[-1], ["data_key"],
    )  # fmt: skip
    assert said["rows"]["account"] == 4
    assert "data_key" not in said["rows"]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (service.backups, dump)} == {0}
    assert kept(service) == {"database": 1, "keys": 1, "objects": 1}
    found = backups.standing(service.house.database)
    assert found.late(service.house.database.clock.now()) == []
    with service.house.database.connection():
        assert Backup.get(Backup.kind == "database").size == service.dumped(dump).stat().st_size
    assert service.verbs() == ["backup", "backup-objects"]


@pytest.mark.proves("P6.7")
def test_what_is_past_its_days_goes_at_the_next_backup_and_the_rows_say_so(service: Rehearsal) -> None:
    first = service.backs_up()
    old = ages(service, first, BACKUP)
    young = service.backs_up()
    young = ages(service, young, BACKUP - timedelta(minutes=5))
    done = service.does("backup", "--to", str(service.backups))
    assert (done.returncode, "0 older removed" in done.stdout) == (0, True), done.stderr
    assert (old.exists(), young.exists()) == (False, True)
    assert kept(service)["database"] == 2


@pytest.mark.proves("P6.7")
def test_prune_removes_dumps_and_keys_and_nothing_else(service: Rehearsal) -> None:
    dump = ages(service, service.backs_up(objects=True), BACKUP)
    [keys] = service.keys.glob("keys-*")
    keys = ages(service, keys, BACKUP)
    note = service.backups / "database-of-somebody.txt"
    note.write_text("a note")
    assert backups.standing(service.house.database).too_old == 0  # two hours are spared
    later = ages(service, dump, BACKUP + timedelta(hours=3))
    assert backups.standing(service.house.database).too_old == 1
    for folder in (service.backups, service.keys):
        done = service.does("backup", "prune", "--in", str(folder))
        assert (done.returncode, done.stdout.startswith("1 removed")) == (0, True), done.stderr
    assert (later.exists(), keys.exists(), note.exists()) == (False, False, True)
    assert kept(service) == {"database": 0, "keys": 0, "objects": 1}
    assert backups.standing(service.house.database).too_old == 0
    again = service.does("backup", "prune", "--in", str(service.backups))
    assert again.stdout.startswith("0 removed")
    assert service.verbs().count("backup-prune") == 2


def test_one_that_was_taken_away_by_hand_is_known_to_be_gone(service: Rehearsal) -> None:
    dump = service.backs_up()
    dump.rename(dump.parent.parent / "elsewhere")
    assert service.does("backup", "prune", "--in", str(service.backups)).returncode == 0
    assert kept(service) == {"database": 0, "keys": 1, "objects": 0}


def test_a_folder_that_was_destroyed_with_its_disk_is_told_of(service: Rehearsal) -> None:
    service.backs_up(objects=True)
    number = (service.backups / ".place").read_text()
    service.backups.rename(service.backups.with_name("destroyed"))
    named = ops("backup", "lost", environ=service.environ)
    assert (named.returncode, sorted(line.split()[1] for line in named.stdout.splitlines())) == (
        0, ["database", "keys", "objects"],
    )  # fmt: skip
    refused = ops("backup", "lost", number, environ=service.environ)
    assert (refused.returncode, "--actor and --reason" in refused.stderr) == (2, True)
    unknown = service.does("backup", "lost", "another")
    assert (unknown.returncode, "Nothing is known to be in a folder" in unknown.stderr) == (1, True)
    done = service.does("backup", "lost", number)
    assert (done.returncode, done.stdout) == (0, "2 are known to be gone\n")
    assert kept(service) == {"database": 0, "keys": 1, "objects": 0}
    assert service.verbs().count("backup-lost") == 1


def test_two_within_a_second_have_names_of_their_own(service: Rehearsal) -> None:
    folder, database = BackupFolder(service.backups), service.house.database
    with folder.locked():
        first = folder.moment(backups.DATABASE, database)
        (folder.path / f"database-{first:{STAMP}}").mkdir()
        assert f"{folder.moment(backups.DATABASE, database):{STAMP}}" > f"{first:{STAMP}}"
    for _ in range(2):
        service.backs_up()
    assert (kept(service)["database"], kept(service)["keys"]) == (2, 2)


def test_two_at_once_do_not_meet_in_a_folder(service: Rehearsal) -> None:
    service.backups.mkdir(mode=0o700)
    with (service.backups / LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = service.does("backup", "--to", str(service.backups))
    assert (done.returncode, "Somebody else is writing" in done.stderr) == (1, True)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(on_postgres: Rehearsal) -> None:
    """With SQLite the same limit would stop the database itself."""
    service = on_postgres

    for verb, room in ((("backup",), 4_000), (("backup", "objects"), 16)):
        done = subprocess.run(
            [sys.executable, "-m", "ops", *verb, "--to", str(service.backups), *STAFF],
            cwd=ROOT,
            # The limit would cut off what Python compiles, too, and leave it so for everybody.
            env={**os.environ, **service.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (room, room)),
        )
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        assert "no room" in done.stderr
    assert [path.name for path in service.backups.iterdir() if path.name not in (".lock", ".place", "objects")] == []
    assert kept(service) == {"database": 0, "keys": 0, "objects": 0}


def test_a_disk_that_is_full_is_told_from_other_troubles(on_postgres: Rehearsal, tmp_path: Path) -> None:
    database, url = on_postgres.house.database, on_postgres.house.settings.database_url
    (tmp_path / "database.dump").symlink_to("/dev/full")
    with pytest.raises(Temporary, match=r"backup\.full"):
        dumps.dump(database, url, tmp_path)
    with pytest.raises(Permanent, match=r"backup\.program"):
        dumps.dump(database, url, tmp_path / "nowhere")
    with pytest.raises(Temporary, match=r"database\.unavailable"):
        dumps.dump(database, re.sub(r":\d+/", ":1/", url), tmp_path)
    with pytest.raises(Permanent, match=r"backup\.program"):
        dumps.restore(database, url, tmp_path, rows={})
    assert len(on_postgres.accounts()) == 4  # what was put aside is back


def test_nobody_without_a_name_takes_everybodys_rows(service: Rehearsal) -> None:
    command = ("backup", "--to", str(service.backups), "--reason", "the disk of Monday")
    assert ops(*command, environ=service.environ).returncode == 2
    done = ops(*command, "--actor", "May Chan", environ=service.environ)
    assert (done.returncode, "--actor is your name at work" in done.stderr) == (1, True)
    assert not list(service.backups.glob("database-*"))


def test_a_folder_that_cannot_be_written_is_said(service: Rehearsal) -> None:
    service.backups.write_text("in the way")
    done = service.does("backup", "--to", str(service.backups / "here"))
    assert (done.returncode, "Cannot write there" in done.stderr) == (1, True), done.stderr


def test_the_copy_of_the_objects_follows_the_store(service: Rehearsal) -> None:
    service.backs_up(objects=True)
    assert service.copied() == service.names() == {
        name for who in (service.ann, service.bob, service.cat, service.dan) for name in who.objects
    }  # fmt: skip
    service.goes_on()
    done = service.does("backup", "objects", "--to", str(service.backups))
    assert (done.returncode, "4 removed" in done.stdout) == (0, True), done.stdout + done.stderr
    assert service.copied() == service.names()
    assert list((service.backups / "objects" / "erasures").rglob("*.object"))
    assert kept(service)["objects"] == 1


def test_what_the_store_lost_stays_in_the_copy_and_is_said(service: Rehearsal) -> None:
    service.backs_up(objects=True)
    service.loses_objects(service.dan.objects[0])
    done = service.does("backup", "objects", "--to", str(service.backups))
    assert (done.returncode, "1 objects are in the copy and not in the store" in done.stderr) == (1, True)
    assert service.dan.objects[0] in service.copied()
    service.loses_objects(*service.names())
    lost = service.does("backup", "objects", "--to", str(service.backups))
    assert (lost.returncode, "the store was lost" in lost.stderr) == (1, True)
    assert len(service.copied()) == 8


def test_an_object_that_was_cut_off_is_copied_anew(service: Rehearsal) -> None:
    service.backs_up(objects=True)
    path = service.backups / "objects" / f"{service.dan.objects[0]}.object"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    done = service.does("backup", "objects", "--to", str(service.backups))
    assert (done.returncode, done.stdout.startswith("1 new, 7 there already")) == (0, True)
    assert path.read_bytes() == whole
