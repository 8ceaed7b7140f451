"""Sealed objects: kept and opened, and destroyed in an order that a crash cannot turn into a promise broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from custody import destroy
from errors import Permanent, Temporary
from models import Access, KeyRow, Media

PLAIN = b"the plain bytes of a picture " * 40_000


def intend(custody: Any, media: Any) -> bool:
    with custody.database.unit() as unit:
        return destroy.intend(unit, media.id)


def rows(custody: Any) -> list[Any]:
    with custody.database.connection():
        return list(Media.select())


def erasures(custody: Any) -> list[Any]:
    return [json.loads(custody.store.get(name).read()) for name in custody.store.names("erasures/")]


@pytest.mark.proves("P2.2", "P4.4")
def test_what_is_kept_opens_again(custody: Any) -> None:
    for kind in ("photo", "result"):
        for data in (b"", b"x", PLAIN):
            media = custody.keep(data, kind=kind)
            with custody.media.open(media, purpose="generation") as stream:
                assert stream.read() == data
            assert media.object_name.startswith(f"{kind}/")
            assert media.size == len(data)


@pytest.mark.proves("P5.2", "P7.1")
def test_nothing_of_a_picture_or_a_person_stands_in_the_store_in_plain(custody: Any) -> None:
    custody.keep(PLAIN)
    files = [path for path in custody.folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    for path in files:
        assert PLAIN[:16] not in path.read_bytes()
        assert "ann" not in str(path.relative_to(custody.folder))


def test_an_object_that_is_not_counted_yet_is_not_opened(custody: Any) -> None:
    media = custody.media.keep(account="ann", kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
    with pytest.raises(Permanent, match="media_gone"):
        custody.media.open(media, purpose="generation")


def test_the_row_is_there_before_the_object_so_that_none_is_left_behind(custody: Any) -> None:
    custody.store.away = 1
    with pytest.raises(Temporary):
        custody.media.keep(account="ann", kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
    [left] = rows(custody)
    assert left.state == Media.STORING
    assert intend(custody, left)
    destroy.destroy(custody.database, custody.store, left.id)
    assert rows(custody) == []


def test_an_object_of_another_row_or_person_does_not_open(custody: Any) -> None:
    for name, value in (("id", "another"), ("account", "bob")):
        media = custody.keep(b"x")
        setattr(media, name, value)
        with pytest.raises(Permanent, match=r"vault\.(tampered|wrong_key)"):
            custody.media.open(media, purpose="generation")


def test_objects_swapped_in_the_store_do_not_open(custody: Any) -> None:
    one, two = custody.keep(b"one"), custody.keep(b"two")
    one.object_name = two.object_name
    with pytest.raises(Permanent, match=r"vault\."):
        custody.media.open(one, purpose="generation").read()


@pytest.mark.proves("P3.8")
def test_a_photo_is_opened_for_granted_purposes_only_and_the_opening_is_recorded(custody: Any) -> None:
    media = custody.keep(b"x")
    with pytest.raises(Permanent, match="purpose_not_granted"):
        custody.media.open(media, purpose="support")
    with custody.media.open(media, purpose="abuse") as stream:
        assert stream.read() == b"x"
    with custody.database.connection():
        [access] = Access.select()
    assert (access.account, access.category, access.purpose, access.subject) == ("ann", "photos", "abuse", media.id)


def test_without_the_persons_key_the_object_cannot_be_opened(custody: Any) -> None:
    media = custody.keep(b"x")
    with custody.database.unit() as unit:
        custody.keys.destroy(unit, "ann", [KeyRow.PHOTOS])
    with pytest.raises(Permanent, match="key_destroyed"):
        custody.media.open(media, purpose="generation")


@pytest.mark.proves("P6.2")
def test_from_the_intent_on_nobody_opens_it(custody: Any) -> None:
    media = custody.keep(b"x")
    assert intend(custody, media)
    assert not intend(custody, media)
    [media] = rows(custody)
    with pytest.raises(Permanent, match="media_gone"):
        custody.media.open(media, purpose="generation")


def test_media_that_were_destroyed_meanwhile_do_not_count_any_more(custody: Any) -> None:
    media = custody.media.keep(account="ann", kind="photo", data=b"x", mime="image/jpeg", width=1, height=1)
    assert intend(custody, media)
    with pytest.raises(Permanent, match="media_gone"), custody.database.unit() as unit:
        custody.media.stored(unit, media)


@pytest.mark.proves("P6.2")
def test_destroying_leaves_only_the_erasure_record(custody: Any, clock: Any) -> None:
    media, other = custody.keep(b"x"), custody.keep(b"stays")
    intend(custody, media)
    custody.store.done.clear()
    destroy.destroy(custody.database, custody.store, media.id)
    assert custody.store.done == ["put erasures", "delete photo"]
    assert not custody.store.exists(media.object_name)
    assert [row.id for row in rows(custody)] == [other.id]
    assert erasures(custody) == [{"objects": [media.object_name], "at": clock.now().isoformat()}]
    destroy.destroy(custody.database, custody.store, media.id)
    assert len(erasures(custody)) == 1


def test_nothing_is_destroyed_that_nobody_intended(custody: Any) -> None:
    media = custody.keep(b"x")
    destroy.destroy(custody.database, custody.store, media.id)
    with custody.media.open(media, purpose="generation") as stream:
        assert stream.read() == b"x"
    assert erasures(custody) == []


@pytest.mark.proves("P6.2")
def test_the_key_stays_until_the_erasure_record_stands(custody: Any) -> None:
    media = custody.keep(b"x")
    intend(custody, media)
    custody.store.away = 1
    with pytest.raises(Temporary):
        destroy.destroy(custody.database, custody.store, media.id)
    [left] = rows(custody)
    assert left.wrapped_key is not None
    assert custody.store.exists(media.object_name)
    destroy.destroy(custody.database, custody.store, media.id)
    assert rows(custody) == []


@pytest.mark.proves("P6.2")
def test_an_object_that_stays_is_without_a_key_and_the_next_run_removes_it(custody: Any) -> None:
    media = custody.keep(b"x")
    intend(custody, media)
    custody.store.fails = 1
    with pytest.raises(Temporary, match=r"store\.unavailable"):
        destroy.destroy(custody.database, custody.store, media.id)
    [left] = rows(custody)
    assert (left.state, left.wrapped_key) == (Media.DESTROYING, None)
    assert custody.store.exists(media.object_name)
    assert erasures(custody)[0]["objects"] == [media.object_name]
    destroy.destroy(custody.database, custody.store, media.id)
    assert rows(custody) == []
    assert not custody.store.exists(media.object_name)
