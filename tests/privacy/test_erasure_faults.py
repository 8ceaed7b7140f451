"""A store that is busy, answers half, or whose answer is lost; Redis away; a copy that was asked for first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from errors import Temporary
from models import Erasure, Media
from policy.categories import ACCOUNT_UNDO, STRAY_OBJECT
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.generation.studio import PICTURE, Who
from tests.privacy.front import Door, door
from tests.privacy.packing import files
from tests.privacy.wiping import Wiper
from vault.s3 import DELETE_BATCH, S3Store

pytestmark = pytest.mark.proves("P9.3")
TRIES = 60.0  # seconds in which everything that is put back is tried again


@pytest.fixture
def busy() -> Iterator[tuple[Door, S3Store]]:
    with door() as opened:
        yield opened


@pytest.fixture
def front(busy: tuple[Door, S3Store]) -> Door:
    return busy[0]


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any, busy: tuple[Door, S3Store]) -> Wiper:
    return Wiper(database, tmp_path / "unused", clock, store=busy[1])


@pytest.fixture
def shelved(database: Database, tmp_path: Path, clock: Any) -> Wiper:
    """With a folder for objects."""
    return Wiper(database, tmp_path / "objects", clock)


def many(wiper: Wiper, number: int) -> Who:
    who = wiper.person()
    for _ in range(number):
        wiper.has(who, RESULT, b"x")
    return who


@pytest.mark.parametrize("fault", ["500", "503", "403", "lost", "1", "4"])
def test_what_the_store_did_not_do_is_done_the_next_time(wiper: Wiper, front: Door, fault: str) -> None:
    ann, bob = many(wiper, 4), many(wiper, 2)
    front.script = [fault, fault]
    erasure = wiper.erases(ann, GENERATED)
    wiper.work(seconds=TRIES)
    assert front.script == []
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.counts(erasure.id)["objects"] == 4
    assert wiper.kept(ann, RESULT) == []
    assert len(wiper.objects("result/")) == len(wiper.kept(bob, RESULT)) == 2
    assert wiper.whole(bob)
    assert len(wiper.records()) == 1


def test_while_the_store_deletes_nothing_all_of_it_is_unreadable_and_none_of_it_forgotten(
    wiper: Wiper, front: Door
) -> None:
    ann = many(wiper, 3)
    front.script = ["503"] * 10_000
    erasure = wiper.erases(ann, GENERATED)
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.SEALED
    assert [media.wrapped_key for media in wiper.kept(ann, RESULT)] == [None] * 3
    assert len(wiper.objects("result/")) == 3
    front.script = []
    wiper.work(seconds=400)
    assert wiper.objects("result/") == []
    assert wiper.erasure(erasure.id).state == Erasure.DONE


def test_of_a_batch_that_was_answered_in_part_only_the_rest_is_asked_for_again(wiper: Wiper, front: Door) -> None:
    ann = many(wiper, 6)
    front.script = ["2"]
    wiper.erases(ann, GENERATED)
    wiper.work()
    assert len(wiper.kept(ann, RESULT)) == 2
    assert len(wiper.objects("result/")) == 2
    wiper.work(seconds=TRIES)
    assert wiper.objects("result/") == []
    assert front.seen["delete"] == 2


@pytest.mark.parametrize("scope", [GENERATED, ACCOUNT])
def test_a_batch_is_one_request(wiper: Wiper, front: Door, scope: str) -> None:
    ann = wiper.person()
    number = DELETE_BATCH + 1
    with wiper.database.unit() as unit:
        rows = [
            {
                "id": f"media{place}",
                "account": ann.id,
                "kind": RESULT,
                "state": Media.STORED,
                "object_name": f"result/00/{place:032x}",
                "mime": "image/jpeg",
                "width": 1,
                "height": 1,
                "size": 1,
                "created_at": unit.now,
            }
            for place in range(number)
        ]
        for start in range(0, number, 500):
            Media.insert_many(rows[start : start + 500]).execute()
    front.seen.clear()
    wiper.erases(ann, scope)
    wiper.work()
    wiper.later(ACCOUNT_UNDO.total_seconds())
    wiper.work()
    with wiper.database.connection():
        assert Media.select().where(Media.kind == RESULT).count() == 0
    assert sum(front.seen.values()) <= ceil(number / DELETE_BATCH) + 2


def test_the_record_that_cannot_be_written_holds_the_keys(shelved: Wiper, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a restore could bring back is not destroyed; nobody opens it meanwhile either."""
    ann = shelved.lives()
    away = [Temporary("store.unavailable")] * 2

    def put(*_: Any) -> None:
        raise away.pop()

    real, shelved.store.put = shelved.store.put, put
    erasure = shelved.erases(ann, PHOTOS)
    shelved.work()
    row = shelved.erasure(erasure.id)
    assert (row.state, row.keys_gone_at) == (Erasure.ASKED, None)
    [photo] = shelved.kept(ann, "photo")
    assert photo.wrapped_key is not None
    shelved.store.put = real
    shelved.work(seconds=TRIES)
    assert shelved.erasure(erasure.id).state == Erasure.DONE


