"""Killed while something is fetched for a ticket, refused, brought or told: it ends all the same, and is told once more
at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from database import Database
from errors import Permanent
from models import Media, TicketMessage
from support.tickets import ANSWER, FETCH, RESOLVED
from tests.conftest import TurnedClock
from tests.crashes.falling import again, condemned, falls, open_kinds, work
from tests.support.counter import PDF, Counter

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
TOLD = {"claimed": 1, "finishing": 1, "finished": 0}  # how often somebody else has to say it


class Desk(Counter):
    """Nobody looks into pictures here: a PDF is kept as it is."""

    def __init__(self, database: Database, clock: TurnedClock, folder: Path) -> None:
        super().__init__(database, clock, folder, cast(Any, None))
        self.sent.files = defaultdict(lambda: PDF)


@pytest.fixture
def other(opens: Callable[[], Database], clock: TurnedClock, tmp_path: Path) -> Callable[[], Desk]:
    return lambda: Desk(opens(), clock, tmp_path / "objects")


@pytest.fixture
def desk(database: Database, clock: TurnedClock, tmp_path: Path) -> Desk:
    return Desk(database, clock, tmp_path / "objects")


@pytest.mark.parametrize("point", ["ticket_file.claimed"])
def test_a_file_is_fetched_once(desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str) -> None:
    row = desk.writes("look", file=PDF)
    falls(point, lambda: work(other()))
    again(clock, desk)
    assert desk.message(row.id).state == TicketMessage.KEPT
    assert desk.count(Media) == 1


@pytest.mark.parametrize(("point", "told"), [("ticket_file.giving_up", 1), ("ticket_file.given_up", 1)])
def test_a_file_that_is_not_to_be_had_is_refused_and_that_is_told(
    desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str, told: int
) -> None:
    row = desk.writes("look", file=PDF)
    condemned(desk, FETCH)
    falls(point, lambda: work(other()))
    again(clock, desk)
    assert desk.message(row.id).state == TicketMessage.REFUSED
    assert len(desk.post.got[desk.ann]) == told
    assert open_kinds(desk) == []


@pytest.mark.parametrize("point", [f"ticket_refused.{step}" for step in TOLD])
def test_that_a_file_was_refused_is_told_once_or_once_more(
    desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str
) -> None:
    row = desk.writes("look", file=PDF)
    desk.sent.gone = Permanent("ticket.gone")
    work(desk, FETCH)
    falls(point, lambda: work(other()))
    again(clock, desk)
    assert desk.message(row.id).state == TicketMessage.REFUSED
    assert len(desk.post.got[desk.ann]) == TOLD[point.partition(".")[2]]
    assert open_kinds(desk) == []


@pytest.mark.parametrize("point", ["ticket_answer.claimed"])
def test_an_answer_is_brought(desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str) -> None:
    desk.writes("one")
    row = desk.answered("two")
    falls(point, lambda: work(other()))
    again(clock, desk)
    assert desk.message(row.id).state == TicketMessage.SENT
    assert len(desk.post.got[desk.ann]) == 1


@pytest.mark.parametrize("point", ["ticket_answer.giving_up", "ticket_answer.given_up"])
def test_an_answer_that_cannot_be_brought_waits_for_its_person(
    desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str
) -> None:
    desk.writes("one")
    row = desk.answered("two")
    condemned(desk, ANSWER)
    falls(point, lambda: work(other()))
    again(clock, desk)
    assert desk.message(row.id).state == TicketMessage.UNREACHABLE
    assert open_kinds(desk) == []
    with desk.database.unit() as unit:
        desk.tickets.bring_back(unit, desk.ann)
    work(desk)
    assert desk.message(row.id).state == TicketMessage.SENT


@pytest.mark.parametrize("point", [f"ticket_resolved.{step}" for step in TOLD])
def test_that_a_ticket_is_resolved_is_told_once_or_once_more(
    desk: Desk, other: Callable[[], Desk], clock: TurnedClock, point: str
) -> None:
    desk.writes("one")
    desk.resolved()
    falls(point, lambda: work(other(), RESOLVED))
    again(clock, desk)
    assert len(desk.post.got[desk.ann]) == TOLD[point.partition(".")[2]]
    assert open_kinds(desk) == []
