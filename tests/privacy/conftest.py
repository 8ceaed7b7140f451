"""A town, and a room for casework, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from database import Database
from imaging.intake import Intake
from tests.conftest import TurnedClock
from tests.privacy.casework import Casework
from tests.privacy.town import Town


@pytest.fixture
def town(database: Database, clock: TurnedClock, tmp_path: Path) -> Town:
    return Town(database, clock, tmp_path / "objects")


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake() as shared:
        yield shared


@pytest.fixture
def cases(database: Database, tmp_path: Path, clock: TurnedClock, intake: Intake) -> Casework:
    return Casework(database, tmp_path / "objects", clock, intake=intake)
