"""Which files of the checkout go into the image: .dockerignore as Docker reads it, as far as ours goes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def ignored(patterns: list[str], path: str) -> bool:
    """The last pattern that fits the path or a folder above it decides; one with a `!` takes it back in."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    out = False
    for pattern in patterns:
        back = pattern.startswith("!")
        if any(_form(pattern.removeprefix("!")).fullmatch(one) for one in above):
            out = not back
    return out


def _form(pattern: str) -> re.Pattern[str]:
    """`*` stays within a name, `**/` is any number of folders."""
    pieces = re.split(r"(\*\*/|\*)", pattern)
    known = {"**/": "(?:[^/]+/)*", "*": "[^/]*"}
    return re.compile("".join(known.get(piece, re.escape(piece)) for piece in pieces))


def patterns() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def context(*more: str) -> list[str]:
    """Paths of tracked files that are copied, and of `more`, which a checkout may have besides."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    known = patterns()
    found = [path for path in (*listed.stdout.split("\0"), *more) if path and not ignored(known, path)]
    return [path for path in found if path in more or (ROOT / path).is_file()]
