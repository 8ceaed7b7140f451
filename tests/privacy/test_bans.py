"""Bans: nothing more is made, every right stays, the person is told why, and the end of it brings back what waited."""

from __future__ import annotations

from typing import Any

import pytest

from custody.media import RESULT
from errors import Rejected
from models import Account, Disclosure, Order
from policy.reports import BANS
from privacy.erasures import ACCOUNT
from tests.generation.studio import PICTURE, Who
from tests.privacy.casework import Casework
from tests.privacy.packing import files
from wording.language import LANGUAGES, translate
from wording.standing import banned


@pytest.fixture
def ann(cases: Casework) -> Who:
    return cases.person()


def state(cases: Casework, who: Who) -> tuple[str, str | None]:
    row = cases.account(who)
    assert row is not None
    return row.state, row.banned_for


def test_a_ban_ends_what_is_being_made_and_gives_it_back(cases: Casework, ann: Who) -> None:
    before = cases.balance(ann)
    waits, made = cases.order(ann), cases.filming(ann)
    assert cases.ban(ann) == 2
    assert state(cases, ann) == (Account.BANNED, "consent")
    assert cases.balance(ann) == before
    assert {cases.order_of(one).state for one in (waits, made)} == {Order.FAILED}
    assert {cases.order_of(one).reason for one in (waits, made)} == {"account.banned"}


def test_an_order_that_slipped_in_at_the_same_moment_reaches_no_provider_and_is_given_back(
    cases: Casework, ann: Who
) -> None:
    before = cases.balance(ann)
    offer = cases.offer(ann)
    cases.ban(ann)
    cases.place(ann, offer)
    cases.slots.admit()
    cases.work()
    row = cases.order_of(offer)
    assert (row.reason, row.ended_at is not None) == ("account.banned", True)
    assert cases.balance(ann) == before
    assert cases.kling.asked == []
    with cases.database.connection():
        assert not Disclosure.select().where(Disclosure.order == offer).exists(), "nothing was sent"


def test_the_person_is_told_once_why_and_how_to_object(cases: Casework, ann: Who) -> None:
    cases.ban(ann, "payments")
    cases.work()
    [told] = cases.telegram.said("sendMessage")
    assert "misuse of payments" in told.params["text"]
    assert "help@miomio.invalid" in told.params["text"]
    assert "www.pcpd.org.hk" in told.params["text"]


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("reason", BANS)
def test_each_reason_is_said_in_each_language(tag: str, reason: str) -> None:
    _ = translate(tag)
    text = banned(_, reason=reason, support_email="a@b").text
    assert _(BANS[reason]) in text
    assert "{" not in text


def test_what_was_made_waits_and_comes_with_the_end_of_the_ban(cases: Casework, ann: Who) -> None:
    order = cases.has(ann, RESULT, PICTURE)
    with cases.database.unit() as unit:
        Order.update(state=Order.KEPT, message_id=7).where(Order.id == order).execute()
        cases.desk.add(unit, "deliver", subject=order, account=ann.id)
    cases.ban(ann)
    with cases.database.unit() as unit:
        assert cases.deliver.bring_back(unit, ann.id) == 0
    cases.work()
    assert cases.order_of(order).state == Order.HELD_BACK
    cases.unban(ann)
    assert state(cases, ann) == (Account.ACTIVE, None)
    cases.work()
    assert cases.order_of(order).state == Order.DELIVERED
    assert "open again" in cases.telegram.texts()


def test_a_copy_of_their_data_has_their_pictures_all_the_same(cases: Casework, ann: Who) -> None:
    cases.ban(ann)
    cases.asks(ann)
    cases.work()
    assert any(name.startswith("photos/") for name in files(cases.copies()[-1]))


def test_a_ban_and_a_freeze_end_each_for_itself(cases: Casework, ann: Who) -> None:
    number = cases.reported(ann)
    cases.freezes(number)
    cases.ban(ann)
    cases.unban(ann)
    row = cases.account(ann)
    assert row is not None
    assert row.frozen_at is not None
    cases.ban(ann)
    cases.releases(number)
    assert state(cases, ann)[0] == Account.BANNED
    with cases.database.unit() as unit:
        assert cases.deliver.bring_back(unit, ann.id) == 0


def test_a_ban_does_not_keep_anybody_from_deleting_everything(cases: Casework, ann: Who) -> None:
    cases.ban(ann)
    cases.erases(ann, ACCOUNT, at_once=True)
    cases.work()
    assert cases.account(ann) is None


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda cases, ann: cases.unban(ann), "ban.none"),
        (lambda cases, ann: (cases.ban(ann), cases.ban(ann)), "ban.already"),
        (lambda cases, ann: (cases.ban(ann), cases.unban(ann), cases.unban(ann)), "ban.none"),
        (lambda cases, ann: cases.ban(ann, "because"), "ban.reason"),
        (lambda cases, ann: (cases.close(ann), cases.ban(ann)), "person.gone"),
        (lambda cases, ann: (cases.erases(ann, ACCOUNT), cases.ban(ann)), "ban.closing"),
    ],
)
def test_what_does_not_fit_is_refused(cases: Casework, ann: Who, act: Any, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        act(cases, ann)
    assert caught.value.code == code


def test_each_stands_in_the_staff_s_log(cases: Casework, ann: Who) -> None:
    cases.ban(ann)
    cases.unban(ann)
    assert cases.verbs() == [("account.ban", ann.id), ("account.unban", ann.id)]
