"""Several people or processes at one moment: one deletion, nothing that slips through, nothing of what came after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custody.media import ERASURES
from database import Database
from errors import Failure
from generation.photos import delete_photo
from models import Account, Erasure, KeyRow, Media, RightsRequest
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.generation.studio import PICTURE, Who
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
MEETING = 0.4  # seconds in which the second one would be through, did it not wait for the first
PATIENCE = 30.0


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any) -> Wiper:
    return Wiper(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    return wiper.lives()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What came of each, or its failure."""
    found: list[object] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        start.wait(PATIENCE)
        try:
            found[place] = acts[place]()
        except Failure as failure:
            found[place] = failure

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return found


class Interrupted:
    """A clock that somebody looks at, too: what they then do comes right after the worker has read how things stand."""

    def __init__(self, wiper: Wiper, erasure: str, act: Callable[[], object]) -> None:
        self.wiper, self.erasure, self.clock = wiper, erasure, wiper.database.clock
        self.act: Callable[[], object] | None = act

    def now(self) -> datetime:
        act = self.act
        if act is not None and "messages" in self.wiper.counts(self.erasure):
            self.act = None
            act()
        return self.clock.now()


@pytest.mark.parametrize("scope", [PHOTOS, GENERATED, ACCOUNT])
def test_bot_and_support_at_once_are_one_deletion(wiper: Wiper, ann: Who, scope: str) -> None:
    found = at_once(
        lambda: wiper.erases(ann, scope).id,
        lambda: wiper.erases(ann, scope, source="support", request="case").id,
        lambda: wiper.erases(ann, scope).id,
        lambda: wiper.erases(ann, scope, source="support", request="case").id,
    )
    assert len(set(found)) == 1
    with wiper.database.connection():
        assert Erasure.select().count() == 1
        assert RightsRequest.select().count() <= 1
    wiper.work()
    assert wiper.waits() == (scope == ACCOUNT)
    with wiper.database.connection():
        assert [row.state for row in Erasure.select()] == [Erasure.WAITING if scope == ACCOUNT else Erasure.DONE]


def test_a_second_one_waits_for_the_first_and_finds_it(wiper: Wiper, ann: Who) -> None:
    second: list[str] = []
    with wiper.database.unit() as unit:
        first = wiper.erasures.ask(unit, account=ann.id, scope=PHOTOS)
        thread = threading.Thread(target=lambda: second.append(wiper.erases(ann, PHOTOS).id))
        thread.start()
        time.sleep(MEETING)
        assert second == []
    thread.join(PATIENCE)
    assert second == [first.id]


def test_an_upload_that_is_about_to_use_a_key_is_waited_for(wiper: Wiper, ann: Who) -> None:
    """So that its row is there when the rows are marked: else it would stay, locked with a key that is gone."""
    asked: list[str] = []
    with wiper.database.unit() as unit:
        wiper.keys.for_locking(unit, ann.id, KeyRow.PHOTOS)
        thread = threading.Thread(target=lambda: asked.append(wiper.erases(ann, PHOTOS).id))
        thread.start()
        time.sleep(MEETING)
        assert asked == []
    thread.join(PATIENCE)
    assert len(asked) == 1


def test_an_upload_at_the_same_moment_goes_or_can_be_opened(wiper: Wiper, ann: Who) -> None:
    """Never is it there and locked with a key that is gone."""

    def uploads() -> str:
        media = wiper.media.keep(account=ann.id, kind="photo", data=PICTURE, mime="image/jpeg", width=1, height=1)
        with wiper.database.unit() as unit:
            wiper.media.stored(unit, media)
        return str(media.id)

    for _ in range(8):
        at_once(uploads, lambda: wiper.erases(ann, PHOTOS), uploads)
        for media in wiper.kept(ann, "photo"):
            assert media.state == Media.DESTROYING or wiper.opens(media) == PICTURE
        wiper.work()
        for media in wiper.kept(ann, "photo"):
            assert wiper.opens(media) == PICTURE
    with wiper.database.connection():
        kinds = sorted(row.kind for row in KeyRow.select().where(KeyRow.account == ann.id))
    assert set(kinds) <= {"account", "photos", "results"}


def test_while_the_worker_destroys_a_second_asking_loses_nothing(wiper: Wiper, ann: Who) -> None:
    for _ in range(6):
        first = wiper.erases(ann, PHOTOS)
        wiper.photo_of(ann.id)
        at_once(wiper.work, lambda: wiper.erases(ann, PHOTOS))
        wiper.work()
        assert wiper.kept(ann, "photo") == []
        assert wiper.objects("photo/") == []
        assert wiper.erasure(first.id).state == Erasure.DONE
        with wiper.database.connection():
            assert Erasure.select().where(Erasure.state.in_(Erasure.OPEN)).count() == 0


def test_what_is_deleted_alone_in_the_middle_is_written_down_too(wiper: Wiper, ann: Who) -> None:
    """Uploaded and deleted while the record of what was there before is on its way: no restore brings it back."""
    real, later = wiper.store.put, list[str]()

    def put(name: str, data: Any, length: int) -> None:
        real(name, data, length)
        if name.startswith(ERASURES) and not later:
            photo = wiper.photo_of(ann.id)
            later.append(photo)
            with wiper.database.unit() as unit:
                assert delete_photo(unit, wiper.desk, account=ann.id, photo=photo)

    wiper.erases(ann, PHOTOS)
    wiper.store.put = put
    wiper.work()
    wiper.store.put = real
    assert later
    assert wiper.objects("photo/") == []
    assert len({name for record in wiper.records() for name in record["objects"]}) == 2


def test_undone_or_ended_but_never_half(wiper: Wiper) -> None:
    for place in range(6):
        ann = wiper.lives()
        erasure = wiper.erases(ann, ACCOUNT)
        wiper.work()
        wiper.later(ACCOUNT_UNDO.total_seconds() - (place % 2))
        undone, _ = at_once(lambda who=ann: wiper.undoes(who), wiper.work)  # type: ignore[misc]  # binds the loop's value
        wiper.later(1)
        wiper.work()
        row = wiper.account(ann)
        assert bool(undone) == (row is not None)
        assert wiper.erasure(erasure.id).state == (Erasure.UNDONE if undone else Erasure.DONE)
        assert row is None or row.state == Account.ACTIVE


def test_taken_back_at_the_moment_at_which_the_worker_turns_to_waiting_it_ends_now(wiper: Wiper, ann: Who) -> None:
    """Else a restored backup would delete the account in the weeks until the worker comes by again."""
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.database.clock = Interrupted(wiper, erasure.id, lambda: wiper.undoes(ann))
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.UNDONE
    assert {record["stage"] for record in wiper.records()} == {"files", "undone"}
    assert wiper.waits() == 0


def test_hurrying_at_the_moment_at_which_the_worker_begins_is_heard(wiper: Wiper) -> None:
    for _ in range(6):
        ann = wiper.lives()
        wiper.erases(ann, ACCOUNT)
        at_once(wiper.work, lambda who=ann: wiper.hurries(who))  # type: ignore[misc]  # binds the loop's value
        wiper.work()
        wiper.later(20)  # a claim that was withdrawn gives up its lease
        wiper.work()
        assert wiper.account(ann) is None
        assert wiper.waits() == 0
