"""Deleting photos, generated content, or the whole account: what goes, what stays, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from errors import Failure, Permanent, Temporary
from models import Account, EndedAccount, Erasure, KeyRow, Media, Order, Photo, RightsRequest
from policy.categories import ACCOUNT_GRACE, ACCOUNT_UNDO
from privacy.erasure_end import LAST_WORD
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from tests.generation.studio import PICTURE, Who
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any) -> Wiper:
    return Wiper(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    return wiper.lives()


@pytest.fixture
def bob(wiper: Wiper) -> Who:
    return wiper.lives()


def test_from_the_commit_of_the_asking_on_nothing_of_it_opens(wiper: Wiper, ann: Who) -> None:
    files = wiper.kept(ann)
    assert wiper.whole(ann)
    wiper.erases(ann, ACCOUNT)
    assert len(wiper.objects()) == len(files) == 3
    for media in wiper.kept(ann):
        with pytest.raises(Permanent, match="media_gone"):
            wiper.opens(media)
    for media in files:  # not even with the row of before: the key that locks it is out of reach
        with pytest.raises(Permanent, match="key_destroyed"):
            wiper.opens(media)


@pytest.mark.parametrize(
    ("scope", "gone", "left"),
    [(PHOTOS, ["photo"], ["result", "video"]), (GENERATED, ["result", "video"], ["photo"])],
)
def test_a_scope_goes_and_the_other_stays(
    wiper: Wiper, ann: Who, bob: Who, scope: str, gone: list[str], left: list[str]
) -> None:
    before = wiper.kept(ann, *gone)
    erasure = wiper.erases(ann, scope)
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.kept(ann, *gone) == []
    assert len(wiper.objects()) == 6 - len(before)
    for media in wiper.kept(ann, *left):
        assert wiper.opens(media)
    assert wiper.whole(bob)
    assert wiper.counts(erasure.id)["objects"] == len(before)
    assert wiper.waits() == 0


def test_the_record_beside_the_objects_names_them_and_nobody(wiper: Wiper, ann: Who) -> None:
    names = sorted(media.object_name for media in wiper.kept(ann, "photo"))
    erasure = wiper.erases(ann, PHOTOS)
    wiper.work()
    [record] = wiper.records()
    assert sorted(record.pop("objects")) == names
    assert record.pop("at") == wiper.clock.now().isoformat()
    assert record == {"scope": PHOTOS, "account": ann.id, "erasure": erasure.id, "stage": "files"}


def test_words_go_with_what_they_belong_to(wiper: Wiper, ann: Who) -> None:
    offered = wiper.offer(ann, prompt="a secret wish")
    [result, _] = [row.id for row in _orders(wiper, ann) if row.media]
    wiper.erases(ann, PHOTOS)
    assert wiper.row(offered).prompt is None
    assert wiper.row(result).prompt is not None
    wiper.erases(ann, GENERATED)
    assert wiper.row(result).prompt is None
    assert wiper.row(result).state == Order.DELETED
    with wiper.database.connection():
        assert Account.get_by_id(ann.id).current_photo is None


def test_what_is_uploaded_after_a_deletion_stays_and_can_be_opened(wiper: Wiper, ann: Who) -> None:
    """Though the key of before may still be in this process's memory, and the worker has not come by yet."""
    first = wiper.erases(ann, PHOTOS)
    photo = wiper.photo_of(ann.id)
    wiper.work()
    with wiper.database.connection():
        media = Media.get_by_id(Photo.get_by_id(photo).media)
    assert wiper.opens(media) == PICTURE
    assert wiper.erasure(first.id).state == Erasure.DONE
    with wiper.database.connection():
        kinds = sorted(row.kind for row in KeyRow.select().where(KeyRow.account == ann.id))
    assert kinds == ["account", "photos", "results"]


def test_a_process_that_remembers_the_old_key_opens_what_is_locked_with_the_new_one(
    wiper: Wiper, ann: Who, tmp_path: Path, clock: Any
) -> None:
    other = Wiper(wiper.database, tmp_path / "objects", clock)
    assert other.whole(ann)  # now it has the keys in memory
    wiper.erases(ann, PHOTOS)
    wiper.work()
    photo = wiper.photo_of(ann.id)
    with other.database.connection():
        media = Media.get_by_id(Photo.get_by_id(photo).media)
    assert other.opens(media) == PICTURE


def test_a_process_that_remembers_the_old_key_locks_nothing_new_with_it(
    wiper: Wiper, ann: Who, tmp_path: Path, clock: Any
) -> None:
    other = Wiper(wiper.database, tmp_path / "objects", clock)
    assert other.whole(ann)
    wiper.erases(ann, PHOTOS)
    photo = other.photo_of(ann.id)
    wiper.work()
    with wiper.database.connection():
        media = Media.get_by_id(Photo.get_by_id(photo).media)
    assert wiper.opens(media) == PICTURE


