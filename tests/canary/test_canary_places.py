"""A place that is missing, empty or not what it should be is no place where nothing was found."""

from __future__ import annotations

import io
import random
import sqlite3
from pathlib import Path

import psycopg
import pytest
from PIL import Image

from ops import places
from ops.places import Place
from privacy.search import Canary, Search, slices
from tests.canary.marks import HUES, Marks, whose

WORD = "kanariebirdwords"
SEARCH = Search([Canary("the word", WORD)])
MARKS = Marks(random.Random(3))


def test_what_stands_in_a_file_is_seen_and_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.log").write_text(f"witness {WORD.encode().hex()}")
    [seen] = Place("logs", places.files(tmp_path), b"witness").searched(SEARCH)
    assert (seen.place, seen.form) == ("logs: deep/a.log", "hex")


def test_the_name_of_a_file_is_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / f"{WORD}.jpg").write_text("witness")
    assert Place("logs", places.files(tmp_path), b"witness").searched(SEARCH)


def test_a_place_that_is_missing_or_empty_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(LookupError, match="is empty"):
            Place("logs", places.files(folder), b"witness").searched(SEARCH)


def test_a_place_without_its_witness_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("something else")
    with pytest.raises(LookupError, match="not what it should be"):
        Place("logs", places.files(tmp_path), b"witness").searched(SEARCH)


def test_what_sqlite_holds_is_seen_before_and_after_it_reaches_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE note (what TEXT)")
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    writer.execute("INSERT INTO note VALUES (?)", [WORD])
    seen = Place("SQLite", places.sqlite(path), b"CREATE TABLE note").searched(SEARCH)
    assert {sighting.place for sighting in seen} == {"SQLite: a.db-wal", "SQLite: dump"}
    writer.close()
    seen = Place("SQLite", places.sqlite(path), b"CREATE TABLE note").searched(SEARCH)
    assert {sighting.place for sighting in seen} == {"SQLite: a.db", "SQLite: dump"}


def test_what_postgres_holds_is_seen_in_every_table_also_as_bytes(new_postgres: str) -> None:
    with psycopg.connect(new_postgres, autocommit=True) as connection:
        connection.execute("CREATE TABLE first (what TEXT); CREATE TABLE second (what BYTEA)")
        connection.execute("INSERT INTO first VALUES (%s)", [WORD])
        connection.execute("INSERT INTO second VALUES (%s)", [WORD.encode()])
    seen = Place("Postgres", places.postgres(new_postgres), b"second").searched(SEARCH)
    assert {(sighting.place, sighting.form) for sighting in seen} == {
        ("Postgres: first", "plain"),
        ("Postgres: second", "hex"),
    }


@pytest.mark.parametrize("number", range(HUES))
def test_whose_photo_it_is_is_known_again_after_other_hands_encoded_it(number: int) -> None:
    with Image.open(io.BytesIO(MARKS.photo(number))) as opened:
        other = io.BytesIO()
        opened.resize((200, 150)).save(other, "JPEG", quality=40)
    assert whose(other.getvalue()) == number


def test_photos_share_a_slice_and_have_others_of_their_own() -> None:
    first, second = (slices("a photo", bare(MARKS.photo(number))) for number in (1, 2))
    assert first[0] == second[0]


def test_a_photo_carries_its_marks_in_every_kind_of_metadata() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        photo = MARKS.photo(4, kind)
        assert photo.count(MARKS.latin.encode()) >= 3


def test_nobody_shares_a_mark_with_an_earlier_run() -> None:
    other = Marks(random.Random(4))
    assert (other.latin, other.digits) != (MARKS.latin, MARKS.digits)
    assert len(str(other.id_of(7))) == 15


def bare(photo: bytes) -> bytes:
    with Image.open(io.BytesIO(photo)) as opened:
        pixels = opened.copy()
    pixels.info = {}
    made = io.BytesIO()
    pixels.save(made, "JPEG", quality=92)
    return made.getvalue()
