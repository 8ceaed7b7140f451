"""Objects in a folder, for one machine: written beside, made durable, then renamed into place."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from errors import Failure, Permanent, Temporary
from vault.pieces import ByteSource
from vault.store import NAME, Listed, Measured, check_name, check_prefix

SUFFIX = ".object"  # names have no dot, so that `a` and `a/b` can both be kept
INCOMING = ".incoming"
BLOCK = 256 * 1024
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)


class FolderStore:
    """Folders 0700, files 0600. The name is the path, whose second part is the shard that `new_object_name` draws.

    What is being written stands in one folder of the same disk, so that what a killed process left behind is found
    there without a walk: nobody holds its lock any more.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / INCOMING
        with _translated():
            _make_folder(self._incoming)
            _clear_abandoned(self._incoming)

    def put(self, name: str, source: ByteSource, length: int) -> None:
        target = self._path(name)
        data = Measured(source, length)
        with _translated():
            part = _Part(self._incoming)
        try:
            while block := data.read(BLOCK):
                with _translated():
                    part.write(block)
            with _translated():
                _make_folder(target.parent)
                part.move_to(target)
        finally:
            part.close()

    def get(self, name: str) -> BinaryIO:
        with _translated(), suppress(FileNotFoundError):
            return self._path(name).open("rb")
        raise Permanent("store.missing", object=name)

    def exists(self, name: str) -> bool:
        with _translated():
            return self._path(name).is_file()

    def delete(self, names: Iterable[str]) -> list[str]:
        kept, folders = [], set()
        for name, path in [(name, self._path(name)) for name in names]:
            try:
                path.unlink(missing_ok=True)
                folders.add(path.parent)
            except OSError:
                kept.append(name)
        for folder in folders:
            with _translated(), suppress(FileNotFoundError):
                _sync_folder(folder)  # a deletion must outlive a power cut too
        return kept

    def names(self, prefix: str = "", *, after: str = "") -> Iterator[str]:
        check_prefix(prefix)
        folder, slash, _ = prefix.rpartition("/")
        yield from _walk(self._root / folder, f"{folder}{slash}", prefix, check_prefix(after))

    def listed(self, prefix: str = "", *, after: str = "") -> Iterator[Listed]:
        for name in self.names(prefix, after=after):
            if (found := self._stat(name)) is not None:
                put_at = datetime.fromtimestamp(found.st_mtime, UTC).replace(tzinfo=None)
                yield Listed(name, found.st_size, put_at)

    def check(self) -> None:
        with _translated():
            part = _Part(self._incoming)
            try:
                part.write(b"\0")
            finally:
                part.close()

    def _stat(self, name: str) -> os.stat_result | None:
        with _translated(), suppress(FileNotFoundError):
            return self._path(name).stat()
        return None

    def _path(self, name: str) -> Path:
        return self._root / (check_name(name) + SUFFIX)


class _Part:
    """A file being written, private and locked; gone when closed unless it was moved."""

    def __init__(self, folder: Path) -> None:
        self._file, path = tempfile.mkstemp(dir=folder)
        self._path = Path(path)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, block: bytes) -> None:
        view = memoryview(block)
        while view:
            view = view[os.write(self._file, view) :]

    def move_to(self, target: Path) -> None:
        os.fsync(self._file)
        self._path.replace(target)
        _sync_folder(target.parent)

    def close(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        os.close(self._file)


def _walk(folder: Path, within: str, prefix: str, after: str) -> Iterator[str]:
    for entry in _entries(folder):
        name = within + entry
        # All names of a folder start with its own: they lie on one side of `after`, unless that starts so, too.
        if not name.startswith(prefix) or (name <= after and not (entry.endswith("/") and after.startswith(name))):
            continue
        if entry.endswith("/"):
            yield from _walk(folder / entry, name, prefix, after)
        else:
            yield name


def _entries(folder: Path) -> list[str]:
    """Folders with a slash and objects without their suffix, in the order that the whole names have."""
    with _translated(), suppress(FileNotFoundError), os.scandir(folder) as found:
        return sorted(
            entry.name + "/" if entry.is_dir() else entry.name.removesuffix(SUFFIX)
            for entry in found
            if entry.name.endswith(SUFFIX) or NAME.fullmatch(entry.name)
        )
    return []


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear_abandoned(incoming: Path) -> None:
    for path in incoming.iterdir():
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # The error itself carries a path; what the caller needs is which of these it was.
        raise _failure(error) from None


def _failure(error: OSError) -> Failure:
    if error.errno in FULL:
        return Temporary("store.full")
    if error.errno in DENIED:
        return Permanent("store.denied")
    return Temporary("store.unavailable", errno=error.errno)
