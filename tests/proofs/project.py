"""A small project of its own with tests of every fate, on which the plugin is run as `make test` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from privacy.proofs import Record, Standing, read, standing
from privacy.release import ROOT, running
from tests.parts import tool

HEAD = "from __future__ import annotations\nimport os\nimport pytest\n"
INI = """
    [pytest]
    testpaths = tests
    addopts = -q --import-mode=importlib -p no:cacheprovider -p tests.proofs.plugin -p xdist
    markers =
        proves(*ids): the promises that this test proves
        alone: a run of its own
"""


class Project:
    """A git checkout in `folder`; every change is committed unless a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "build" / "proofs.json"
        (folder / "tests").mkdir(parents=True)
        (folder / "pytest.ini").write_text(dedent(INI))
        (folder / ".gitignore").write_text("build/\n__pycache__/\n")
        (folder / "program.py").write_text("ANSWER = 42\n")
        self._git("init", "-q")
        self.commit()

    def has(self, name: str, source: str) -> None:
        """A file of tests, committed."""
        (self.folder / "tests" / name).write_text(HEAD + dedent(source))
        self.commit()

    def commit(self) -> None:
        self._git("add", "-A")
        self._git("-c", "user.name=t", "-c", "user.email=t@t.invalid", "commit", "-q", "--allow-empty", "-m", "step")

    def run(self, *arguments: str, proofs: bool = True) -> int:
        """pytest's exit status."""
        command = [sys.executable, "-m", "pytest", *arguments, *(("--proofs", str(self.path)) if proofs else ())]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        environ |= {
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }  # quicker
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, check=False).returncode

    @property
    def record(self) -> Record | None:
        return read(self.path)

    def standing(self, promise: str) -> Standing:
        """As a page of the version that is checked out now shows it."""
        record = self.record
        assert record is not None, "no record was written"
        return standing(promise, record.proofs, speaks=record.speaks_for(running(root=self.folder)))

    def _git(self, *arguments: str) -> None:
        subprocess.run([tool("git"), *arguments], cwd=self.folder, check=True, capture_output=True)
