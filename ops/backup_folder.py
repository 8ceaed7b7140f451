"""A folder that backups lie in: it has a random number, one writer at a time, and nothing in it outlives its days."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import crash
from database import Database
from errors import Permanent, Temporary
from models import new_id
from privacy import backups
from privacy.backups import DATABASE, KEYS, MOST_AGE

STAMP = "%Y%m%dT%H%M%S"
NAMED = {DATABASE: re.compile(r"database-(\d{8}T\d{6})"), KEYS: re.compile(r"keys-(\d{8}T\d{6})\.jsonl")}
PART = ".part"
NUMBER, LOCK = ".place", ".lock"
SAID = {
    "backup.full": "There is no room on the disk. Nothing that is half written was left there.",
    "backup.busy": "Somebody else is writing into this folder.",
    "backup.no_way": "Cannot write there: {why}.",
}
NO_ROOM = (28, 122, 27)  # ENOSPC, EDQUOT, EFBIG


class BackupFolder:
    """`locked` makes it where it is not, with nobody else's eyes on it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time; what a killed one left behind goes. Raises Temporary("backup.busy")."""
        with translated():
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Temporary("backup.busy") from None
            with translated():
                self._clear_abandoned()
            yield
        finally:
            os.close(descriptor)

    @property
    def place(self) -> str:
        """The number that rows know this folder by. Called under the lock."""
        file = self.path / NUMBER
        with translated():
            if not file.exists():
                part = file.with_suffix(PART)
                part.write_text(new_id())
                part.replace(file)
            return file.read_text().strip()

    def known_as(self, stamp: str) -> str:
        """The row's id of what was made at that time."""
        return f"{self.place}-{stamp}"

    def moment(self, kind: str, database: Database) -> datetime:
        """Now, in a second of which none of this kind is here: they are named by it. Called under the lock."""
        while f"{(now := database.clock.now()):{STAMP}}" in self.made(kind):
            time.sleep(0.05)
        return now

    @contextmanager
    def adding(self, name: str) -> Iterator[Path]:
        """A folder to be filled, which stands there under its name only when it is whole and durable."""
        part = self.path / (name + PART)
        with translated():
            part.mkdir(mode=0o700)
        try:
            yield part
            crash.at("backup.written")
            with translated():
                for file in part.iterdir():
                    make_durable(file)
                make_durable(part)
                part.replace(self.path / name)
                make_durable(self.path)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def made(self, kind: str) -> dict[str, Path]:
        """What is whole, by its time, oldest first."""
        with translated():
            found = {path.name: path for path in self.path.iterdir()} if self.path.is_dir() else {}
        named = ((NAMED[kind].fullmatch(name), path) for name, path in sorted(found.items()))
        return {match[1]: path for match, path in named if match}

    def forget_old(self, database: Database) -> int:
        """Whatever is past its days goes, and the rows say what is gone; how many went."""
        now, gone = database.clock.now(), 0
        for kind, age in MOST_AGE.items():
            for stamp, path in self.made(kind).items():
                if time_of(stamp) <= now - age:
                    with translated():
                        _remove(path)
                    gone += 1
                    crash.at("backup.removed")
            left = [self.known_as(stamp) for stamp in self.made(kind)]
            with database.unit() as unit:
                backups.gone(unit, kind=kind, place=self.place, left=left)
        return gone

    def _clear_abandoned(self) -> None:
        for path in self.path.glob("*" + PART):
            _remove(path)


def time_of(stamp: str) -> datetime:
    return datetime.strptime(stamp, STAMP)


def make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translated() -> Iterator[None]:
    """What the system says of a path, without the path. Raises Temporary("backup.full"), Permanent("backup.no_way")."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Temporary("backup.full") from None
        raise Permanent("backup.no_way", why=error.strerror or type(error).__name__) from None


def _remove(path: Path) -> None:
    remove: Callable[[Path], object] = shutil.rmtree if path.is_dir() else Path.unlink
    remove(path)
