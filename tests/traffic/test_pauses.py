"""Pauses: what staff said stands until they resume it or its time is over, and every process knows within seconds."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from database import Database
from errors import Rejected, Waits
from models import Work
from policy.limits import LONGEST_SAID
from traffic.names import AWAKE, IMAGES, SALES, VIDEOS
from traffic.pauses import HELD_FOR, KNOWN_FOR, SPREAD, Pauses, Wanted, Words

BACK = Words("Back at nine.", "九時回來。")
HOUR = timedelta(hours=1)


class Desk:
    """Where staff pause, and another process that obeys."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database, self.clock = database, clock
        self.staff, self.other = (Pauses(database, chance=lambda: 0.5) for _ in range(2))

    def pause(self, name: str = IMAGES, **more: Any) -> None:
        with self.database.unit() as unit:
            self.staff.pause(unit, name, Wanted(**{"words": BACK, **more}))
        self.clock.turn(KNOWN_FOR)

    def resume(self, name: str = IMAGES) -> None:
        with self.database.unit() as unit:
            self.staff.resume(unit, name)
        self.clock.turn(KNOWN_FOR)

    def said(self, name: str = IMAGES) -> Any:
        """None: it is open."""
        try:
            self.other.demand_open(name)
        except Rejected as error:
            return error.code, error.facts
        return None


@pytest.fixture
def desk(database: Database, clock: Any) -> Desk:
    return Desk(database, clock)


def test_one_thing_is_paused_in_every_process_with_the_words_of_staff(desk: Desk) -> None:
    assert desk.said() is None
    desk.pause()
    words = {"english": "Back at nine.", "traditional": "九時回來。", "simplified": None}
    assert desk.said() == ("images.paused", words)
    assert (desk.said(VIDEOS), desk.said(SALES)) == (None, None)
    desk.resume()
    assert desk.said() is None


def test_it_ends_by_itself_at_its_time(desk: Desk) -> None:
    desk.pause(until=desk.clock.now() + HOUR)
    desk.clock.turn(HOUR.total_seconds() - 10)
    assert desk.said() is not None
    desk.clock.turn(10)
    assert desk.said() is None
    with pytest.raises(Rejected, match=r"pause\.none"):
        desk.resume()


def test_it_is_said_in_other_words_and_begins_again_after_its_end(desk: Desk) -> None:
    desk.pause()
    desk.pause(words=Words("Back at ten."))
    assert desk.said()[1]["english"] == "Back at ten."
    desk.resume()
    desk.pause()
    assert desk.said()[1]["english"] == "Back at nine."


def test_only_with_hold_what_was_ordered_waits(desk: Desk) -> None:
    desk.pause()
    desk.other.demand_going(IMAGES)
    desk.pause(hold=True)
    with pytest.raises(Waits) as raised:
        desk.other.demand_going(IMAGES)
    assert raised.value.code == "images.held"
    assert raised.value.retry_after == HELD_FOR + SPREAD / 2
    desk.resume()
    desk.other.demand_going(IMAGES)


def test_a_crowd_looks_again_no_faster_than_it_is_served(desk: Desk) -> None:
    later = desk.clock.now() + timedelta(hours=1)
    rows = [
        {"id": f"{number}", "kind": "produce", "subject": "s", "account": "a", "due_at": later, "created_at": later}
        | {"reason": "images.held" if number < 4_000 else "provider.busy"}
        for number in range(4_500)
    ]
    with desk.database.unit():
        for first in range(0, len(rows), 500):
            Work.insert_many(rows[first : first + 500]).execute()
    desk.pause(hold=True)
    assert waits(desk) == HELD_FOR + 4_000 / AWAKE / 2


def test_what_is_held_until_a_time_waits_until_then(desk: Desk) -> None:
    desk.pause(hold=True, until=desk.clock.now() + timedelta(seconds=100 + KNOWN_FOR))
    assert waits(desk) == 100 + SPREAD / 2
    desk.pause(hold=True, until=desk.clock.now() + HOUR)
    assert waits(desk) == HELD_FOR + SPREAD / 2


def test_who_would_wait_for_long_hears_of_a_resume_at_once(desk: Desk) -> None:
    desk.pause(hold=True)
    assert desk.other.holds(IMAGES)
    with desk.database.unit() as unit:
        desk.staff.resume(unit, IMAGES)
    desk.other.demand_going(IMAGES)


def waits(desk: Desk) -> float:
    with pytest.raises(Waits) as raised:
        desk.other.demand_going(IMAGES)
    return raised.value.retry_after or 0.0


def test_who_waits_has_to_look_again_where_it_goes_on_sooner_than_it_was_told(desk: Desk) -> None:
    now = desk.clock.now()
    changes: list[tuple[dict[str, Any], bool]] = [
        ({"hold": True}, False),
        ({"hold": True, "until": now + 3 * HOUR}, True),
        ({"hold": True, "until": now + 4 * HOUR}, False),
        ({"hold": True, "until": now + HOUR}, True),
        ({"hold": True}, False),
        ({}, True),
    ]
    for more, sooner in changes:
        with desk.database.unit() as unit:
            assert desk.staff.pause(unit, IMAGES, Wanted(words=BACK, **more)) == sooner, more


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_two_who_pause_at_one_moment_both_do_and_the_later_words_stand(desk: Desk, database_url: str) -> None:
    columns = "INSERT INTO pause (name, english, hold, since) VALUES ('images', 'Of the other.', false, now())"
    with psycopg.connect(database_url) as other:
        other.execute(columns)
        mine = threading.Thread(target=desk.pause)
        mine.start()
        waiting = (
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        end = time.monotonic() + 60
        with psycopg.connect(database_url, autocommit=True) as watching:
            while watching.execute(waiting).fetchone() == (0,) and time.monotonic() < end:
                time.sleep(0.01)
    mine.join(60)
    assert desk.said()[1]["english"] == BACK.english


def test_that_it_waited_is_known_for_as_long_as_somebodys_waiting_could_be_blamed_on_it(desk: Desk) -> None:
    def lately() -> bool:
        with desk.database.unit() as unit:
            return desk.other.held_lately(unit, IMAGES, HOUR)

    assert not lately()
    desk.pause(hold=True)
    desk.clock.turn(9 * HOUR.total_seconds())
    assert lately()
    desk.resume()
    desk.clock.turn(HOUR.total_seconds() - 10)
    assert lately()
    desk.clock.turn(20)
    assert not lately()


def test_a_hold_began_when_it_began_though_it_is_said_anew(desk: Desk) -> None:
    def since() -> Any:
        with desk.database.unit() as unit:
            return desk.other.held_since(unit, IMAGES)

    began = desk.clock.now()
    desk.pause(hold=True)
    desk.pause(hold=True, words=Words("A little longer."))
    assert since() == began
    desk.pause()
    assert since() is None


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"words": Words("")}, "pause.words"),
        ({"words": Words("   ")}, "pause.words"),
        ({"words": Words("x" * (LONGEST_SAID + 1))}, "pause.words"),
        ({"words": Words("Back.", simplified="x" * (LONGEST_SAID + 1))}, "pause.words"),
        ({"until": timedelta(0)}, "pause.until"),
        ({"name": "everything"}, "pause.name"),
        ({"name": SALES, "hold": True}, "pause.nothing_to_hold"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, more: dict[str, Any], code: str) -> None:
    if "until" in more:
        more = {"until": desk.clock.now() + more["until"]}
    with pytest.raises(Rejected) as raised:
        desk.pause(**more)
    assert raised.value.code == code
    assert desk.said() is None