def test_asked_again_while_it_is_under_way_it_takes_in_what_came_since(wiper: Wiper, ann: Who) -> None:
    first = wiper.erases(ann, PHOTOS)
    wiper.photo_of(ann.id)
    again = wiper.erases(ann, PHOTOS)
    assert again.id == first.id
    wiper.work()
    assert wiper.kept(ann, "photo") == []
    assert wiper.objects("photo/") == []
    assert wiper.counts(first.id)["photos"] == wiper.counts(first.id)["objects"] == 2
    [record] = wiper.records()
    assert len(record["objects"]) == 2


def test_after_it_is_done_the_next_one_is_another(wiper: Wiper, ann: Who) -> None:
    first = wiper.erases(ann, PHOTOS)
    wiper.work()
    wiper.photo_of(ann.id)
    second = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert second.id != first.id
    assert wiper.erasure(second.id).state == Erasure.DONE
    assert wiper.objects("photo/") == []
    assert len(wiper.records()) == 2


def test_there_may_be_nothing_to_delete(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, PHOTOS)
    wiper.work()
    empty = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert wiper.erasure(empty.id).state == Erasure.DONE
    assert wiper.counts(empty.id).get("objects", 0) == 0


@pytest.mark.proves("P6.1")
def test_an_account_goes_at_the_end_of_its_grace_and_not_before(wiper: Wiper, ann: Who, bob: Who) -> None:
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    assert wiper.objects() == [media.object_name for media in sorted(wiper.kept(bob), key=lambda m: m.object_name)]
    row = wiper.account(ann)
    assert row is not None
    assert row.state == Account.CLOSING
    assert wiper.erasure(erasure.id).state == Erasure.WAITING
    wiper.later(GRACE - 1)
    wiper.work()
    assert wiper.account(ann) is not None
    wiper.later(1)
    wiper.work()
    assert wiper.account(ann) is None
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.rows(ann) == {"EndedAccount": 1, "RightsRequest": 1}
    assert wiper.whole(bob)
    assert wiper.clock.now() - erasure.asked_at < ACCOUNT_GRACE


def test_the_end_is_counted_from_the_asking(wiper: Wiper, ann: Who) -> None:
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    wiper.work()
    with wiper.database.connection():
        ended = EndedAccount.get_by_id(ann.id)
    assert ended.asked_at == erasure.asked_at
    assert ended.ended_at == wiper.clock.now()


def test_after_the_end_a_deletion_names_nobody(wiper: Wiper, ann: Who) -> None:
    photos = wiper.erases(ann, PHOTOS)
    wiper.work()
    account = wiper.erases(ann, ACCOUNT, at_once=True)
    wiper.work()
    for row in (wiper.erasure(photos.id), wiper.erasure(account.id)):
        assert (row.state, row.account, row.request) == (Erasure.DONE, None, None)


def test_one_tap_brings_account_and_credits_back_but_no_picture(wiper: Wiper, ann: Who) -> None:
    before = wiper.balance(ann)
    wiper.order(ann)
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE - 1)
    assert wiper.undoes(ann)
    wiper.work()
    row = wiper.account(ann)
    assert row is not None
    assert row.state == Account.ACTIVE
    assert wiper.balance(ann) == before
    assert wiper.kept(ann) == []
    assert wiper.erasure(erasure.id).state == Erasure.UNDONE
    assert [record["stage"] for record in wiper.records()] == ["files", "undone"]
    with wiper.database.connection():
        request = RightsRequest.get(RightsRequest.account == ann.id)
    assert (request.state, request.outcome) == (RightsRequest.CLOSED, "withdrawn")
    wiper.later(LATER := 10 * GRACE)
    wiper.work()
    assert LATER
    assert wiper.account(ann) is not None
    photo = wiper.photo_of(ann.id)
    wiper.has(ann, RESULT, PICTURE)
    assert photo
    assert wiper.whole(ann)


def test_undone_before_the_worker_came_the_pictures_go_all_the_same(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, ACCOUNT)
    assert wiper.undoes(ann)
    photo = wiper.photo_of(ann.id)
    wiper.work()
    [media] = wiper.kept(ann)
    assert wiper.opens(media) == PICTURE
    assert wiper.objects() == [media.object_name]
    with wiper.database.connection():
        assert Photo.get_by_id(photo).state == Photo.READY


