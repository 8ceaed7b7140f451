"""A process whose own wall clock is wrong. The database's is the truth for all that is due, leased or given up: nobody
may notice."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ops.processes import StackError

SOURCE = Path(__file__).with_suffix(".c")


def built(folder: Path) -> Path:
    """The library that makes a clock wrong. Raises StackError where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise StackError("A wrong clock needs a C compiler: apt-get install gcc")
    library = folder / "wrong_clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


def environ(library: Path, seconds: int) -> dict[str, str]:
    """What a process is started with whose clock is wrong by so many seconds."""
    return {"LD_PRELOAD": str(library), "WRONG_CLOCK_BY": str(seconds)}
