"""The files of an unpacked image: nothing that compiles, installs or was left over, and nobody of the developers."""

from __future__ import annotations

import os
from pathlib import Path

BUILDERS = ("gcc", "cc", "g++", "c++", "clang", "make", "ld", "as", "cargo", "rustc", "go")
INSTALLERS = ("venv/bin/pip", "venv/bin/pip3", "venv/bin/uv")
PATHS = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin", "venv/bin")
LEFT_OVER = ("root/.cache", "venv/.cache", "build", "app/.git", "app/.env", "app/var")
# Of the checkout: not for production.
OURS_ALONE = ("tests", "emulators", "bench", "chaos", "deploy", "docs", "samples", "Makefile", "pyproject.toml")
NEEDED = ("web", "workers", "bot", "ops", "policy", "migrations", "locales", "config.py")


def problems(root: Path, *, user: str) -> list[str]:
    """A sentence each."""
    found = [f"{folder}/{name} can compile" for folder in PATHS for name in BUILDERS if (root / folder / name).exists()]
    found += [f"{name} can install" for name in INSTALLERS if (root / name).exists()]
    found += [f"/{name} was left over" for name in LEFT_OVER if (root / name).exists()]
    found += [f"app/{name} is not for production" for name in OURS_ALONE if (root / "app" / name).exists()]
    found += [f"app/{name} is missing" for name in NEEDED if not (root / "app" / name).exists()]
    if not user.isdecimal() or int(user) == 0:
        found.append(f"it runs as '{user}', which is root or a name that the base may map to anybody")
    else:
        found += [f"app/{name} can be written by the program" for name in writable(root / "app", int(user))]
    return found


def writable(folder: Path, user: int) -> list[str]:
    """What below a folder a user without groups may change, were it not read-only already."""
    found = []
    for here, _, names in os.walk(folder):
        for path in (Path(here), *(Path(here) / name for name in names)):
            seen = path.lstat()
            if not path.is_symlink() and (seen.st_mode & 0o002 or (seen.st_uid == user and seen.st_mode & 0o200)):
                found.append(str(path.relative_to(folder)))
    return found


def size(folder: Path) -> int:
    """Bytes of its files; a file with several names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for here, _, names in os.walk(folder):
        for name in names:
            about = (Path(here) / name).lstat()
            seen[about.st_dev, about.st_ino] = about.st_size
    return sum(seen.values())
