"""The backup of the keys alone: with a dump it makes a service again, and nobody who left comes back with it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from database import Database
from errors import Permanent
from models import KeyRow
from policy.categories import KEY_BACKUP
from privacy.erasures import ACCOUNT, PHOTOS
from privacy.key_backup import BATCH, OWNERS, Loaded, lines, load
from tests.privacy.restoring import MAY, Restorer
from tests.privacy.test_replay import Town, nobody_is_back

pytestmark = pytest.mark.proves("P9.3", "P6.7")


@pytest.fixture
def town(database: Database, database_url: str, tmp_path: Path, clock: Any) -> Town:
    return Town(database, database_url, tmp_path, clock)


def loads(service: Restorer, backup: list[str], **more: bool) -> Loaded:
    with service.database.unit() as unit:
        return load(unit, backup, **more)


def keys(service: Restorer) -> dict[str, tuple[Any, ...]]:
    with service.database.connection():
        rows = list(KeyRow.select())
    return {row.id: (row.account, row.kind, bytes(row.wrapped), row.frozen, row.created_at) for row in rows}


def test_dump_and_keys_of_one_time_are_the_service_of_that_time(town: Town) -> None:
    town.service.buys_pack(town.dan)
    with town.database.unit() as unit:
        town.service.audit.record(unit, MAY, "export")
        town.service.keys.freeze(unit, town.eve.id)
    before, backup = keys(town.service), list(lines(town.database))
    dump = town.dump(keys=False)
    service = town.restores(dump)
    assert keys(service) == {}
    done = loads(service, backup)
    assert (keys(service), done.loaded, done.left_out) == (before, len(before), 0)
    assert service.whole(town.dan)
    assert service.audit.entries(newest=1)[0].reason == MAY.reason


def test_the_newest_backup_lacks_the_keys_of_those_who_left_even_before_the_replay(town: Town) -> None:
    dump = town.dump(keys=False)
    town.lives_on()
    backup = list(lines(town.database))
    service = town.restores(dump)
    loads(service, backup)
    assert service.rows(town.ann).get("KeyRow", 0) == 0
    for media in (*service.kept(town.ann), *service.kept(town.bob, "photo")):
        with pytest.raises(Permanent, match=r"custody\.key_destroyed"):
            service.opens(media)
    done = service.replays()
    assert done["unmarked"] == 1  # who it was cannot be read any more
    nobody_is_back(town)


def test_an_older_backup_brings_keys_back_and_the_replay_destroys_them(town: Town) -> None:
    backup = list(lines(town.database))
    dump = town.dump(keys=False)
    town.lives_on()
    service = town.restores(dump)
    loads(service, backup)
    assert service.rows(town.ann)["KeyRow"] == 3
    assert "unmarked" not in service.replays()
    nobody_is_back(town)


def test_a_key_that_a_deletion_in_the_dump_has_destroyed_is_left_out(town: Town) -> None:
    backup = list(lines(town.database))
    town.clock.turn(60)
    town.service.erases(town.bob, PHOTOS)
    town.service.erases(town.eve, ACCOUNT)
    town.service.work()
    assert town.service.undoes(town.eve)
    town.service.work()
    dump = town.dump(keys=False)
    service = town.restores(dump)
    done = loads(service, backup)
    assert done.left_out == 3
    with town.database.connection():
        left = {
            who.id: {row.kind for row in KeyRow.select().where(KeyRow.account == who.id)}
            for who in (town.bob, town.eve)
        }
    assert left == {town.bob.id: {"account", "results"}, town.eve.id: {"account"}}


def test_keys_of_people_who_are_not_here_are_left_out(town: Town) -> None:
    dump = town.dump(keys=False)
    later = town.service.lives()
    backup = list(lines(town.database))
    service = town.restores(dump)
    assert loads(service, backup).left_out == 3
    assert service.rows(later) == {}


def test_keys_about_to_be_destroyed_are_in_no_backup(town: Town) -> None:
    town.service.erases(town.bob, PHOTOS)
    assert town.service.set_aside() == 1
    assert not any("aside" in line for line in lines(town.database))


def test_after_its_days_a_backup_is_not_read_unless_told(town: Town) -> None:
    backup = list(lines(town.database))
    dump = town.dump(keys=False)
    service = town.restores(dump)
    at = town.clock.now() - timedelta(hours=1)
    town.clock.time = at + KEY_BACKUP - timedelta(seconds=1)
    with town.database.unit() as unit:
        load(unit, backup)
        KeyRow.delete().execute()
    town.clock.turn(1)
    with pytest.raises(Permanent, match=r"keys\.too_old"):
        loads(service, backup)
    assert keys(service) == {}
    assert loads(service, backup, older=True).loaded == 18


def test_into_a_database_that_has_keys_none_are_loaded(town: Town) -> None:
    backup, before = list(lines(town.database)), keys(town.service)
    with pytest.raises(Permanent, match=r"keys\.there"):
        loads(town.service, backup)
    assert keys(town.service) == before


@pytest.mark.parametrize("left", [0, 1, 2, 9])
def test_of_a_backup_that_was_cut_off_nothing_is_loaded(town: Town, left: int) -> None:
    backup = list(lines(town.database))
    service = town.restores(town.dump(keys=False))
    with pytest.raises(Permanent, match=r"keys\.(cut_off|unreadable)"):
        loads(service, backup[:left])
    with pytest.raises(Permanent, match=r"keys\.cut_off"):
        loads(service, [*backup[:-1], json.dumps({"count": len(backup)})])
    assert keys(service) == {}


@pytest.mark.parametrize(
    "line", ["", "x", "[]", "{}", '{"form":"another"}', '{"id":"1","account":"a","kind":"photos","wrapped":"*"}']
)
@pytest.mark.parametrize("place", [0, 3])
def test_what_is_no_backup_is_not_loaded(town: Town, line: str, place: int) -> None:
    backup = list(lines(town.database))
    service = town.restores(town.dump(keys=False))
    backup[place] = line
    with pytest.raises(Permanent, match=r"keys\.unreadable"):
        loads(service, backup)
    assert keys(service) == {}


def test_more_keys_than_one_batch(town: Town) -> None:
    with town.database.unit() as unit:
        rows = [
            {"account": town.dan.id, "kind": f"photos{number}", "wrapped": b"w", "created_at": unit.now}
            for number in range(2 * BATCH)
        ]
        for row in rows:
            KeyRow.insert(**row).execute()
    backup = list(lines(town.database))
    assert len(backup) == 2 * BATCH + 18 + 2
    assert json.loads(backup[-1]) == {"count": 2 * BATCH + 18}
    service = town.restores(town.dump(keys=False))
    done = loads(service, backup)
    assert (done.loaded, done.left_out) == (18, 2 * BATCH)  # of kinds that nobody knows


def test_every_kind_of_key_has_an_owner_that_must_be_there() -> None:
    kinds = {value for name, value in vars(KeyRow).items() if name.isupper() and isinstance(value, str)}
    assert kinds == OWNERS.keys() | {KeyRow.STAFF}
