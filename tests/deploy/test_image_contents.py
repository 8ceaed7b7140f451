"""What is looked for in an unpacked image is found there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.image.contents import NEEDED, problems, size, writable
from deploy.image.memory import memory_of

USER = "10001"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    for name in NEEDED:
        (tmp_path / "app" / name).mkdir(parents=True)
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    return tmp_path


def put(image: Path, name: str) -> None:
    (image / name).parent.mkdir(parents=True, exist_ok=True)
    (image / name).write_text("x")


def test_a_good_image_has_no_problem(image: Path) -> None:
    assert problems(image, user=USER) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("usr/bin/gcc", "can compile"),
        ("venv/bin/pip", "can install"),
        ("root/.cache", "was left over"),
        ("app/.env", "was left over"),
        ("app/tests", "is not for production"),
        ("app/emulators", "is not for production"),
    ],
)
def test_what_must_not_be_there_is_named(image: Path, name: str, said: str) -> None:
    put(image, name)
    [problem] = problems(image, user=USER)
    assert said in problem


def test_what_is_missing_is_named(image: Path) -> None:
    (image / "app" / "web").rmdir()
    assert problems(image, user=USER) == ["app/web is missing"]


@pytest.mark.parametrize("user", ["", "0", "miomio"])
def test_a_user_that_may_be_root_is_named(image: Path, user: str) -> None:
    [problem] = problems(image, user=user)
    assert "it runs as" in problem


def test_files_that_the_program_may_change_are_named(image: Path) -> None:
    put(image, "app/web/open.py")
    (image / "app/web/open.py").chmod(0o666)
    (image / "app/web/link.py").symlink_to("open.py")
    assert writable(image / "app", int(USER)) == ["web/open.py"]
    assert "web/open.py" in writable(image / "app", os.getuid())


def test_a_file_with_two_names_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(bytes(1000))
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    (tmp_path / "three").write_bytes(bytes(10))
    assert size(tmp_path) == 1010


@pytest.mark.skipif(sys.platform != "linux", reason="it asks the kernel's own files")
def test_memory_is_that_of_a_process_and_its_children() -> None:
    grows = "import subprocess, sys; held = bytearray(64 << 20); subprocess.run([sys.executable, '-c', sys.argv[1]])"
    child = "held = bytearray(64 << 20); print('ready', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", grows, child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    found = memory_of(process.pid)
    process.communicate("\n", timeout=60)
    assert 128 < found.proportional <= found.resident < 256
