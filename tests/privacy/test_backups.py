"""Somebody is called when no young backup is there, and when an old one still is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from database import Database
from models import Account, new_id
from policy.categories import BACKUP
from privacy import backups
from privacy.backups import DATABASE, EXPECTED_EVERY, KEYS, OBJECTS, SPARED, alarm, folders, lost, made, standing
from tests.conftest import TurnedClock

ALL = (DATABASE, OBJECTS, KEYS)


def makes(database: Database, *kinds: str) -> dict[str, str]:
    with database.unit() as unit:
        ids = {kind: new_id() for kind in kinds}
        for kind, id in ids.items():
            made(unit, id=id, kind=kind, place="here", size=1, at=unit.now)
    return ids


@pytest.fixture
def peopled(database: Database) -> Database:
    with database.unit() as unit:
        known = {"telegram_id": b"x", "telegram_id_index": b"y", "names_index": b"z", "created_at": unit.now}
        Account.insert(id=new_id(), **known).execute()
    return database


def alarms(database: Database) -> list[tuple[str, object]]:
    with capture_logs() as said:
        alarm(database)
    return sorted((entry["event"], entry.get("kind") or entry.get("count")) for entry in said)


def test_where_nobody_is_nothing_is_missed(database: Database) -> None:
    assert alarms(database) == []


def test_each_kind_that_is_not_young_enough_is_missed(peopled: Database, clock: TurnedClock) -> None:
    assert alarms(peopled) == [("backup.late", kind) for kind in sorted(ALL)]
    makes(peopled, *ALL)
    assert alarms(peopled) == []
    clock.turn(EXPECTED_EVERY.total_seconds() - 1)
    makes(peopled, DATABASE)
    clock.turn(2)
    assert alarms(peopled) == [("backup.late", kind) for kind in sorted((OBJECTS, KEYS))]
    assert standing(peopled).late(clock.now()) == [OBJECTS, KEYS]


def test_one_that_is_kept_past_its_days_calls_somebody_until_it_is_gone(peopled: Database, clock: TurnedClock) -> None:
    old = makes(peopled, *ALL)
    clock.turn((BACKUP + SPARED).total_seconds() + 1)
    young = makes(peopled, *ALL)
    assert alarms(peopled) == [("backup.kept_too_long", 2)]  # of the objects there is one copy
    with peopled.unit() as unit:
        assert backups.gone(unit, kind=DATABASE, place="elsewhere", left=[]) == 0
        assert backups.gone(unit, kind=DATABASE, place="here", left=[young[DATABASE]]) == 1
    assert alarms(peopled) == [("backup.kept_too_long", 1)]
    with peopled.unit() as unit:
        assert backups.gone(unit, kind=KEYS, place="here", left=[young[KEYS]]) == 1
    assert alarms(peopled) == []
    assert set(old) == set(young)


def test_the_copy_of_the_objects_in_a_folder_is_one(peopled: Database, clock: TurnedClock) -> None:
    makes(peopled, OBJECTS)
    clock.turn(60)
    makes(peopled, OBJECTS)
    assert standing(peopled).made[OBJECTS] == clock.now()
    clock.turn((BACKUP + SPARED).total_seconds())
    assert standing(peopled).too_old == 0
    clock.turn(1)
    assert standing(peopled).too_old == 1  # what was deleted since lies in it


def test_a_folder_that_is_destroyed_calls_nobody_for_ever(peopled: Database, clock: TurnedClock) -> None:
    makes(peopled, *ALL)
    clock.turn(timedelta(days=30).total_seconds())
    with peopled.unit() as unit:
        made(unit, id="young", kind=KEYS, place="elsewhere", size=1, at=unit.now)
    assert [(one.place, one.kind, one.count) for one in folders(peopled)][-1] == ("elsewhere", KEYS, 1)
    assert {one.kind for one in folders(peopled) if one.place == "here"} == set(ALL)
    with peopled.unit() as unit:
        assert (lost(unit, place="nowhere"), lost(unit, place="here")) == (0, 3)
    assert standing(peopled).too_old == 0
    assert [one.place for one in folders(peopled)] == ["elsewhere"]
