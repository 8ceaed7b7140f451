"""The deploy files agree with one another and with the program."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

from config import Settings
from jobs.kinds import GENERATION, RIGHTS
from tests.parts import tool

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def fly() -> dict[str, object]:
    return tomllib.loads((ROOT / "fly.toml").read_text())


def test_fly_and_the_procfile_name_the_same_processes(fly: dict[str, object]) -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert dict(line.split(": ", 1) for line in lines) == fly["processes"]


def test_every_queue_has_a_process_that_serves_it(fly: dict[str, object]) -> None:
    commands = fly["processes"].values()  # type: ignore[attr-defined]  # a table of strings
    assert {f"python -m workers {queue}" for queue in (GENERATION, RIGHTS)} <= set(commands)


def test_the_platform_kills_when_the_program_expects_it(fly: dict[str, object]) -> None:
    environ = fly["env"]
    assert fly["kill_timeout"] == f"{environ['KILL_TIMEOUT_SECONDS']}s"  # type: ignore[index]  # a table of strings
    assert float(environ["KILL_TIMEOUT_SECONDS"]) == Settings().kill_timeout_seconds  # type: ignore[index]


def test_the_release_command_migrates(fly: dict[str, object]) -> None:
    assert fly["deploy"]["release_command"] == "python -m ops migrate"  # type: ignore[index]  # a table of strings


def test_the_dockerfile_has_nothing_a_linter_minds() -> None:
    done = subprocess.run([tool("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_carries_no_emulator_test_or_secret() -> None:
    ignored = set((ROOT / ".dockerignore").read_text().split())
    assert {"emulators", "tests", "bench", ".env", "var", ".git"} <= ignored


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [name.upper() for name in Settings.__dataclass_fields__ if f"`{name.upper()}`" not in readme]
    assert missing == []
