"""Where the canary is looked for: everything is read, in pieces between which nothing falls through."""

from __future__ import annotations

import io
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from database import Database
from models import CanaryRun, SeenUpdate, Work, new_id
from privacy import canary_places
from privacy.canary_marks import Marks
from privacy.places import Place
from privacy.search import SMALLEST, Canary, Search
from vault.folder import FolderStore

WORD = "canarybirdwords"
SEARCH = Search([Canary("the word", WORD)])
LONG_AGO = datetime(2020, 1, 1)


def seen_in(place: Place) -> set[str]:
    return {f"{one.place} {one.form}" for one in place.searched(SEARCH)}


def test_every_table_is_read_and_the_one_is_named(database: Database) -> None:
    run = new_id()
    with database.unit() as unit:
        CanaryRun.insert(id=run, begun_at=unit.now, until=unit.now).execute()
        rows = [{"id": number, "at": unit.now} for number in range(canary_places.ROWS + 5)]
        SeenUpdate.insert_many(rows).execute()
        values = {
            "kind": "k",
            "subject": WORD.encode().hex(),
            "account": "a",
            "due_at": unit.now,
            "created_at": unit.now,
        }
        Work.insert(**values).execute()
    assert seen_in(Place("rows", canary_places.rows(database), run.encode())) == {"rows: work hex"}
    names = [name for name, _ in canary_places.rows(database)]
    assert {"work", "seen_update", "canary_run", "schema_migration", "data_key"} <= set(names)
    [updates] = [data for name, data in canary_places.rows(database) if name == "seen_update"]
    assert str(canary_places.ROWS + 4).encode() in updates


def test_what_lies_across_two_pieces_is_seen(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for before in (canary_places.PIECE - 8, 2 * canary_places.PIECE - 40, 3 * canary_places.PIECE - 15):
        data = os.urandom(before) + WORD.encode() + os.urandom(1 << 20)
        store.put("photo/ab/abcd", io.BytesIO(data), len(data))
        assert seen_in(Place("objects", canary_places.objects(store, LONG_AGO), b"photo/ab")) == {
            "objects: photo/ab/abcd plain"
        }
        pieces = [piece for _, piece in canary_places.objects(store, LONG_AGO)]
        assert max(len(piece) for piece in pieces) < 3 * canary_places.PIECE


def test_only_objects_that_came_since_are_read(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for name in ("photo/ab/before", "photo/ab/since"):
        store.put(name, io.BytesIO(WORD.encode()), len(WORD))
    old = datetime(2026, 11, 1)
    os.utime(tmp_path / "photo/ab/before.object", (old.timestamp(), old.timestamp()))
    found = canary_places.objects(store, old + timedelta(days=1))
    assert seen_in(Place("objects", found, b"since")) == {"objects: photo/ab/since plain"}


def test_logs_are_read_whole(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "web.log").write_text('{"event":"a"}\n' * 200_000 + WORD.upper())
    assert seen_in(Place("logs", canary_places.logs(tmp_path, LONG_AGO), b'"event"')) == {"logs: web.log upper case"}


def test_logs_into_which_nobody_writes_any_more_are_no_place_that_was_looked_at(tmp_path: Path) -> None:
    began = datetime(2026, 11, 28, 3, 40)
    for name, age in (("web.log", timedelta(days=2)), ("rights.log", timedelta(hours=20))):
        (tmp_path / name).write_text('{"event":"a"}\n' + WORD)
        at = (began - age).replace(tzinfo=UTC).timestamp()
        os.utime(tmp_path / name, (at, at))
    assert seen_in(Place("logs", canary_places.logs(tmp_path, began), b'"event"')) == {"logs: rights.log plain"}
    (tmp_path / "rights.log").unlink()
    with pytest.raises(LookupError, match="logs is empty"):
        Place("logs", canary_places.logs(tmp_path, began), b'"event"').searched(SEARCH)


def test_marks_are_anew_each_time_and_the_picture_carries_them() -> None:
    one, other = Marks(random.Random(1)), Marks(random.Random(2))
    assert not {one.latin, one.chinese} & {other.latin, other.chinese}
    data = one.picture()
    assert one.latin.encode() in data
    assert one.chinese.encode("utf-16-be") in data
    assert len(data) > SMALLEST
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.size == (640, 480)
