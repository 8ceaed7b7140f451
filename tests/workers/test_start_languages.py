"""A process whose catalogues cannot be read does not start, and says which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
APART = {"locales", ".env", ".git", ".venv", "var", "tests"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The program as it is, with a place of its own for the catalogues."""
    for part in ROOT.iterdir():
        if part.name not in APART:
            (tmp_path / part.name).symlink_to(part)
    return tmp_path


def started(house: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    local = {"DATABASE_URL": f"sqlite:///{house}/none.db", "STORE_PATH": str(house / "objects")}
    return subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=house,
        env={**environ, **local, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_missing_catalogue_stops_the_start(house: Path, environ: dict[str, str]) -> None:
    ended = started(house, environ)
    assert ended.returncode == 1
    assert "The sentences of a language cannot be read: zh_Hant/miomio.po" in ended.stderr


def test_a_spoilt_catalogue_stops_the_start(house: Path, environ: dict[str, str]) -> None:
    for folder in ("zh_Hant", "zh_Hans"):
        whole = (ROOT / "locales" / folder / "LC_MESSAGES" / "miomio.po").read_text(encoding="utf-8")
        to = house / "locales" / folder / "LC_MESSAGES"
        to.mkdir(parents=True)
        spoilt = whole.replace("\n\n", "\n<<<<<<< HEAD\n", 1) if folder == "zh_Hans" else whole
        (to / "miomio.po").write_text(spoilt, encoding="utf-8")
    ended = started(house, environ)
    assert ended.returncode == 1
    assert "The sentences of a language cannot be read: zh_Hans/miomio.po" in ended.stderr


def test_with_its_catalogues_it_goes_on_to_the_next_check(house: Path, environ: dict[str, str]) -> None:
    (house / "locales").symlink_to(ROOT / "locales")
    assert "python -m ops migrate" in started(house, environ).stderr
