"""A town on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from database import Database
from tests.conftest import TurnedClock
from tests.privacy.town import Town


@pytest.fixture
def town(database: Database, clock: TurnedClock, tmp_path: Path) -> Town:
    return Town(database, clock, tmp_path / "objects")
