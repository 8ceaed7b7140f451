"""The house as a verb opens it: on this machine's settings, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from errors import Rejected
from workers.assembly import assemble
from workers.house import House
from workers.startup import settings_or_exit


@contextmanager
def opened() -> Iterator[House]:
    """A house that rings for nobody: the clock of the workers finds what a verb adds, within a second."""
    house = assemble(settings_or_exit("ops"), ring=None)
    try:
        yield house
    finally:
        house.close()


def account_of(house: House, said: str) -> str:
    """The account of whoever was named, and of a username only where it is still theirs. Never inside a unit.

    Raises Rejected("person.gone") where there is none, and what `Requests.find` and `demand_still_theirs` raise.
    """
    with house.database.connection():
        found = house.requests.find(said)
    if found is None:
        raise Rejected("person.gone")
    house.deletion_cases.demand_still_theirs(found, said)
    return str(found.id)
