"""Breaches that the town's staff write down: one is closed at last, another never."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from models import Incident, IncidentNote
from privacy.audit import Act, Audit
from privacy.incidents import Incidents

if TYPE_CHECKING:
    from tests.privacy.town import Life, Town

MAY = Act("may.chan", "as the handbook says")
KEPT = timedelta(days=5 * 365)  # as the page says, written out once more: the register's own number is what is tried


def _book(town: Town) -> Incidents:
    return Incidents(town.database, town.fields, town.keys, Audit(town.database, town.fields, town.keys))


def notices(town: Town) -> str:
    with town.database.unit() as unit:
        return str(_book(town).declare(unit, MAY, kind="loss", words="a disk is gone").id)


def contains(town: Town, number: str) -> None:
    with town.database.unit() as unit:
        _book(town).contained(unit, MAY, number, "its keys were destroyed")


def closes(town: Town, number: str) -> None:
    with town.database.unit() as unit:
        _book(town).note(unit, MAY, number, part="assessment", words="it was sealed", harm="no")
        _book(town).close(unit, MAY, number)
        notes = [row.id for row in IncidentNote.select().where(IncidentNote.incident == number)]
    for thing in ((Incident, number), *((IncidentNote, note) for note in notes)):
        town.ends[thing] = town.now + KEPT


def _keeper_of_the_register(town: Town, me: str) -> Iterable[tuple[int, Callable[[], object]]]:
    numbers: list[str] = []
    yield 0, lambda: numbers.append(notices(town))
    yield 2, lambda: notices(town)  # and nobody comes back to it
    yield 10, lambda: contains(town, numbers[0])
    yield 400, lambda: closes(town, numbers[0])


KEEPERS: tuple[Life, ...] = (_keeper_of_the_register,)
