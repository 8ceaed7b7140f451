"""What a process inside the image may not do: write its root, become somebody else, or see more than it needs."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

# Tried by the image's own Python. Each line that is printed is something that went through and must not.
TRIES = """
import os, pathlib
for place in ("/", "/app", "/venv", "/etc", "/var"):
    if not os.statvfs(place).f_flag & os.ST_RDONLY:
        print("is not read-only:", place)
for place in ("/app/new", "/venv/new", "/new", "/app/config.py", "/etc/passwd", "/var/new"):
    try:
        pathlib.Path(place).open("ab").close()
        print("wrote", place)
    except OSError:
        pass
try:
    os.setuid(0)
    print("became root")
except OSError:
    pass
status = pathlib.Path("/proc/self/status").read_text()
for name in ("CapPrm", "CapEff", "CapBnd"):
    if int(status.split(name + ":")[1].split()[0], 16):
        print("kept rights:", name)
if "NoNewPrivs:\\t1" not in status:
    print("may gain rights")
if os.getuid() == 0 or os.getgid() == 0 or 0 in os.getgroups():
    print("runs as root")
pathlib.Path("/tmp/new").write_text("memory")
"""


def offences(python: Sequence[str]) -> list[str]:
    done = subprocess.run([*python, "-c", TRIES], capture_output=True, text=True, check=False)
    return [*done.stdout.splitlines(), *([done.stderr.strip()] if done.returncode else [])]


def in_image(script: Path, root: Path, environment: Path, user: str) -> list[str]:
    return [str(script), str(root), str(environment), user, "python"]
