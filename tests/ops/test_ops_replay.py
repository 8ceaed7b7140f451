"""A restored database at a shell: no process starts on it, `replay-erasures` brings it up to date, and then they do."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import Settings
from consent.accounts import Identity
from custody.destroy import record_name, write_down
from models import AuditEntry, ErasureMark, Media, Photo, new_id
from ops.processes import Processes, answers, free_port, valkey_command
from policy.versions import CURRENT
from workers.assembly import assemble
from workers.house import House

pytestmark = pytest.mark.proves("P9.3")
ROOT = Path(__file__).resolve().parents[2]
STAFF = ("--actor", "may.chan", "--reason", "the disk of Monday")
REFUSAL = "lacks 1 erasures that are recorded beside the objects"


class Shell:
    """A house with Ann and a photo of hers, deleted after a copy of the database was made."""

    def __init__(self, house: House, environ: dict[str, str], file: Path) -> None:
        self.house, self.environ, self.file = house, environ, file
        with house.database.unit() as unit:
            who = Identity(700100200, "Ann", "Lee", "annlee", "zh-hk")
            self.ann = house.accounts.open(unit, who, version=CURRENT.id).id
        media = house.media.keep(account=self.ann, kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
        self.photo = new_id()
        with house.database.unit() as unit:
            house.media.stored(unit, media)
            Photo.insert(
                id=self.photo, account=self.ann, state="ready", message_id=1, media=media.id, created_at=unit.now
            ).execute()
        self.object = media.object_name

    def deletes_and_restores(self) -> None:
        self.house.database.close()
        shutil.copyfile(self.file, f"{self.file}.old")
        with self.house.database.unit() as unit:
            assert self.house.photos.delete(unit, account=self.ann, photo=self.photo)
        write_down(self.house.media.store, self.house.database.clock.now(), [self.object])
        self.house.media.store.delete([self.object])
        self.house.database.close()
        shutil.copyfile(f"{self.file}.old", self.file)

    def runs(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def replays(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.runs("ops", "replay-erasures", *words, *STAFF)

    def left(self) -> tuple[int, int]:
        """Files, and entries of the staff's log."""
        with self.house.database.connection():
            return Media.select().count(), AuditEntry.select().count()


@pytest.fixture
def shell(make_settings: Callable[..., Settings], environ: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    file = tmp_path / "test.db"
    local = {"DATABASE_URL": f"sqlite:///{file}", "STORE_PATH": str(tmp_path / "objects")}
    local |= {"WEB_PORT": str(free_port())}
    house = assemble(make_settings(**local), ring=lambda *_: None)
    house.database.migrate()
    yield Shell(house, {**environ, **local}, file)
    house.close()


@pytest.mark.parametrize("process", [("web",), ("workers", "generation"), ("workers", "rights"), ("bot",)])
def test_no_process_starts_on_a_database_that_lacks_an_erasure(shell: Shell, process: tuple[str, ...]) -> None:
    shell.deletes_and_restores()
    done = shell.runs(*process)
    assert done.returncode != 0
    assert REFUSAL in done.stderr
    assert "python -m ops replay-erasures" in done.stderr


def test_it_is_shown_first_then_done_and_then_there_is_nothing_to_do(shell: Shell) -> None:
    shell.deletes_and_restores()
    shown = shell.replays("--dry-run")
    assert (shown.returncode, shown.stdout.split()) == (
        0,
        ["to", "do:", "1", "deletions", "of", "one", "photo,", "result", "or", "copy"],
    )
    assert shell.left() == (1, 0)
    done = shell.replays()
    assert done.returncode == 0, done.stderr
    assert "done:       1 objects removed" in done.stdout
    assert shell.left() == (0, 1)
    again = shell.replays()
    assert (again.returncode, again.stdout) == (
        0,
        "nothing to do: this database has every erasure that is recorded\n",
    )
    assert shell.left() == (0, 1)


def test_then_the_service_starts(shell: Shell, tmp_path: Path) -> None:
    shell.deletes_and_restores()
    assert shell.replays().returncode == 0
    port, processes = free_port(), Processes(tmp_path / "logs")
    valkey = {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    try:
        processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
        processes.wait_until("valkey", lambda: answers(port))
        processes.start("rights", [sys.executable, "-m", "workers", "rights"], {**shell.environ, **valkey})
        processes.start("web", [sys.executable, "-m", "web"], {**shell.environ, **valkey})
        processes.wait_until("rights", lambda: "worker.ready" in processes.last_words("rights"))
        processes.wait_until("web", lambda: answers(int(shell.environ["WEB_PORT"])))
    finally:
        processes.stop()


def test_a_worker_leaves_a_database_that_was_exchanged_under_it_and_does_not_come_back(
    shell: Shell, tmp_path: Path
) -> None:
    port, processes = free_port(), Processes(tmp_path / "logs")
    valkey = {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    try:
        processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
        processes.wait_until("valkey", lambda: answers(port))
        worker = processes.start("worker", [sys.executable, "-m", "workers", "generation"], shell.environ | valkey)
        processes.wait_until("worker", lambda: "worker.ready" in processes.last_words("worker"))
        with shell.house.database.connection():
            media = Media.get()
        write_down(shell.house.media.store, shell.house.database.clock.now(), [media.object_name])
        shell.house.erasure_marks.watch()
        assert worker.wait(90) == 0
        assert "erasures.undone" in processes.last_words("worker")
    finally:
        processes.stop()
    done = shell.runs("workers", "generation")
    assert (done.returncode, REFUSAL in done.stderr) == (1, True)


def test_two_processes_start_at_once_on_a_database_without_a_mark(shell: Shell) -> None:
    other = shell.object[:-1] + ("1" if shell.object.endswith("0") else "0")  # a name ends in any of sixteen digits
    write_down(shell.house.media.store, shell.house.database.clock.now(), [other])
    waiting = [
        subprocess.Popen(
            [sys.executable, "-c", "from workers.__main__ import prepare; prepare('rights')"],
            cwd=ROOT,
            env={**os.environ, **shell.environ},
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    assert [process.wait(60) for process in waiting] == [0, 0], [process.communicate()[1] for process in waiting]
    with shell.house.database.connection():
        assert ErasureMark.select().count() == 1


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"objects": ["photo/../x"], "at": "2026-11-28"}'])
def test_a_record_that_cannot_be_read_is_named_and_nothing_starts(shell: Shell, said: bytes) -> None:
    name = record_name(shell.house.database.clock.now())
    shell.house.media.store.put(name, io.BytesIO(said), len(said))
    for done in (shell.runs("workers", "rights"), shell.replays()):
        assert done.returncode != 0
        assert f"The erasure record '{name}' in the object store cannot be read" in done.stderr
        assert "Traceback" not in done.stderr
    shell.house.media.store.delete([name])  # what staff do, knowing what it means
    assert shell.replays().returncode == 0


def test_nothing_is_done_by_nobody_or_on_an_old_schema(shell: Shell, tmp_path: Path) -> None:
    shell.deletes_and_restores()
    done = shell.runs("ops", "replay-erasures", "--actor", "May Chan", "--reason", "x")
    assert (done.returncode, "--actor is your name at work" in done.stderr) == (1, True)
    assert shell.left() == (1, 0)
    shell.environ["DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    done = shell.replays()
    assert (done.returncode, "run `python -m ops migrate` first" in done.stderr) == (1, True)