@pytest.mark.parametrize("when", ["while the record is written", "while objects are deleted"])
def test_asked_again_in_the_middle_what_came_since_is_written_down_and_goes_too(shelved: Wiper, when: str) -> None:
    ann = shelved.lives()
    [before] = [media.object_name for media in shelved.kept(ann, "photo")]
    since: list[str] = []

    def again() -> None:
        shelved.photo_of(ann.id)
        since.extend(media.object_name for media in shelved.kept(ann, "photo") if media.object_name != before)
        shelved.erases(ann, PHOTOS)

    def delete(names: Iterable[str]) -> list[str]:
        shelved.store.delete = real
        again()
        kept: list[str] = real(names)
        return kept

    erasure, real = shelved.erases(ann, PHOTOS), shelved.store.delete
    if when == "while the record is written":
        shelved.store.meanwhile = again
    else:
        shelved.store.delete = delete
    shelved.work()
    assert len(since) == 1
    assert shelved.erasure(erasure.id).state == Erasure.DONE
    assert shelved.kept(ann, "photo") == []
    assert shelved.objects("photo/") == []
    assert {name for record in shelved.records() for name in record["objects"]} == {before, *since}
    assert shelved.counts(erasure.id)["objects"] == 2


def test_a_deaf_bell_loses_nothing(shelved: Wiper) -> None:
    """Redis is away: the row is the truth, and whoever asks the database finds it."""
    ann = shelved.lives()
    shelved.desk.ring = lambda *_: None
    erasure = shelved.erases(ann, GENERATED)
    assert shelved.rung == []
    shelved.work()
    assert shelved.erasure(erasure.id).state == Erasure.DONE


@pytest.mark.parametrize("scope", [PHOTOS, GENERATED, ACCOUNT])
def test_a_copy_that_was_asked_for_first_is_sent_first_and_whole(shelved: Wiper, scope: str) -> None:
    ann = shelved.lives()
    shelved.asks(ann)
    assert shelved.preview(ann, scope).waits_for_copy
    erasure = shelved.erases(ann, scope)
    assert shelved.erasure(erasure.id).begun_at is None
    assert shelved.whole(ann)
    shelved.work(seconds=TRIES)
    [data] = shelved.copies()
    assert len([name for name in files(data) if name.startswith(("photos/", "videos/", "pictures/", "results/"))]) == 3
    done = Erasure.WAITING if scope == ACCOUNT else Erasure.DONE
    assert shelved.erasure(erasure.id).state == done
    assert len(shelved.objects("photo/", "result/", "video/")) == {PHOTOS: 2, GENERATED: 1, ACCOUNT: 0}[scope]


def test_taken_back_while_it_waits_for_a_copy_nothing_was_touched(shelved: Wiper) -> None:
    ann = shelved.lives()
    shelved.asks(ann)
    erasure = shelved.erases(ann, ACCOUNT)
    assert shelved.undoes(ann)
    shelved.work(seconds=TRIES)
    assert shelved.erasure(erasure.id).state == Erasure.UNDONE
    assert len(shelved.copies()) == 1
    assert shelved.whole(ann)
    assert shelved.telegram.said("deleteMessages") == []
    assert shelved.waits() == 0
    shelved.erasures.look_after()
    assert shelved.waits() == 0


def test_a_copy_asked_for_in_the_time_of_grace_is_sent_before_the_end(shelved: Wiper) -> None:
    ann = shelved.lives()
    shelved.erases(ann, ACCOUNT)
    shelved.work()
    shelved.later(ACCOUNT_UNDO.total_seconds())
    shelved.asks(ann)
    shelved.work(seconds=TRIES)
    assert len(shelved.copies()) == 1
    assert shelved.account(ann) is None


def test_an_upload_that_reaches_the_store_after_the_deletion_is_taken_away_an_hour_later(shelved: Wiper) -> None:
    ann = shelved.person()
    erasures: list[Erasure] = []

    def meanwhile() -> None:
        erasures.append(shelved.erases(ann, PHOTOS))
        shelved.work()
        assert shelved.erasure(erasures[0].id).state == Erasure.DONE

    shelved.store.meanwhile = meanwhile
    late = shelved.media.keep(account=ann.id, kind="photo", data=PICTURE, mime="image/jpeg", width=1, height=1)
    assert shelved.objects("photo/") == [late.object_name]
    shelved.later(STRAY_OBJECT.total_seconds() - 1)
    shelved.retention.run()
    assert shelved.objects("photo/") == [late.object_name]
    shelved.later(1)
    shelved.retention.run()
    assert shelved.objects("photo/") == []
