"""The store against the table, both ways: what nobody knows goes after an hour, what is missing is an alarm."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

import privacy.objects
from custody.destroy import record_name, recorded_at
from custody.media import ERASURES
from errors import Permanent, Temporary
from models import Export, Media, RetentionRun, StrayObject
from policy.categories import COPY_OF_DATA, STRAY_OBJECT
from privacy.figures import BETWEEN_RUNS, SURELY_DESTROYED, retained
from tests.custody.conftest import Watched
from tests.privacy.town import Town, promised
from tests.vault.conftest import only_test_credentials
from vault.s3 import S3Store, s3_client
from vault.store import new_object_name

HOUR = STRAY_OBJECT.total_seconds()


def lies(town: Town, name: str, content: bytes = b"x") -> str:
    town.store.put(name, io.BytesIO(content), len(content))
    return name


def stray(town: Town, prefix: str = "result") -> str:
    return lies(town, new_object_name(prefix))


def gone(town: Town) -> int:
    return next(line.count for line in town.retention.run() if line.rule == "stray_object")


def records(town: Town) -> list[str]:
    return list(town.store.names(f"{ERASURES}/"))


@pytest.mark.proves("P6.7")
def test_an_object_without_a_row_goes_an_hour_after_it_was_found_and_not_before(town: Town) -> None:
    kept = [town.keeps(town.settles()) for _ in range(3)]
    name = stray(town)
    found = town.retention.compare()
    assert (found.objects, found.strays, found.missing) == (4, 1, 0)
    town.clock.turn(HOUR - 1)
    assert gone(town) == 0
    assert town.store.exists(name)
    town.clock.turn(1)
    assert gone(town) == 1
    with town.database.connection():
        assert StrayObject.select().count() == 0
        assert {row.id for row in Media.select()} == set(kept)
        assert all(town.store.exists(row.object_name) for row in Media.select())
    assert not town.store.exists(name)


def test_an_object_whose_row_came_meanwhile_stays(town: Town) -> None:
    me = town.settles()
    name = stray(town)
    town.retention.compare()
    media = Media(
        account=me, kind="result", state=Media.STORED, object_name=name, mime="x", width=1, height=1, size=1,
        created_at=town.now,
    )  # fmt: skip
    with town.database.connection():
        media.save(force_insert=True)
    town.clock.turn(HOUR)
    assert gone(town) == 0
    assert town.store.exists(name)
    with town.database.connection():
        assert StrayObject.select().count() == 0


def test_records_of_erasures_are_no_strays(town: Town) -> None:
    town.deletes(town.settles())
    assert len(records(town)) == 1
    assert town.retention.compare().strays == 0


@pytest.mark.parametrize("many", [1, 2, 7])
def test_what_is_missing_is_counted_and_named_once_it_is_an_hour_old(
    town: Town, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ranges of a few names each, so that their borders are met."""
    monkeypatch.setattr(privacy.objects, "BATCH", 3)
    me = town.settles()
    with town.database.connection():
        rows = [Media.get_by_id(town.keeps(me)) for _ in range(8)]
    assert town.store.delete([row.object_name for row in rows[:many]]) == []
    assert town.retention.compare().missing == 0
    town.clock.turn(HOUR + 1)
    found = town.retention.compare()
    assert (found.objects, found.strays, found.missing) == (8 - many, 0, many)
    with town.database.connection():
        last = RetentionRun.select().order_by(RetentionRun.started_at.desc()).get()
    assert (last.rule, last.held_back) == ("row_without_object", many)


def test_what_is_being_stored_or_destroyed_need_not_be_there(town: Town) -> None:
    me = town.settles()
    with town.database.connection():
        for state in (Media.STORING, Media.DESTROYING):
            media = Media.get_by_id(town.keeps(me))
            town.store.delete([media.object_name])
            Media.update(state=state).where(Media.id == media.id).execute()
    town.clock.turn(HOUR + 1)
    assert town.retention.compare().missing == 0


def test_so_many_strays_that_the_database_must_be_the_wrong_one_are_left_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy.objects, "MANY", 2)
    for _ in range(3):
        stray(town, "photo")
    with pytest.raises(Permanent, match="too_many_strays"):
        town.retention.compare()
    with town.database.connection():
        assert StrayObject.select().count() == 0
    assert town.retention.compare(believe=True).strays == 3
    town.clock.turn(HOUR)
    assert gone(town) == 3


