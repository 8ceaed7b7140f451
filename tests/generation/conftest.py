"""A studio for each test, on both databases; what is slow to start is started once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from database import Database
from imaging.intake import Intake
from moderation.check import PromptRules
from tests.generation.darkroom import Darkroom
from tests.generation.studio import Studio, Who


@pytest.fixture(scope="session")
def intake() -> Iterator[Intake]:
    with Intake() as shared:
        yield shared


@pytest.fixture(scope="session")
def rules() -> PromptRules:
    return PromptRules.load()


@pytest.fixture
def studio(database: Database, tmp_path: Path, clock: Any, intake: Intake, rules: PromptRules) -> Studio:
    return Studio(database, tmp_path / "objects", clock, intake=intake, rules=rules)


@pytest.fixture
def darkroom(database: Database, tmp_path: Path, clock: Any, intake: Intake, rules: PromptRules) -> Darkroom:
    return Darkroom(database, tmp_path / "objects", clock, intake=intake, rules=rules)


@pytest.fixture
def ann(studio: Studio) -> Who:
    return studio.person(credits=97)


@pytest.fixture
def bob(studio: Studio) -> Who:
    return studio.person(credits=97)
