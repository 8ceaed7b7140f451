"""Killed while a copy of one's data is given up, while that is told, and while one whose time is over goes: nothing
of it stays, and another one can be asked for. And a deletion that is given up, which is begun anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from database import Database
from jobs.kinds import ANEW
from models import Erasure
from privacy.erasures import ERASE, PHOTOS
from privacy.export import EXPORT, EXPORT_FAILED, EXPORT_OVER
from tests.conftest import TurnedClock
from tests.crashes.falling import again, condemned, falls, open_kinds, work
from tests.generation.studio import Who
from tests.privacy.packing import Packer
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
DAY = 86_400.0
GIVEN_UP = ("giving_up", "given_up")


@pytest.fixture
def other(opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path) -> Callable[[], Packer]:
    return lambda: Packer(opens(), tmp_path / "objects", clock, largest=100)


@pytest.fixture
def packer(database: Database, clock: TurnedClock, tmp_path: Path) -> Packer:
    """Its copies are all too large for the chat."""
    return Packer(database, tmp_path / "objects", clock, largest=100)


@pytest.fixture
def ann(packer: Packer) -> Who:
    return packer.person()


def nothing_stays(packer: Packer, ann: Who) -> bool:
    """Neither file nor row of a copy; and the next one is made."""
    assert (packer.left(), packer.objects(), open_kinds(packer)) == ((0, 0, 0), [], [])
    packer.asks(ann)
    work(packer)
    return packer.left() == (1, 1, 1)


@pytest.mark.parametrize("point", [f"export.{step}" for step in GIVEN_UP])
def test_a_copy_that_cannot_be_made_is_given_up_and_that_is_told(
    packer: Packer, ann: Who, other: Callable[[], Packer], clock: TurnedClock, point: str
) -> None:
    packer.asks(ann)
    condemned(packer, EXPORT)
    falls(point, lambda: work(other(), EXPORT))
    again(clock, packer)
    assert len(packer.telegram.said("sendMessage")) == 1
    assert nothing_stays(packer, ann)


@pytest.mark.parametrize(
    ("point", "told"),
    [
        *((f"export_failed.{step}", times) for step, times in (("claimed", 1), ("finishing", 1), ("finished", 0))),
        *((f"export_failed.{step}", 0) for step in GIVEN_UP),
    ],
)
def test_that_a_copy_was_given_up_is_told_once_or_once_more(
    packer: Packer, ann: Who, other: Callable[[], Packer], clock: TurnedClock, point: str, told: int
) -> None:
    packer.asks(ann)
    condemned(packer, EXPORT)
    work(packer, EXPORT)
    if point.endswith(GIVEN_UP):
        condemned(packer, EXPORT_FAILED)
    falls(point, lambda: work(other(), EXPORT_FAILED))
    again(clock, packer)
    assert len(packer.telegram.said("sendMessage")) == told
    assert nothing_stays(packer, ann)


@pytest.mark.parametrize("point", [f"export_over.{step}" for step in ("claimed", "finishing", "finished")])
def test_a_copy_whose_time_is_over_goes(
    packer: Packer, ann: Who, other: Callable[[], Packer], clock: TurnedClock, point: str
) -> None:
    packer.asks(ann)
    work(packer)
    assert packer.left() == (1, 1, 1)
    clock.turn(DAY)
    falls(point, lambda: work(other(), EXPORT_OVER))
    again(clock, packer)
    assert nothing_stays(packer, ann)


@pytest.mark.parametrize("point", [f"export_over.{step}" for step in GIVEN_UP])
def test_a_copy_that_cannot_go_for_the_moment_goes_later(
    packer: Packer, ann: Who, other: Callable[[], Packer], clock: TurnedClock, point: str
) -> None:
    packer.asks(ann)
    work(packer)
    clock.turn(DAY)
    condemned(packer, EXPORT_OVER)
    falls(point, lambda: work(other(), EXPORT_OVER))
    again(clock, packer)
    assert open_kinds(packer) == [EXPORT_OVER]
    clock.turn(ANEW)
    work(packer)
    assert nothing_stays(packer, ann)


@pytest.mark.parametrize("point", [f"erase.{step}" for step in GIVEN_UP])
def test_a_deletion_that_was_given_up_is_begun_anew(
    database: Database, opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path, point: str
) -> None:
    wiper = Wiper(database, tmp_path / "objects", clock)
    ann, bob = wiper.lives(), wiper.lives()
    erasure = wiper.erases(ann, PHOTOS)
    condemned(wiper, ERASE)
    falls(point, lambda: work(Wiper(opens(), tmp_path / "objects", clock)))
    again(clock, wiper)
    wiper.erasures.look_after()
    work(wiper)
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.kept(ann, "photo") == []
    assert wiper.whole(bob)
