"""A copy of one's data: what is in it, as of when, and that what is new in the schema is in it too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peewee import TextField

import rows
from billing import ledger
from consent.disclosure import disclose
from custody.media import RESULT, VIDEO
from database import Database
from errors import Rejected
from models import TABLES, Access, Account, Base, Report, about, plain
from policy.categories import CATEGORIES
from privacy.holdings import WITHHELD, Unowned, Whose, category_of, columns, given_out, personal, theirs
from tests.generation.studio import PICTURE, Who
from tests.privacy.packing import CLIP, Packer, files, records

pytestmark = pytest.mark.proves("P9.1")


@pytest.fixture
def packer(database: Database, tmp_path: Path, clock: Any) -> Packer:
    return Packer(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(packer: Packer) -> Who:
    return packer.person(credits=20)


def copy_of(packer: Packer, who: Who) -> bytes:
    packer.asks(who)
    packer.work()
    return packer.copies()[-1]


def test_a_copy_holds_photos_pictures_and_videos_byte_for_byte(packer: Packer, ann: Who) -> None:
    packer.has(ann, RESULT, b"\xff\xd8 a picture " * 40_000)
    packer.has(ann, VIDEO, CLIP)
    found = files(copy_of(packer, ann))
    kept = {name.partition("/")[0]: data for name, data in found.items() if name[0] in "pv"}
    assert kept == {"photos": PICTURE, "pictures": b"\xff\xd8 a picture " * 40_000, "videos": CLIP}


def test_a_copy_has_a_file_for_every_category_of_the_register(packer: Packer, ann: Who) -> None:
    found = files(copy_of(packer, ann))
    said = {id: json.loads(found[f"data/{id}.json"]) for id in CATEGORIES}
    assert {id: one["category"] for id, one in said.items()} == {id: id for id in CATEGORIES}
    assert all(one["name"] and one["kept"] and one["purposes"] for one in said.values())
    assert said["support"]["records"] == {}


def test_sealed_values_are_in_it_in_plain_and_each_opening_is_recorded(packer: Packer, ann: Who) -> None:
    order = packer.has(ann, RESULT, PICTURE, prompt="a lighthouse at dusk")
    data = copy_of(packer, ann)
    [account] = records(data, "account")["account"]
    assert (account["first_name"], account["telegram_id"]) == ("Ann", str(packer.telegram_id(ann)))
    assert {"id": order, "style": None, "prompt": "a lighthouse at dusk"} in records(data, "prompts")["orders"]
    with packer.database.connection():
        opened = {(row.category, row.subject) for row in Access.select().where(Access.purpose == "rights")}
    assert {("account", ann.id), ("prompts", order), ("photos", packer.photo_media(ann))} <= opened


def test_keys_are_in_no_copy(packer: Packer, ann: Who) -> None:
    data = copy_of(packer, ann)
    said = {"id", "account", "kind", "frozen", "created_at"}
    assert [set(row) for row in records(data, "account")["data_key"]] == [said] * 3
    assert all("wrapped_key" not in row for row in records(data, "account")["media"])


def test_nobody_elses_data_are_in_it(packer: Packer, ann: Who) -> None:
    bob = packer.person(credits=20)
    packer.has(bob, RESULT, b"bob's picture", prompt="bob's idea")
    with packer.database.unit() as unit:
        times = {"received_at": unit.now, "due_at": unit.now}
        Report.insert(id="ann23", kind="child", source="bot", reporter=ann.id, accused=bob.id, **times).execute()
    data = copy_of(packer, ann)
    whole = b"".join(files(data).values())
    assert [word for word in (bob.id.encode(), bob.photo.encode(), b"bob's") if word in whole] == []


def test_the_ledger_and_the_disclosure_log_are_in_it_in_words_and_numbers(packer: Packer, ann: Who) -> None:
    packer.clock.turn(1)
    with packer.database.unit() as unit:
        ledger.hold(unit, owner=ann.id, order="o1", credits=8, what="video_5")
        ledger.charge(unit, owner=ann.id, order="o1")
        disclose(
            unit,
            account=ann.id,
            order="o1",
            attempt=1,
            recipient="kling",
            purpose="generation",
            categories=frozenset({"photos"}),
        )
    data = copy_of(packer, ann)
    page = files(data)["index.html"].decode()
    rows = [line for line in page.split("<tr>") if "Video of 5 s" in line]
    assert ['<td class="n">-8</td><td class="n">15</td>' in row for row in rows] == [True]
    assert "Kuaishou Technology (Kling AI)" in page
    assert "may be kept up to 30 more days" in page
    assert [row["recipient"] for row in records(data, "disclosures")["disclosure"]] == ["kling"]
    amounts = [row["amount"] for row in records(data, "transactions")["ledger_line"]]
    assert sum(amounts) == 0
    assert -8 in amounts


@pytest.mark.parametrize(("tag", "lang", "title"), [("zh-hant", "zh-Hant", "相片"), ("zh-hans", "zh-Hans", "照片")])
def test_the_page_and_the_sheet_speak_the_persons_language(
    packer: Packer, ann: Who, tag: str, lang: str, title: str
) -> None:
    packer.speaks(ann, tag)
    found = files(copy_of(packer, ann))
    for name in ("index.html", "information.html"):
        page = found[name].decode()
        assert f'<html lang="{lang}">' in page
        assert title in page
        assert "Your data" not in page
        assert "Where it comes from" not in page


def test_the_page_shows_the_pictures_and_needs_nothing_from_outside(packer: Packer, ann: Who) -> None:
    packer.has(ann, VIDEO, CLIP, prompt='<script>alert("x")</script>')
    found = files(copy_of(packer, ann))
    page = found["index.html"].decode()
    for name in found:
        assert name.startswith(("index", "information", "data/")) or f'src="{name}"' in page
    assert "<script" not in page
    for text in (page, found["information.html"].decode()):
        assert [word for word in ("http:", "https:", "//", "@import", "url(") if word in text] == []


def test_the_information_sheet_has_every_letter_of_the_article(packer: Packer, ann: Who) -> None:
    sheet = files(copy_of(packer, ann))["information.html"].decode()
    assert [f"({letter})" in sheet for letter in "abcdefgh"] == [True] * 8
    assert "Miomio Ltd, 1 Harbour Road, help@miomio.invalid" in sheet
    assert "+852 2827 2827" in sheet


def test_what_comes_after_the_asking_is_not_in_it(packer: Packer, ann: Who) -> None:
    packer.asks(ann)
    packer.clock.turn(1)
    late = packer.has(ann, RESULT, b"a late picture")
    with packer.database.unit() as unit:
        ledger.grant(unit, owner=ann.id, credits=5, source="large", key="late")
    packer.work()
    data = packer.copies()[-1]
    assert late.encode() not in b"".join(files(data).values())
    assert b"a late picture" not in data
    assert "Records and files deleted" not in files(data)["index.html"].decode()


def test_what_is_deleted_meanwhile_is_left_out_with_a_note(packer: Packer, ann: Who) -> None:
    packer.has(ann, RESULT, b"\xff\xd8 stays")
    packer.asks(ann)
    packer.delete_photo(ann)
    packer.work()
    found = files(packer.copies()[-1])
    assert [name for name in found if name.startswith("photos/")] == []
    assert [data for name, data in found.items() if name.startswith("pictures/")] == [b"\xff\xd8 stays"]
    assert "Records and files deleted since you asked" in found["index.html"].decode()


def test_a_photo_that_is_deleted_while_it_is_packed_is_left_out_of_a_copy_that_is_whole(
    packer: Packer, ann: Who
) -> None:
    packer.has(ann, RESULT, PICTURE)

    packer.asks(ann)
    packer.store.meanwhile = lambda: packer.delete_photo(ann)  # the list is made, the first byte is not
    packer.work(seconds=30)
    [data] = packer.copies()
    assert [name.partition("/")[0] for name in files(data) if name.endswith("jpg")] == ["pictures"]


@pytest.fixture
def newer(database: Database) -> Iterator[None]:
    """A release that has one column more about accounts."""
    with database.connection():
        database.rows("ALTER TABLE account ADD COLUMN nickname TEXT")
    Account._meta.add_field("nickname", about(TextField(null=True), "account"))
    rows.forget()
    yield
    Account._meta.remove_field("nickname")
    rows.forget()


def test_a_column_that_is_new_is_in_the_copy_without_anybody_thinking_of_it(
    packer: Packer, ann: Who, newer: None
) -> None:
    with packer.database.connection():
        packer.database.rows("UPDATE account SET nickname = ? WHERE id = ?", "Annie", ann.id)
    [account] = records(copy_of(packer, ann), "account")["account"]
    assert account["nickname"] == "Annie"


def test_every_column_about_people_is_given_out_and_every_table_says_whose_its_rows_are(
    packer: Packer, ann: Who
) -> None:
    for model in TABLES:
        if model in personal():
            theirs(model, Whose(ann.id, ()))
        else:
            assert {category_of(column) for column in columns(model)} == {None}
    left_out = {
        f"{model.__name__}.{name}"
        for model in personal()
        for name in {column.name for column in columns(model)} - {column.name for column in given_out(model)}
    }
    keys = {"KeyRow.wrapped", "Media.wrapped_key", "AuditEntry.before", "AuditEntry.digest"}
    assert left_out == keys | {f"{model.__name__}.{name}" for model, name in WITHHELD}


def test_a_table_about_people_that_does_not_say_whose_its_rows_are_is_refused() -> None:
    class Rumour(Base):
        id = plain(TextField(primary_key=True), "random number")
        said = about(TextField(), "support")

    with pytest.raises(Unowned, match="Rumour"):
        theirs(Rumour, Whose("ann", ()))


def test_a_second_ask_says_that_one_is_on_the_way(packer: Packer, ann: Who) -> None:
    packer.asks(ann)
    with pytest.raises(Rejected, match=r"export\.under_way"):
        packer.asks(ann)
    packer.work()
    packer.asks(ann)
    packer.work()
    assert len(packer.copies()) == 2
