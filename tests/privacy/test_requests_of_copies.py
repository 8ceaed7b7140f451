"""A copy that somebody asks for in the bot is a request like any other: owed until it was sent or can be fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from database import Database
from errors import Permanent
from models import RightsRequest
from privacy.requests import owed
from tests.privacy.packing import Packer

pytestmark = pytest.mark.proves("P9.6")


@pytest.mark.parametrize("largest", [45_000_000, 10], ids=["in the chat", "by an address"])
def test_it_is_owed_until_the_copy_was_given(database: Database, tmp_path: Path, clock: Any, largest: int) -> None:
    packer = Packer(database, tmp_path / "objects", clock, largest=largest)
    ann = packer.person()
    packer.asks(ann)
    [row] = owed(database)
    assert (row.account, row.kind, row.source, row.confirmed) == (ann.id, "access", "bot", True)
    packer.work()
    assert owed(database) == []
    with database.connection():
        assert RightsRequest.get().state == RightsRequest.ANSWERED


def test_a_copy_that_failed_stays_owed(database: Database, tmp_path: Path, clock: Any) -> None:
    packer = Packer(database, tmp_path / "objects", clock)
    packer.asks(packer.person())

    def fails() -> None:
        raise Permanent("store.broken")

    packer.store.meanwhile = fails
    packer.work()
    [row] = owed(database)
    assert row.state == RightsRequest.OPEN
