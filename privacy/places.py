"""A place where data can lie. Each shows that it was really looked at, by something known to be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from privacy.search import Search, Sighting

Part = tuple[str, bytes]


@dataclass(frozen=True)
class Place:
    """Parts by name, and a `witness`: bytes that one of them must hold, or nobody has looked."""

    name: str
    parts: Iterable[Part] = field(repr=False)
    witness: bytes

    def searched(self, search: Search) -> list[Sighting]:
        """What was seen. Raises LookupError when the place is empty or its witness is not there."""
        seen: list[Sighting] = []
        size, known = 0, False
        for part, data in self.parts:
            size += len(data)
            known = known or self.witness in data
            seen += search.within(data, f"{self.name}: {part}")
        if not size:
            raise LookupError(f"{self.name} is empty")
        if not known:
            raise LookupError(f"{self.name} does not hold {self.witness!r}: it is not what it should be")
        return seen


def files(folder: Path, *, apart: Iterable[Path] = ()) -> Iterator[Part]:
    """Every file below, but those in the folders `apart`. Names of files are looked at, too."""
    left_out = tuple(apart)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(other in path.parents for other in left_out):
            try:
                yield str(path.relative_to(folder)), path.name.encode() + b"\0" + path.read_bytes()
            except FileNotFoundError:  # gone while we looked, as a database's files may be
                continue
