from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from errors import Temporary
from vault.folder import FolderStore

ROOT = Path(__file__).resolve().parents[2]


def put(store: FolderStore, name: str, data: bytes) -> None:
    store.put(name, io.BytesIO(data), len(data))


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_folders_and_files_are_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        put(FolderStore(tmp_path / "var" / "objects"), "photo/ab/abcd", b"x")
    finally:
        os.umask(before)

    for path in (tmp_path / "var").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700), path
    assert len(files_in(tmp_path)) == 1


def test_objects_lie_in_shards(tmp_path: Path) -> None:
    put(FolderStore(tmp_path), "photo/ab/abcd", b"x")

    assert [path.parent.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == ["photo/ab"]


def test_a_full_disk_is_temporary_keeps_what_was_there_and_leaves_nothing_behind(small_disk: Path) -> None:
    store = FolderStore(small_disk / "objects")
    put(store, "photo/ab/old", b"old")

    for _ in range(2):
        with pytest.raises(Temporary, match=r"^store\.full$"):
            put(store, "photo/ab/big", bytes(1_000_000))

    assert list(store.names()) == ["photo/ab/old"]
    assert len(files_in(small_disk)) == 1
    put(store, "photo/ab/small", b"fits again")
    assert store.exists("photo/ab/small")


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from vault.folder import FolderStore

class Killing:
    given = 0
    def read(self, size=-1):
        if self.given > 500_000:
            os.kill(os.getpid(), signal.SIGKILL)
        self.given += size
        return bytes(size)

FolderStore(Path(sys.argv[1])).put("photo/ab/abcd", Killing(), 5_000_000)
"""


def test_what_a_killed_process_was_writing_is_no_object_and_goes_at_the_next_start(tmp_path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(tmp_path)], cwd=ROOT)
    assert child.returncode == -signal.SIGKILL
    assert [path.parent.name for path in files_in(tmp_path)] == [".incoming"]

    store = FolderStore(tmp_path)

    assert list(store.names()) == []
    assert files_in(tmp_path) == []


def test_a_start_leaves_alone_what_others_are_writing(tmp_path: Path) -> None:
    class Starting(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            FolderStore(tmp_path)
            return super().read(size)

    store = FolderStore(tmp_path)
    store.put("photo/ab/abcd", Starting(b"x" * 100), 100)

    assert store.exists("photo/ab/abcd")


def test_what_cannot_be_deleted_is_named_and_the_rest_is_deleted(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    put(store, "photo/ab/one", b"1")
    put(store, "photo/ab/two", b"2")
    (tmp_path / "photo/ab/stuck.object/inside").mkdir(parents=True)  # what cannot be unlinked, by root either

    assert store.delete(["photo/ab/one", "photo/ab/stuck", "photo/ab/two"]) == ["photo/ab/stuck"]
    assert not store.exists("photo/ab/one")
    assert not store.exists("photo/ab/two")


def test_strange_files_in_the_folder_are_no_objects(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    put(store, "photo/ab/abcd", b"x")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "photo" / "README.txt").write_text("who put this here?")

    assert list(store.names()) == ["photo/ab/abcd"]


def test_the_check_fails_when_the_folder_is_gone(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    (tmp_path / "objects" / ".incoming").rmdir()

    with pytest.raises(Temporary, match=r"^store\.unavailable"):
        store.check()


def test_a_place_that_is_no_folder_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(Temporary, match=r"^store\.unavailable"):
        FolderStore(tmp_path / "taken")


AS_NOBODY = """
import os, sys
from pathlib import Path
from errors import Permanent
from vault.folder import FolderStore

if os.getuid() == 0:
    os.setuid(65534)  # root may write everywhere
try:
    FolderStore(Path(sys.argv[1]))
except Permanent as failure:
    print(failure)
"""


def test_a_folder_that_may_not_be_written_is_denied_without_its_path(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    child = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(closed / "objects")], cwd=ROOT, capture_output=True, text=True
    )

    assert child.stdout == "store.denied\n", child.stderr


def test_a_failure_of_the_disk_shows_no_path(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / "photo").write_text("a file where a folder belongs")

    with pytest.raises(Temporary) as caught:
        put(store, "photo/ab/abcd", b"x")
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
