"""A process on a wrong clock reads a wrong time, and sleeps and waits as long as it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chaos import wrong_clock
from ops.processes import StackError
from tests.parts import missing

READS = """
import datetime, json, threading, time
began = time.monotonic(); time.sleep(0.2); threading.Event().wait(0.2)
now = datetime.datetime.now(datetime.timezone.utc).timestamp()
print(json.dumps({"time": time.time(), "datetime": now, "slept": time.monotonic() - began}))
"""


@pytest.mark.parametrize("seconds", [3600, -900])
def test_only_the_wall_clock_is_wrong(seconds: int, tmp_path: Path) -> None:
    try:
        library = wrong_clock.built(tmp_path)
    except StackError as error:
        missing(str(error))
        raise
    environ = {**os.environ, **wrong_clock.environ(library, seconds)}
    done = subprocess.run(
        [sys.executable, "-c", READS], env=environ, capture_output=True, text=True, check=True, timeout=60
    )
    read = json.loads(done.stdout)
    for clock in ("time", "datetime"):
        assert abs(read[clock] - time.time() - seconds) < 60
    assert 0.4 <= read["slept"] < 60
