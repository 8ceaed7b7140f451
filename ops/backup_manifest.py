"""The manifest of a dump: what it is, from when, with which schema, how many rows, and the digest of each file.

It is signed with `INDEX_KEY`, so that what comes back is what was made here. It holds nothing about anybody.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from errors import Permanent
from ops.backup_folder import translated
from vault.index import BlindIndex

FILE = "manifest.json"
FORM = "miomio backup 1"
USE = "backup-manifest"
BLOCK = 1 << 20


@dataclass(frozen=True)
class FileOf:
    """A file of the dump: bytes, and SHA-256 as hex."""

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`rows`: how many each table has. `without`: the tables whose rows are left out. `migration`: the last one."""

    at: datetime
    database: str
    policy: str
    release: str
    migration: str
    rows: Mapping[str, int]
    without: tuple[str, ...]
    files: Mapping[str, FileOf]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


def write(folder: Path, manifest: Manifest, index: BlindIndex) -> None:
    said = {"form": FORM, **asdict(manifest), "at": manifest.at.isoformat()}
    signed = {**said, "signature": index.of(USE, _text(said)).hex()}
    with translated():
        (folder / FILE).write_text(json.dumps(signed, indent=1, sort_keys=True) + "\n")


def read(folder: Path, index: BlindIndex) -> Manifest:
    """Strict: raises Permanent("backup.unreadable" | "backup.not_ours") for what is no manifest, or not ours."""
    try:
        said = json.loads((folder / FILE).read_text())
        signature = bytes.fromhex(said.pop("signature"))
        ours = any(hmac.compare_digest(digest, signature) for digest in index.all_of(USE, _text(said)))
        if said.pop("form") != FORM:
            raise ValueError
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise Permanent("backup.unreadable") from None
    if not ours:
        raise Permanent("backup.not_ours")
    files = {name: FileOf(**file) for name, file in said.pop("files").items()}
    at, without = datetime.fromisoformat(said.pop("at")), tuple(said.pop("without"))
    return Manifest(at=at, without=without, files=files, **said)


def file_of(path: Path) -> FileOf:
    """Reads it whole."""
    digest, size = hashlib.sha256(), 0
    with translated(), path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return FileOf(size, digest.hexdigest())


def demand_whole(folder: Path, manifest: Manifest) -> None:
    """Raises Permanent("backup.damaged") when a file is missing, cut off or changed."""
    for name, file in manifest.files.items():
        if not (folder / name).is_file() or file_of(folder / name) != file:
            raise Permanent("backup.damaged", file=name)


def _text(said: Mapping[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"))
