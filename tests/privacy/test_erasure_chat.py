"""Messages in the chat: what a bot may still delete goes, and the rest is counted for its person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from database import Database
from errors import Permanent, Temporary
from models import Account, Erasure, Order, Photo, new_id
from policy.categories import ACCOUNT_UNDO
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from providers.telegram_calls import Call
from tests.generation.outside import FakeTelegram
from tests.generation.studio import Who
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
TWO_DAYS = 48 * 3600.0


class Strict(FakeTelegram):
    """Refuses a batch with a message in it that is too old, or with more than a hundred, as Telegram does."""

    def __init__(self, too_old: Sequence[int] = ()) -> None:
        super().__init__()
        self.too_old = set(too_old)
        self.gone: set[int] = set()

    def call(self, call: Call) -> Any:
        answer = super().call(call)
        if call.method == "deleteMessages":
            wanted = call.params["message_ids"]
            if not 0 < len(wanted) <= 100:
                raise Permanent("telegram.bad_request")
            if self.too_old & set(wanted):
                raise Permanent("telegram.message_kept")
            self.gone |= set(wanted)
        return answer


@pytest.fixture
def telegram() -> Strict:
    return Strict()


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any, telegram: Strict) -> Wiper:
    return Wiper(database, tmp_path / "objects", clock, telegram=telegram)


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    who = wiper.person()
    with wiper.database.connection():
        Photo.delete().where(Photo.account == who.id).execute()
    return who


def sends(wiper: Wiper, who: Who, *messages: int) -> None:
    """Photos that came in these messages."""
    with wiper.database.unit() as unit:
        for message in messages:
            Photo.insert(
                id=new_id(), account=who.id, state=Photo.READY, message_id=message, created_at=unit.now
            ).execute()


def gets(wiper: Wiper, who: Who, *messages: int) -> None:
    """Results that were shown in these messages."""
    for message in messages:
        order = wiper.has(who, "result", b"x")
        with wiper.database.connection():
            Order.update(message_id=message).where(Order.id == order).execute()


@pytest.mark.parametrize(("scope", "gone"), [(PHOTOS, {11, 12}), (GENERATED, {21, 22}), (ACCOUNT, {11, 12, 21, 22})])
def test_messages_of_a_scope_go(wiper: Wiper, telegram: Strict, ann: Who, scope: str, gone: set[int]) -> None:
    sends(wiper, ann, 11, 12)
    gets(wiper, ann, 21, 22)
    erasure = wiper.erases(ann, scope)
    wiper.work()
    assert telegram.gone == gone
    assert len(telegram.said("deleteMessages")) == 1
    counts = wiper.counts(erasure.id)
    assert (counts["messages"], counts["messages_left"]) == (len(gone), 0)


def test_what_is_older_than_two_days_is_left_to_its_person_and_counted(
    wiper: Wiper, telegram: Strict, ann: Who
) -> None:
    sends(wiper, ann, 11, 12, 13)
    wiper.later(TWO_DAYS)
    sends(wiper, ann, 14)
    preview = wiper.preview(ann, PHOTOS).messages
    assert (preview.young, preview.old) == ((14,), 3)
    erasure = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert telegram.gone == {14}
    counts = wiper.counts(erasure.id)
    assert (counts["messages"], counts["messages_left"]) == (1, 3)


def test_one_that_telegram_will_not_delete_holds_up_no_other(wiper: Wiper, telegram: Strict, ann: Who) -> None:
    telegram.too_old = {17, 140}
    sends(wiper, ann, *range(10, 260))
    erasure = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert telegram.gone == set(range(10, 260)) - telegram.too_old
    counts = wiper.counts(erasure.id)
    assert (counts["messages"], counts["messages_left"]) == (248, 2)
    assert len(telegram.said("deleteMessages")) < 40


def test_a_closed_chat_holds_up_nothing(wiper: Wiper, telegram: Strict, ann: Who) -> None:
    telegram.fails = {"deleteMessages": Permanent("telegram.blocked")}
    sends(wiper, ann, 11, 12)
    erasure = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert wiper.erasure(erasure.id).state == Erasure.DONE
    assert wiper.counts(erasure.id)["messages_left"] == 2


def test_while_telegram_is_away_files_go_and_messages_are_tried_again(wiper: Wiper, telegram: Strict, ann: Who) -> None:
    telegram.fails = {"deleteMessages": Temporary("telegram.unavailable")}
    sends(wiper, ann, 11)
    erasure = wiper.erases(ann, PHOTOS)
    wiper.work()
    assert wiper.objects("photo/") == []
    assert wiper.erasure(erasure.id).state == Erasure.SEALED
    telegram.fails = {}
    wiper.work(seconds=10)
    assert telegram.gone == {11}
    assert wiper.erasure(erasure.id).state == Erasure.DONE


def test_an_account_is_not_kept_by_messages_that_cannot_go(wiper: Wiper, telegram: Strict, ann: Who) -> None:
    telegram.fails = {"deleteMessages": Temporary("telegram.unavailable")}
    sends(wiper, ann, 11)
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(ACCOUNT_UNDO.total_seconds())
    wiper.work(seconds=400)
    assert wiper.account(ann) is None


def test_what_a_message_was_found_by_goes_last(wiper: Wiper, ann: Who) -> None:
    sends(wiper, ann, 11)
    gets(wiper, ann, 21)
    wiper.erases(ann, GENERATED)
    wiper.erases(ann, PHOTOS)
    wiper.work()
    with wiper.database.connection():
        assert Photo.select().where(Photo.account == ann.id).count() == 0
        assert [row.message_id for row in Order.select().where(Order.account == ann.id)] == [None]


def test_after_photos_are_forgotten_words_still_go_with_their_result(wiper: Wiper, ann: Who) -> None:
    """An order that animates a result and made nothing keeps its words as long as that result is there."""
    origin = wiper.has(ann, "result", b"x")
    order = wiper.order(ann, origin=origin, prompt="waves")
    wiper.cancel(ann, order)
    wiper.erases(ann, PHOTOS)
    wiper.work()
    assert wiper.row(order).prompt is not None
    with wiper.database.unit() as unit:
        wiper.orders.delete_result(unit, account=ann.id, order=origin)
    assert wiper.row(order).prompt is None


def test_what_came_after_the_asking_stays(wiper: Wiper, telegram: Strict, ann: Who) -> None:
    sends(wiper, ann, 11)
    wiper.erases(ann, PHOTOS)
    wiper.later(1)
    sends(wiper, ann, 12)
    wiper.work()
    assert telegram.gone == {11}
    with wiper.database.connection():
        assert [row.message_id for row in Photo.select().where(Photo.account == ann.id)] == [12]
        assert Account.select().where(Account.id == ann.id).exists()
