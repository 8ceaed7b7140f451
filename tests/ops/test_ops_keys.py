"""`python -m ops keys dump|load`: a folder of backups of at most seven days, and one of them put back."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings
from consent.accounts import Identity
from models import AuditEntry, KeyRow
from ops.backup_folder import STAMP
from policy.categories import KEY_BACKUP
from policy.versions import CURRENT
from workers.assembly import assemble
from workers.house import House

ROOT = Path(__file__).resolve().parents[2]
STAFF = ("--actor", "may.chan", "--reason", "the disk of Monday")


class Shell:
    def __init__(self, house: House, environ: dict[str, str], folder: Path) -> None:
        self.house, self.environ, self.folder = house, environ, folder / "keys"
        self.file = folder / "test.db"
        with house.database.unit() as unit:
            who = Identity(700100200, "Ann", "Lee", "annlee", "zh-hk")
            self.ann = house.accounts.open(unit, who, version=CURRENT.id).id

    def runs(self, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            input=says,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def keys(self, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
        return self.runs("ops", "keys", *words, says=says)

    def loses_keys(self) -> None:
        """As after the restore of an ordinary dump."""
        with closing(sqlite3.connect(self.file)) as file, file:
            file.execute("DELETE FROM data_key")

    def count(self) -> int:
        with self.house.database.connection():
            return int(KeyRow.select().where(KeyRow.account == self.ann).count())


@pytest.fixture
def shell(make_settings: Callable[..., Settings], environ: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    local = {"DATABASE_URL": f"sqlite:///{tmp_path}/test.db", "STORE_PATH": str(tmp_path / "objects")}
    house = assemble(make_settings(**local), ring=lambda *_: None)
    house.database.migrate()
    yield Shell(house, {**environ, **local}, tmp_path)
    house.close()


def test_a_database_whose_keys_are_not_back_yet_makes_no_backup_that_would_be_taken_as_the_newest(shell: Shell) -> None:
    assert shell.keys("dump", str(shell.folder)).returncode == 0
    shell.loses_keys()
    for where in (str(shell.folder), "-"):
        done = shell.keys("dump", where)
        assert (done.returncode, done.stdout, "not one key of theirs" in done.stderr) == (1, "", True)
    assert len(list(shell.folder.glob("keys-*"))) == 1


def test_a_folder_holds_none_that_is_older_than_the_register_allows(shell: Shell) -> None:
    assert shell.keys("dump", str(shell.folder)).returncode == 0
    [first] = shell.folder.glob("keys-*")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(shell.folder.stat().st_mode) == 0o700
    assert shell.ann in first.read_text()
    now = shell.house.database.clock.now()
    old = shell.folder / f"keys-{now - KEY_BACKUP:{STAMP}}.jsonl"
    young = shell.folder / f"keys-{now - KEY_BACKUP + timedelta(minutes=5):{STAMP}}.jsonl"
    other = shell.folder / "notes.txt"
    for path in (old, young, other):
        path.write_text("")
    done = shell.keys("dump", str(shell.folder))
    assert (done.returncode, "1 older removed" in done.stdout) == (0, True)
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


def test_what_was_written_is_put_back_once_and_by_somebody(shell: Shell) -> None:
    written = shell.keys("dump", "-")
    assert written.returncode == 0
    refused = shell.keys("load", "-", *STAFF, says=written.stdout)
    assert (refused.returncode, "has keys of people" in refused.stderr) == (1, True)
    shell.loses_keys()
    for process in (("workers", "rights"), ("ops", "replay-erasures", *STAFF)):
        lacking = shell.runs(*process)
        assert (lacking.returncode, "not one key of theirs" in lacking.stderr) == (1, True)
    assert shell.keys("load", "-", says=written.stdout).returncode == 2  # nobody's name
    done = shell.keys("load", "-", *STAFF, says=written.stdout)
    assert (done.returncode, done.stdout.startswith("3 keys of ")) == (0, True), done.stderr
    assert shell.count() == 3
    with shell.house.database.connection():
        assert [row.verb for row in AuditEntry.select()] == ["load-keys"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [("", "no backup of keys"), ('{"form":"miomio keys 1","at":"2026-01-01T00:00:00"}\n{"count":0}\n', "days old")],
)
def test_what_may_not_be_used_is_said_in_a_sentence(shell: Shell, said: str, sentence: str) -> None:
    shell.loses_keys()
    done = shell.keys("load", "-", *STAFF, says=said)
    assert (done.returncode, sentence in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    with shell.house.database.connection():
        assert AuditEntry.select().count() == KeyRow.select().count() == 0


def test_a_folder_that_cannot_be_written_is_said(shell: Shell) -> None:
    shell.folder.write_text("in the way")
    done = shell.keys("dump", str(shell.folder))
    assert (done.returncode, done.stderr.startswith("Cannot write there: ")) == (1, True)


def test_bytes_that_are_no_text_are_no_backup(shell: Shell, tmp_path: Path) -> None:
    shell.loses_keys()
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00" * 100)
    done = shell.keys("load", str(tmp_path / "noise"), *STAFF)
    assert (done.returncode, "no backup of keys" in done.stderr) == (1, True)
