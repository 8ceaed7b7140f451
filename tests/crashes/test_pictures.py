"""Killed where a photo is not taken in, a result is not shown, or photos go by their person's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from billing import ledger
from database import Database
from generation.kinds import COLLECT, DELIVER, GREET, INTAKE, SHORTEN
from imaging.intake import Intake
from jobs.kinds import GENERATION, Kind
from models import Media, Order, Photo
from tests.conftest import TurnedClock
from tests.crashes.falling import again, condemned, falls, open_kinds, work
from tests.generation.studio import Studio
from tests.privacy.test_by_choice import DAY, chooses_in_silence, here, settled
from tests.privacy.town import Town

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Room(Studio):
    """A studio where photos come in; what greets them is counted only."""

    def __init__(self, database: Database, clock: TurnedClock, folder: Path, intake: Any = None) -> None:
        super().__init__(database, folder, clock, intake=intake, rules=cast(Any, None))
        self.greeted: list[str] = []
        take_in, not_taken_in = self.photos.take_in, self.photos.not_taken_in
        self.table[INTAKE] = Kind(name=INTAKE, queue=GENERATION, do=take_in, ended_badly=not_taken_in)
        self.table[GREET] = Kind(name=GREET, queue=GENERATION, do=self._greet, ended_badly=lambda *_: None)

    def _greet(self, claim: Any) -> None:
        with claim.finish():
            self.greeted.append(claim.subject)


@pytest.fixture
def other(opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path) -> Callable[[], Room]:
    return lambda: Room(opens(), clock, tmp_path / "objects")


@pytest.fixture
def room(database: Database, clock: TurnedClock, tmp_path: Path) -> Iterator[Room]:
    with Intake() as intake:
        yield Room(database, clock, tmp_path / "objects", intake)


@pytest.mark.parametrize("point", ["intake.giving_up", "intake.given_up"])
def test_a_photo_that_cannot_be_taken_in_is_refused_and_its_person_is_told(
    room: Room, other: Callable[[], Room], clock: TurnedClock, point: str
) -> None:
    ann = room.person()
    with room.database.unit() as unit:
        photo = room.photos.receive(unit, account=ann.id, file_id="f", caption="words", message=9, agreed=True)
    condemned(room, INTAKE)
    falls(point, lambda: work(other(), INTAKE))
    again(clock, room)
    with room.database.connection():
        row = Photo.get_by_id(photo)
    assert (row.state, row.file_id, row.caption) == (Photo.REFUSED, None, None)
    assert room.greeted == [photo]
    assert open_kinds(room) == []


@pytest.mark.parametrize("point", ["deliver.giving_up", "deliver.given_up"])
def test_a_result_that_cannot_be_shown_is_kept_charged_once_and_offered(
    room: Room, other: Callable[[], Room], clock: TurnedClock, point: str
) -> None:
    ann = room.person(credits=20)
    order = room.found(ann)
    work(room, COLLECT)
    condemned(room, DELIVER)
    free, held = room.balance(ann)
    falls(point, lambda: work(other(), DELIVER))
    again(clock, room)
    assert room.state(order) == Order.HELD_BACK
    assert room.balance(ann) == (free, held) == (free, 0)
    assert room.undone() == []
    with room.database.unit() as unit:
        room.deliver.bring_back(unit, ann.id)
    work(room)
    assert room.state(order) == Order.DELIVERED
    with room.database.connection():
        assert list(ledger.unsettled(clock.now(), limit=10)) == []


@pytest.mark.parametrize(
    "point", [f"shorten.{step}" for step in ("claimed", "saving", "saved", "batch_gone", "finishing", "finished")]
)
def test_photos_go_by_a_shorter_choice(
    database: Database, opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path, point: str
) -> None:
    town = Town(database, clock, tmp_path / "objects")
    me = settled(town, 3)
    clock.turn(DAY)
    chooses_in_silence(town, me)
    falls(point, lambda: work(Town(opens(), clock, tmp_path / "objects"), SHORTEN))
    again(clock, town)
    assert here(town) == 0
    with town.database.connection():
        assert Media.select().count() == 0
