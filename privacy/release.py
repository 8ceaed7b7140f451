"""Which version of the program runs: its commit, and a digest of its files, which shows when they are others."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMIT = re.compile(r"[0-9a-f]{40}")
APART = ("tests", "bench", "emulators")  # packages that the image of production does not carry
BESIDE = ("migrations", "locales")  # folders of the program that are no packages
KINDS = (".py", ".toml", ".html", ".css", ".po", ".mo", ".json")


@dataclass(frozen=True)
class Release:
    """`commit` is empty where nobody said which one it is."""

    commit: str
    sources: str


def running(release: str = "", root: Path = ROOT) -> Release:
    """What runs from `root`. `release` is the setting of that name; without it a checkout says its commit itself."""
    return Release(release or checked_out(root), sources_digest(root))


def checked_out(root: Path) -> str:
    """The commit of a git checkout, read without git; empty where there is none."""
    git = root / ".git"
    try:
        if git.is_file():  # a linked worktree says where its own folder is
            git = root / git.read_text().removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text().strip()
        name = head.removeprefix("ref:").strip()
        return head if name == head else _commit_of(git, name)
    except OSError:
        return ""


def sources_digest(root: Path) -> str:
    """SHA-256 over paths and contents of the files that the program consists of, in hex."""
    digest = hashlib.sha256()
    for path in sorted(_sources(root)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _commit_of(git: Path, name: str) -> str:
    shared = git / "commondir"
    for folder in (git, git / shared.read_text().strip()) if shared.exists() else (git,):
        if (folder / name).exists():
            return (folder / name).read_text().strip()
        packed = folder / "packed-refs"
        for line in packed.read_text().splitlines() if packed.exists() else ():
            commit, _, ref = line.partition(" ")
            if ref == name:
                return commit
    return ""


def _sources(root: Path) -> Iterator[Path]:
    yield from root.glob("*.py")
    yield from root.glob("requirements.txt")
    packages = {init.parent.name for init in root.glob("*/__init__.py")} - set(APART)
    for name in (*packages, *BESIDE):
        yield from (path for path in (root / name).rglob("*") if path.suffix in KINDS and path.is_file())
