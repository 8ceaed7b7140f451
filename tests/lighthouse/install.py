"""Lighthouse from npm, as the lock file names it to the byte, in a folder that git ignores."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "var" / "lighthouse"
NEEDED = "Lighthouse needs npm and Node 18.16 or later: apt-get install npm, or https://nodejs.org"


def program() -> Path:
    """Its path, installed where it is not yet. Exits with a sentence where there is no npm."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(NEEDED)
    found = INSTALLED / "node_modules" / ".bin" / "lighthouse"
    done = INSTALLED / "installed.json"  # written last: a lock file that was installed to its end
    wanted = (HERE / "package-lock.json").read_bytes()
    if not found.exists() or not done.exists() or done.read_bytes() != wanted:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, INSTALLED / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run(command, cwd=INSTALLED, check=False).returncode:
            sys.exit("npm could not install Lighthouse")
        done.write_bytes(wanted)
    return found
