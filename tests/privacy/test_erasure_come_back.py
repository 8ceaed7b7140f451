"""Whoever writes /start in the time of grace finds their account, and after it a new one with nothing of the old."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from peewee import IntegrityError

from billing import ledger
from database import Database
from errors import Permanent
from models import Account, Order, PromotionChoice
from policy.categories import ABUSE_MARK, ACCOUNT_UNDO
from privacy.erasures import ACCOUNT
from support.people import PROMOTIONAL, SERVICE, for_notice
from tests.generation.studio import Who
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any) -> Wiper:
    return Wiper(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    return wiper.lives()


def test_in_the_time_of_grace_the_account_is_found_and_is_no_new_one(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    with wiper.database.connection():
        found = wiper.accounts.find(telegram_id)
    assert found is not None
    assert (found.id, found.state) == (ann.id, Account.CLOSING)
    with pytest.raises(IntegrityError):
        wiper.comes_back(telegram_id)


def test_in_the_time_of_grace_nothing_is_ordered_bought_or_kept(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    with wiper.database.connection():
        assert wiper.accounts.buyer(telegram_id) is None
    with pytest.raises(Permanent, match="key_destroyed"):
        wiper.photo_of(ann.id)
    assert wiper.objects() == []


def test_after_the_end_it_is_a_new_account_without_free_credits_and_nothing_of_the_old(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    wiper.work()
    with wiper.database.connection():
        assert wiper.accounts.find(telegram_id) is None
    new = wiper.comes_back(telegram_id)
    assert new.id != ann.id
    with wiper.database.connection():
        assert ledger.balance(new.id).free == 0
        assert Order.select().where(Order.account == new.id).count() == 0
        assert Account.select().count() == 1
    assert wiper.rows(Who(new.id, "")) == {"Account": 1, "KeyRow": 3}
    assert wiper.open_of(Who(new.id, "")) is None
    photo = wiper.photo_of(new.id)
    assert photo
    assert wiper.whole(Who(new.id, photo))


def test_free_credits_are_kept_from_nobody_for_ever(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    wiper.erases(ann, ACCOUNT, at_once=True)
    wiper.work()
    wiper.later(ABUSE_MARK.total_seconds())
    wiper.retention.run()
    new = wiper.comes_back(telegram_id)
    with wiper.database.connection():
        assert ledger.balance(new.id).free > 0


@pytest.mark.parametrize("kind", [SERVICE, PROMOTIONAL])
def test_who_is_about_to_leave_is_announced_nothing(wiper: Wiper, ann: Who, kind: str) -> None:
    bob = wiper.lives()
    with wiper.database.unit() as unit:
        for who in (ann, bob):
            PromotionChoice.insert(account=who.id, wanted=True, version="1", at=unit.now).execute()
    notice = wiper.announces(kind)
    with wiper.database.connection():
        assert {row.id for row in for_notice(notice)} == {ann.id, bob.id}
    wiper.erases(ann, ACCOUNT)
    with wiper.database.connection():
        assert {row.id for row in for_notice(notice)} == {bob.id}
    assert wiper.undoes(ann)
    with wiper.database.connection():
        assert {row.id for row in for_notice(notice)} == {ann.id, bob.id}


def test_what_was_planned_for_them_already_is_not_said(wiper: Wiper, ann: Who) -> None:
    needless = wiper.needless(ann, wiper.announces(SERVICE))
    assert needless() is None
    wiper.erases(ann, ACCOUNT)
    assert needless() == "account.closing"
