"""The preview says what then happens: the same numbers go, and what stays is what the register keeps."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from models import KeyRow, Payment
from policy.categories import ABUSE_MARK, ACCOUNT_GRACE, ACCOUNT_UNDO, CATEGORIES, TRANSACTIONS
from policy.limits import REFUND_WITHIN
from policy.records import CONSENTS
from privacy.erasure_preview import outlasting
from privacy.erasures import ACCOUNT, GENERATED, PHOTOS
from privacy.holdings import Whose, home, personal, theirs
from tests.generation.studio import PICTURE, Who
from tests.privacy.wiping import Wiper

pytestmark = pytest.mark.proves("P9.3")
GRACE = ACCOUNT_UNDO.total_seconds()


@pytest.fixture
def wiper(database: Database, tmp_path: Path, clock: Any) -> Wiper:
    return Wiper(database, tmp_path / "objects", clock)


@pytest.fixture
def ann(wiper: Wiper) -> Who:
    who = wiper.lives()
    wiper.lives()  # somebody else
    return who


def held(wiper: Wiper, who: Who, telegram_id: int) -> dict[str, int]:
    """Rows that are about somebody, by the category of the register that they are counted under. Keys are no rows about
    anybody: they go with what they lock."""
    whose, found = Whose.of(wiper.fields, who.id, telegram_id), dict[str, int]()
    with wiper.database.connection():
        for model in set(personal()) - {KeyRow}:
            count = model.select().where(theirs(model, whose)).count()
            found[home(model)] = found.get(home(model), 0) + count
    return {category: count for category, count in found.items() if count}


@pytest.mark.parametrize("scope", [PHOTOS, GENERATED])
def test_so_much_goes_as_the_preview_says(wiper: Wiper, ann: Who, scope: str) -> None:
    wiper.offer(ann, prompt="of the photo, and nothing came of it")
    wiper.order(ann, prompt="is waiting")
    wiper.order(ann, origin=wiper.has(ann, RESULT, PICTURE), prompt="of a result")
    preview = wiper.preview(ann, scope)
    counts = wiper.counts(wiper.erases(ann, scope).id)
    assert preview.orders == counts["orders"] == (1 if scope == PHOTOS else 2)
    assert preview.goes == {
        **({"photos": counts["photos"]} if scope == PHOTOS else {"results": counts["results"]}),
        "prompts": counts["prompts"],
    }
    assert preview.goes == ({"photos": 1, "prompts": 2} if scope == PHOTOS else {"results": 3, "prompts": 3})


def test_of_one_scope_the_rest_stays_until_something_else_happens(wiper: Wiper, ann: Who) -> None:
    stays = {one.category: (one.count, one.until) for one in wiper.preview(ann, PHOTOS).stays}
    assert stays["results"] == (2, None)
    assert stays["account"] == (1, None)
    assert "photos" not in stays


@pytest.mark.proves("P6.1")
def test_what_is_left_of_an_account_is_what_the_preview_said(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    wiper.buys(ann)
    wiper.order(ann)
    preview = wiper.preview(ann, ACCOUNT)
    assert len(preview.packs) == 1
    assert preview.undo_until == wiper.clock.now() + ACCOUNT_UNDO
    before = held(wiper, ann, telegram_id)
    assert set(preview.goes) | {one.category for one in preview.stays} >= set(before)
    assert set(preview.goes).isdisjoint(one.category for one in preview.stays)
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    wiper.work()
    wiper.later((ACCOUNT_GRACE - ACCOUNT_UNDO).total_seconds())
    wiper.retention.run()
    after = held(wiper, ann, telegram_id)
    assert set(after) <= {one.category for one in preview.stays}
    assert after["transactions"] > 0
    assert after["abuse_marks"] == 1
    with wiper.database.connection():
        assert [row.kind for row in KeyRow.select().where(KeyRow.account == ann.id)] == [KeyRow.TRANSACTIONS]


def test_what_stays_is_read_from_the_register_with_its_last_day(wiper: Wiper, ann: Who) -> None:
    today = wiper.clock.now()
    stays = {one.category: one.until for one in wiper.preview(ann, ACCOUNT).stays}
    assert stays["consents"] == (today + ACCOUNT_UNDO + CONSENTS).date()
    assert stays["abuse_marks"] == (today + ACCOUNT_UNDO + ABUSE_MARK).date()
    assert stays["transactions"] == (today + TRANSACTIONS).date()
    assert set(stays) <= set(outlasting())
    for category in outlasting():
        period = CATEGORIES[category].retention.period
        assert period is not None
        assert period > ACCOUNT_GRACE
    assert timedelta(days=28) >= ACCOUNT_UNDO + timedelta(days=1)


def test_a_pack_that_could_go_back_when_it_was_asked_for_goes_back_at_the_end(wiper: Wiper, ann: Who) -> None:
    """In time of grace its time to go back runs out; but its person has asked in time."""
    pack = wiper.buys(ann)
    wiper.later(REFUND_WITHIN.total_seconds() - 1)
    assert [one.id for one in wiper.preview(ann, ACCOUNT).packs] == [pack]
    wiper.erases(ann, ACCOUNT)
    wiper.work()
    wiper.later(GRACE)
    assert wiper.preview(ann, ACCOUNT).packs == ()
    wiper.work()
    with wiper.database.connection():
        payment = Payment.get_by_id(pack)
        assert (payment.state, payment.reason) == (Payment.REFUNDED, "refund.asked")
    assert wiper.account(ann) is None
    assert wiper.stars.given_back == [f"charge-{ann.id}"]


def test_one_that_was_too_old_by_then_does_not(wiper: Wiper, ann: Who) -> None:
    pack = wiper.buys(ann)
    wiper.later(REFUND_WITHIN.total_seconds())
    wiper.erases(ann, ACCOUNT, at_once=True)
    wiper.work()
    with wiper.database.connection():
        assert Payment.get_by_id(pack).state == Payment.PAID
    assert wiper.stars.given_back == []


def test_nobody_else_is_counted(wiper: Wiper, ann: Who) -> None:
    wiper.has(ann, RESULT, PICTURE)
    assert wiper.preview(ann, GENERATED).goes["results"] == 3
    assert wiper.preview(wiper.lives(), GENERATED).goes["results"] == 2


def test_a_preview_changes_nothing(wiper: Wiper, ann: Who) -> None:
    telegram_id = wiper.telegram_id(ann)
    before = held(wiper, ann, telegram_id)
    for scope in (PHOTOS, GENERATED, ACCOUNT):
        wiper.preview(ann, scope)
    after = held(wiper, ann, telegram_id)
    assert {**after, "access": 0} == {**before, "access": 0}
    assert wiper.whole(ann)
