"""The database of these tests is Postgres: a process that dies there leaves a server that has to notice it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database import Database
from tests.conftest import TurnedClock


@pytest.fixture
def opens(database: Database, database_url: str, clock: TurnedClock) -> Callable[[], Database]:
    """Opens the test's database as another process does. Its models are bound to ours again when that one is gone."""
    return lambda: Database(database_url, clock=clock)
