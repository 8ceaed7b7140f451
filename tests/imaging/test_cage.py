"""What a caged process can no longer do, tried in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.imaging.conftest import Pictures

HOUSE = Path(__file__).parent.parent.parent
TRY = """
import ctypes, json, os, resource, socket, sys
from imaging import cage

report = {}

def attempt(name, act):
    try:
        act()
        report[name] = "done"
    except (OSError, MemoryError) as error:
        report[name] = type(error).__name__ + " " + str(getattr(error, "errno", ""))

os.closerange(3, 256)
if sys.argv[1] == "caged":
    cage.enter(memory_bytes=128 * 1024 * 1024, cpu_seconds=7, parent=os.getppid())
attempt("write", lambda: open(sys.argv[2] + "/plain", "wb").write(b"plain"))
attempt("read", lambda: open("/etc/hostname", "rb").close())
attempt("connect", lambda: socket.socket().close())
attempt("unix", lambda: socket.socketpair()[0].close())
attempt("allocate", lambda: bytearray(256 * 1024 * 1024))
report["core"] = resource.getrlimit(resource.RLIMIT_CORE)
report["cpu"] = resource.getrlimit(resource.RLIMIT_CPU)[0]
report["file"] = resource.getrlimit(resource.RLIMIT_FSIZE)
report["dumpable"] = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
os.write(1, json.dumps(report).encode())
"""
DECODE = """
import os, sys
from imaging import cage, clean, wire

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
job = wire.Job(max_pixels=10**7, min_side=8, max_ratio=9.0, long_side=512, quality=80, max_output=0,
               memory_bytes=0, cpu_seconds=0, wall_seconds=0)
data = sys.stdin.buffer.read()
clean.warm_up(job)
os.closerange(3, 256)
cage.enter(memory_bytes=512 * 1024 * 1024, cpu_seconds=7, parent=os.getppid())
os.write(1, clean.answer(data, job).verdict.encode())
"""


def run(script: str, *arguments: str, data: bytes = b"") -> bytes:
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, cwd=HOUSE, timeout=60, check=True)
    return done.stdout


def tried(how: str, folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run(TRY, how, str(folder)))
    return report


@pytest.mark.proves("P4.5", "P6.5")
@pytest.mark.skipif(sys.platform != "linux", reason="the cage is whole on Linux, where the service runs")
def test_a_caged_process_can_neither_keep_nor_read_nor_send_anything(tmp_path: Path) -> None:
    free, caged = tried("free", tmp_path / "."), tried("caged", tmp_path)
    for act in ("write", "read", "connect", "unix", "allocate"):
        assert free[act] == "done"
    (tmp_path / "plain").unlink()
    for act in ("write", "read", "connect", "unix"):
        assert caged[act] == "OSError 24", act
    assert caged["allocate"].startswith("MemoryError")
    assert not list(tmp_path.iterdir())


@pytest.mark.proves("P4.5")
@pytest.mark.skipif(sys.platform != "linux", reason="the cage is whole on Linux, where the service runs")
def test_no_picture_is_written_into_a_core_file(tmp_path: Path) -> None:
    assert tried("free", tmp_path)["dumpable"] == 1
    caged = tried("caged", tmp_path)
    assert (caged["core"], caged["file"], caged["dumpable"], caged["cpu"]) == ([0, 0], [0, 0], 0, 7)


def test_a_process_that_has_lost_its_parent_does_not_start_work() -> None:
    script = "from imaging import cage; cage.enter(memory_bytes=2**30, cpu_seconds=1, parent=1); print('works')"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=HOUSE, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_heif_is_decoded_in_the_cage_for_a_user_who_is_not_root(pictures: Pictures) -> None:
    assert run(DECODE, data=pictures.heic) == b"clean"
