"""The files of `deploy/` and fly.toml, read once for the tests that compare them with the program and one another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def seconds(text: str) -> float:
    """`150s`, `10m`, `1h30m`."""
    parts = re.findall(r"(\d+)([smhd])", text)
    assert "".join(number + unit for number, unit in parts) == text, text
    return sum(float(number) * UNITS[unit] for number, unit in parts)


FLY = toml(ROOT / "fly.toml")
FLEET = toml(DEPLOY / "fleet.toml")
AUTOSCALER = load_yaml(DEPLOY / "autoscaler" / "fly-autoscaler.yml")