def test_a_store_that_does_not_delete_is_asked_again(town: Town) -> None:
    name = stray(town)
    town.retention.compare()
    watched = Watched(town.store)
    town.use(watched)
    town.clock.turn(HOUR)
    watched.fails = 1
    with pytest.raises(Temporary):
        town.retention.run()
    assert gone(town) == 1
    assert not town.store.exists(name)


@pytest.mark.proves("P6.15")
def test_a_record_of_an_erasure_tells_by_its_name_when_it_was_written(town: Town) -> None:
    name = record_name(town.now)
    assert recorded_at(name) == town.now + timedelta(seconds=1)  # never too early
    assert recorded_at(new_object_name(ERASURES)) is None
    town.deletes(town.settles())
    [found] = records(town)
    assert json.loads(town.store.get(found).read())["at"] == town.now.isoformat()
    assert found.startswith(name[: len(name) - 32])


def test_a_record_whose_name_does_not_tell_goes_by_what_it_says(town: Town) -> None:
    old, young = (
        lies(town, new_object_name(ERASURES), json.dumps({"objects": [], "at": at.isoformat()}).encode())
        for at in (town.now, town.now + timedelta(days=1))
    )
    town.clock.turn(promised("erasures").total_seconds() - 1)
    town.retention.compare()
    assert set(records(town)) == {old, young}
    town.clock.turn(1)
    town.retention.compare()
    assert set(records(town)) == {young}


def test_figures_show_the_last_run_and_what_should_be_gone(town: Town) -> None:
    assert retained(town.database).run_at is None
    me = town.settles()
    town.invoice(me)
    stray(town)
    town.retention.compare()
    town.clock.turn(promised("invoices").total_seconds())
    assert retained(town.database).overdue == promised("invoices") - STRAY_OBJECT
    town.retention.run()
    now: Any = retained(town.database)
    assert (now.run_at, now.gone, now.overdue) == (town.now, 2, None)
    media = town.keeps(me)
    with town.database.unit() as unit:
        town.destroys_later(unit, me, media)
    town.clock.turn(SURELY_DESTROYED.total_seconds() + 60)
    assert retained(town.database).overdue == timedelta(seconds=60)
    town.work()


def test_a_copy_of_data_that_lies_longer_than_it_may_is_overdue(town: Town) -> None:
    me = town.settles()
    with town.database.connection():
        made = {"state": Export.OFFERED, "asked_at": town.now, "made_at": town.now}
        Export.insert(account=me, media=town.keeps(me), **made).execute()
    town.clock.turn(COPY_OF_DATA.total_seconds() + BETWEEN_RUNS.total_seconds())
    assert retained(town.database).overdue is None
    town.clock.turn(60)
    assert retained(town.database).overdue == BETWEEN_RUNS + timedelta(seconds=60)


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Store]:
    """A real S3 API, which lists by a thousand names."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with only_test_credentials():
        client = s3_client(region="us-east-1", endpoint=f"http://{host}:{port}")
    client.create_bucket(Bucket="retention")
    yield S3Store(client, "retention")
    server.stop()


def test_a_bucket_is_compared_and_tidied_like_a_folder(town: Town, bucket: S3Store) -> None:
    bucket.delete(list(bucket.names()))
    town.store_in(bucket)
    me = town.settles()
    kept, missing = town.keeps(me), town.keeps(me)
    town.deletes(me)
    names = [stray(town, prefix) for prefix in ("photo", "result", "video")]
    with town.database.connection():
        bucket.delete([Media.get_by_id(missing).object_name])
    town.clock.turn(HOUR + 1)
    found = town.retention.compare()
    assert (found.objects, found.strays, found.missing) == (4, 3, 1)
    town.clock.turn(HOUR)
    assert gone(town) == 3
    assert not any(bucket.exists(name) for name in names)
    assert len(records(town)) == 1
    town.clock.turn(promised("erasures").total_seconds())
    town.retention.run()
    assert records(town) == []
    with town.database.connection():
        assert bucket.exists(Media.get_by_id(kept).object_name)
