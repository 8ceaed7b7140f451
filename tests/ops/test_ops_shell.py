"""What the other tests type into is the program that is started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.ops.shell import ROOT, ops

WITHOUT = {"PATH": os.environ["PATH"], "MIOMIO_ENV": "production"}


@pytest.mark.parametrize("words", [("--help",), ("no-such-verb",), ("migrate",)], ids=["shown", "misused", "refused"])
def test_a_verb_answers_complains_and_ends_as_when_it_is_started(words: tuple[str, ...]) -> None:
    typed = ops(*words, environ=WITHOUT)
    command = [sys.executable, "-m", "ops", *words]
    started = subprocess.run(command, cwd=ROOT, env=WITHOUT, capture_output=True, text=True, check=False, timeout=60)
    assert (typed.returncode, typed.stdout, typed.stderr) == (started.returncode, started.stdout, started.stderr)
    assert typed.stdout + typed.stderr
