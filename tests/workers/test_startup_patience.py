"""A process that starts while store or database are away for a moment waits; then it says why it does not start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from custody.media import MediaVault
from custody.purpose import PurposeCheck
from errors import Failure, Permanent, Temporary
from vault.folder import FolderStore
from workers.assembly import assemble
from workers.house import House
from workers.startup import PAUSES, check_or_exit


class Awakening(FolderStore):
    """A store that fails its first checks."""

    def __init__(self, folder: Path, failures: list[Failure]) -> None:
        super().__init__(folder)
        self.failures = failures

    def check(self) -> None:
        if self.failures:
            raise self.failures.pop()


@pytest.fixture
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    opened = assemble(make_settings(), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


def starting(house: House, folder: Path, failures: list[Failure]) -> list[float]:
    """How long it waited each time."""
    waited: list[float] = []
    store = Awakening(folder / "objects", failures)
    media = MediaVault(house.database, house.keys, store, PurposeCheck(house.database))
    check_or_exit(replace(house, media=media), wait=waited.append)
    return waited


def test_what_is_away_for_a_moment_is_waited_for(house: House, tmp_path: Path) -> None:
    assert starting(house, tmp_path, [Temporary("store.unavailable"), Temporary("store.unavailable")]) == [*PAUSES[:2]]


def test_what_stays_away_is_named_at_last(house: House, tmp_path: Path) -> None:
    away: list[Failure] = [Temporary("store.unavailable") for _ in range(len(PAUSES) + 1)]
    with pytest.raises(SystemExit, match="The object store does not answer"):
        starting(house, tmp_path, away)


def test_what_waiting_does_not_cure_is_not_waited_for(house: House, tmp_path: Path) -> None:
    failures: list[Failure] = [Permanent("store.denied")]
    waited: list[float] = []
    with pytest.raises(SystemExit, match="refuses these credentials"):
        waited = starting(house, tmp_path, failures)
    assert (waited, failures) == ([], [])
