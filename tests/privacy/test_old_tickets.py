"""A ticket goes two years after it was resolved: at once unreadable, its files as soon as the store lets them go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from custody.media import ATTACHMENT
from errors import Permanent
from models import KeyRow, Media, Ticket, TicketMessage, Work
from policy.categories import SUPPORT
from tests.conftest import TurnedClock
from tests.privacy.town import Town

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.proves("P6.6")


def left(town: Town) -> dict[str, int]:
    tickets: Any = KeyRow.select().where(KeyRow.kind == KeyRow.TICKET)
    with town.database.connection():
        rows = {"tickets": Ticket.select(), "messages": TicketMessage.select(), "keys": tickets}
        return {name: found.count() for name, found in rows.items()}


def files(town: Town) -> int:
    return len(list(town.store.names(f"{ATTACHMENT}/")))


def test_it_goes_on_its_day_and_not_a_second_early(town: Town, clock: TurnedClock) -> None:
    ann = town.settles()
    town.asks(ann)
    town.is_helped(ann)
    begin = clock.time
    clock.time = begin + SUPPORT - SECOND
    town.retention.run()
    assert left(town) == {"tickets": 1, "messages": 1, "keys": 1}
    clock.time = begin + SUPPORT
    town.retention.run()
    assert left(town) == {"tickets": 0, "messages": 0, "keys": 0}
    town.tidies()
    assert files(town) == 0
    with town.database.connection():
        assert Media.select().count() == 0


def test_one_under_way_stays_however_old_it_is(town: Town, clock: TurnedClock) -> None:
    ann = town.settles()
    town.asks(ann)
    clock.time += 4 * SUPPORT
    town.retention.run()
    assert left(town) == {"tickets": 1, "messages": 1, "keys": 1}


def test_its_period_counts_from_the_last_resolution(town: Town, clock: TurnedClock) -> None:
    ann = town.settles()
    town.asks(ann)
    town.is_helped(ann)
    begin = clock.time
    clock.time += timedelta(days=10)
    town.asks(ann)
    clock.time = begin + SUPPORT + SECOND
    town.retention.run()
    assert left(town)["tickets"] == 1, "it is open again"
    town.is_helped(ann)
    clock.time += SUPPORT - SECOND
    town.retention.run()
    assert left(town) == {"tickets": 1, "messages": 2, "keys": 1}


def test_other_peoples_tickets_stay(town: Town, clock: TurnedClock) -> None:
    ann, bob = town.settles(), town.settles()
    for one in (ann, bob):
        town.asks(one)
    town.is_helped(ann)
    clock.time += SUPPORT
    town.retention.run()
    with town.database.connection():
        [ticket] = list(Ticket.select())
        [media] = list(Media.select().where(Media.account == ticket.id))
    assert ticket.account == bob
    with town.media.open(media, purpose="support") as file:
        assert file.read() == b"x"


def test_while_the_store_is_away_nothing_of_it_can_be_read_and_its_files_go_later(
    town: Town, clock: TurnedClock
) -> None:
    ann = town.settles()
    town.asks(ann)
    town.is_helped(ann)
    with town.database.connection():
        media = Media.get(Media.kind == ATTACHMENT)
    clock.time += SUPPORT
    town.retention.run()
    with town.database.connection():
        now = Media.get_by_id(media.id)
        assert Work.select().where((Work.subject == media.id) & (Work.state == Work.DUE)).count() == 1
    for row in (media, now):
        with pytest.raises(Permanent):
            town.media.open(row, purpose="support")
    assert files(town) == 1
    town.tidies()
    assert files(town) == 0