def test_when_the_grace_is_over_it_is_too_late(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    assert not wiper.undoes(ann)
    wiper.work()
    assert not wiper.undoes(ann)
    assert wiper.account(ann) is None


def test_nothing_to_undo_is_no_error(wiper: Wiper, ann: Who) -> None:
    assert not wiper.undoes(ann)
    assert not wiper.hurries(ann)
    wiper.erases(ann, PHOTOS)
    assert not wiper.undoes(ann)
    assert not wiper.hurries(ann)


def test_at_once_ends_the_grace(wiper: Wiper, ann: Who) -> None:
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    assert wiper.hurries(ann)
    assert not wiper.undoes(ann)
    wiper.work()
    assert wiper.account(ann) is None
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.waits() == 0


def test_an_account_may_be_deleted_without_any_grace(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, ACCOUNT, at_once=True)
    wiper.work()
    assert wiper.account(ann) is None
    assert wiper.objects() == []
    assert wiper.rows(ann) == {"EndedAccount": 1, "RightsRequest": 1}


def test_a_banned_person_who_thinks_better_of_it_is_banned_again(wiper: Wiper, ann: Who) -> None:
    with wiper.database.connection():
        Account.update(state=Account.BANNED).where(Account.id == ann.id).execute()
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    assert wiper.undoes(ann)
    row = wiper.account(ann)
    assert row is not None
    assert row.state == Account.BANNED


def test_the_deletion_of_an_account_contains_the_others(wiper: Wiper, ann: Who) -> None:
    whole = wiper.erases(ann, ACCOUNT)
    assert wiper.erases(ann, PHOTOS).id == whole.id
    assert wiper.erases(ann, GENERATED).id == whole.id
    found = wiper.open_of(ann)
    assert found is not None
    assert found.id == whole.id


def test_photos_that_are_being_deleted_go_on_when_the_account_is_to_go_too(wiper: Wiper, ann: Who) -> None:
    photos, whole = wiper.erases(ann, PHOTOS), wiper.erases(ann, ACCOUNT)
    found = wiper.open_of(ann)
    assert found is not None
    assert found.id == whole.id
    wiper.work()
    assert wiper.erasure(photos.id).state == Erasure.DONE
    assert wiper.erasure(whole.id).state == Erasure.WAITING
    assert wiper.objects() == []


def test_nobody_is_no_account_to_delete(wiper: Wiper) -> None:
    with pytest.raises(Permanent, match="gone"):
        wiper.erases(Who("nobody", "nothing"), PHOTOS)


def test_each_deletion_from_the_bot_is_a_request_that_is_fulfilled(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, PHOTOS)
    wiper.erases(ann, PHOTOS)
    with wiper.database.connection():
        [asked] = RightsRequest.select().where(RightsRequest.account == ann.id)
    assert (asked.kind, asked.state, asked.ended_at) == ("deletion", RightsRequest.OPEN, None)
    wiper.work()
    with wiper.database.connection():
        [done] = RightsRequest.select().where(RightsRequest.account == ann.id)
    assert (done.state, done.outcome, done.ended_at) == (RightsRequest.ANSWERED, "done", wiper.clock.now())


def test_the_papers_are_written_when_they_are_true(wiper: Wiper, ann: Who) -> None:
    wiper.erases(ann, GENERATED)
    wiper.work()
    assert wiper.papers.signed == [("sealed", Erasure.SEALED), ("gone", Erasure.DONE)]
    wiper.papers.signed.clear()
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    assert wiper.papers.signed == [("sealed", Erasure.SEALED)]
    wiper.later(GRACE)
    wiper.work()
    assert wiper.papers.signed[1:] == [("gone", Erasure.ENDING)]
    assert wiper.papers.told == [erasure.id]


@pytest.mark.proves("P6.1")
@pytest.mark.parametrize("failure", [Temporary("telegram.unavailable"), Permanent("telegram.misconfigured")])
def test_while_telegram_is_away_an_account_waits_for_its_last_word_but_not_for_ever(
    wiper: Wiper, ann: Who, failure: Failure
) -> None:
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    wiper.papers.fails = [failure] * 2000
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.ENDING
    assert not wiper.undoes(ann)
    assert wiper.rows(ann)["Account"] == 1
    assert wiper.kept(ann) == []
    wiper.later(86_400)
    wiper.work()
    assert wiper.account(ann) is None
    assert wiper.clock.now() - erasure.asked_at <= ACCOUNT_GRACE


def test_an_account_that_ends_for_another_reason_takes_its_deletion_along(wiper: Wiper, ann: Who) -> None:
    erasure = wiper.erases(ann, ACCOUNT)
    wiper.close(ann)
    wiper.work()
    row = wiper.erasure(erasure.id)
    assert (row.state, row.account, row.request) == (Erasure.DONE, None, None)
    assert wiper.objects() == []


def test_ten_times_does_the_same_as_once(wiper: Wiper, ann: Who, bob: Who) -> None:
    for _ in range(10):
        wiper.erases(ann, GENERATED)
        wiper.erases(ann, PHOTOS)
    wiper.work()
    for _ in range(10):
        erasure = wiper.erases(ann, ACCOUNT, at_once=True)
    wiper.work()
    with wiper.database.connection():
        assert Erasure.select().count() == 3
        assert EndedAccount.select().count() == 1
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.whole(bob)


def _orders(wiper: Wiper, who: Who) -> list[Order]:
    with wiper.database.connection():
        return list(Order.select().where(Order.account == who.id))


def test_an_account_whose_key_was_lost_is_deleted_all_the_same(wiper: Wiper, ann: Who) -> None:
    """As by a backup of the keys that was older than that of the database: nobody can be told, but all of it goes."""
    with wiper.database.unit() as unit:
        wiper.keys.destroy(unit, ann.id)
    erasure = wiper.erases(ann, ACCOUNT, source="support")
    wiper.work()
    assert wiper.objects() == []
    wiper.later(GRACE)
    wiper.work()
    wiper.later(LAST_WORD.total_seconds())
    wiper.work()
    assert wiper.account(ann) is None
    assert wiper.erasure(erasure.id).state == Erasure.DONE
