"""`python -m ops …` as somebody types it, in a process that has imported the program already: a second less."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from tests.forks import FORKS

ROOT = Path(__file__).parents[2]
SAID, ANSWERED, COMPLAINED = "said", "answered", "complained"


def ops(*words: str, environ: Mapping[str, str], says: str = "", timeout: float = 120) -> CompletedProcess[str]:
    """With exactly this environment; `says` is what comes on standard input. AssertionError when it does not end."""
    with TemporaryDirectory(prefix="miomio-ops-") as folder:
        (Path(folder) / SAID).write_text(says, encoding="utf-8")
        process = FORKS.Process(target=_typed, args=(words, dict(environ), folder), daemon=True)
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise AssertionError(f"{' '.join(words[:2])} does not end")
        answered, complained = ((Path(folder) / name).read_text(encoding="utf-8") for name in (ANSWERED, COMPLAINED))
        return CompletedProcess(words, process.exitcode, answered, complained)


def _typed(words: tuple[str, ...], environ: dict[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    for number, name in enumerate((SAID, ANSWERED, COMPLAINED)):
        opened = os.open(Path(folder) / name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # the one before was closed
    sys.argv = ["ops", *words]
    runpy.run_module("ops", run_name="__main__", alter_sys=True)
