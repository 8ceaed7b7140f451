"""A process of ours that dies leaves no core file: it would be all that memory held, in plain."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canary.service import cores_allowed

CONFIGURED = "from workers.startup import settings_or_exit; settings_or_exit('test')"
DUMPABLE = "import ctypes, sys; sys.exit(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
ABORTS = "import os; os.abort()"
ROOT = Path(__file__).parent.parent.parent


def run(program: str, environ: dict[str, str], folder: Path) -> tuple[int, bool]:
    """Exit status, and whether a core file stands in the folder it ran in."""
    with cores_allowed():
        done = subprocess.run(
            [sys.executable, "-c", program], env={**environ, "PYTHONPATH": str(ROOT)}, cwd=folder, check=False
        )
    return done.returncode, bool(list(folder.glob("core*")))


@pytest.mark.proves("P7.1")
def test_after_its_settings_are_read_a_process_leaves_no_core_file(environ: dict[str, str], tmp_path: Path) -> None:
    assert run(f"{CONFIGURED}; {ABORTS}", environ, tmp_path) == (-signal.SIGABRT, False)
    if not run(ABORTS, environ, tmp_path)[1]:
        pytest.skip("this machine writes core files elsewhere: the limit of the running service is looked at instead")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux pipes core files to programs")
@pytest.mark.proves("P7.1")
def test_no_core_file_is_piped_to_a_program_either(environ: dict[str, str], tmp_path: Path) -> None:
    assert run(DUMPABLE, environ, tmp_path)[0] == 1
    assert run(f"{CONFIGURED}; {DUMPABLE}", environ, tmp_path)[0] == 0
