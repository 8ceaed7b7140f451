"""What was published of each version, to the byte: `published/<id>.json`, and its SHA-256 in `published/SHA256SUMS`."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "published"
SUMS = "SHA256SUMS"

Snapshot = dict[str, Any]  # "register": what is declared, by table and id; "sections": the English text of the page


def written(snapshot: Snapshot) -> bytes:
    """A snapshot as the bytes of its file, in the order of the declarations."""
    return (json.dumps(snapshot, indent=1, ensure_ascii=False) + "\n").encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def load(version: str, *, folder: Path = PUBLISHED) -> Snapshot:
    """What was published as this version. Raises FileNotFoundError where nothing was."""
    found: Snapshot = json.loads((folder / f"{version}.json").read_bytes())
    return found


def sums(folder: Path = PUBLISHED) -> dict[str, str]:
    """Version -> digest, as `sha256sum` writes them."""
    file = folder / SUMS
    lines = file.read_text().splitlines() if file.exists() else []
    return {name.removesuffix(".json"): value for value, name in (line.split() for line in lines)}


@cache
def _committed() -> dict[str, str]:
    return sums()


def fingerprint(version: str) -> str:
    """The digest that stands for this version; empty while it is not published."""
    return _committed().get(version, "")


def publish(version: str, snapshot: Snapshot, *, folder: Path = PUBLISHED) -> str:
    """Write the snapshot of a version and its digest, which is returned."""
    data = written(snapshot)
    (folder / f"{version}.json").write_bytes(data)
    all_sums = {**sums(folder), version: digest(data)}
    (folder / SUMS).write_text("".join(f"{value}  {name}.json\n" for name, value in sorted(all_sums.items())))
    load.cache_clear()
    _committed.cache_clear()
    return digest(data)
