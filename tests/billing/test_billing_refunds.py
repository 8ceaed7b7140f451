"""Stars back: by the person, by staff, by Telegram itself; what Telegram answers, and who comes at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing import ledger
from billing.payments import REFUND
from billing.prices import PACKS, TRIAL_CREDITS
from errors import Rejected
from models import LedgerEntry, Payment, Work
from policy.limits import REFUND_WITHIN
from tests.billing.books import Shop
from tests.billing.conftest import AtOnce

BOB = 700_200
SMALL = PACKS["small"]
DAY = timedelta(days=1).total_seconds()


def asks(shop: Shop, account: str, payment: Payment) -> str:
    """What the tap on "Give back" comes to."""
    try:
        with shop.database.unit() as unit:
            shop.refunds.ask(unit, account=account, payment=payment.id)
    except Rejected as refused:
        return refused.code
    return "begun"


def orders(shop: Shop, charge: str) -> None:
    """Staff give a charge back."""
    with shop.database.unit() as unit:
        shop.refunds.order(unit, charge, reason="complaint")


def told(shop: Shop, charge: str) -> Payment | None:
    """Telegram says that it gave a charge back."""
    with shop.database.unit() as unit:
        return shop.refunds.booked(unit, charge)


def offered(shop: Shop, account: str) -> list[str]:
    with shop.database.unit() as unit:
        return [payment.id for payment in shop.refunds.possible(unit, account)]


def settles(shop: Shop, account: str, order: str, *, back: bool) -> None:
    with shop.database.unit() as unit:
        (ledger.give_back if back else ledger.charge)(unit, owner=account, order=order)


def add_up(shop: Shop) -> bool:
    return [str(one) for one in shop.reconciliation.run().differences] == []


def test_an_untouched_pack_goes_back_whole(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    assert offered(shop, ann) == [payment.id]
    assert asks(shop, ann, payment) == "begun"
    assert shop.has(ann) == (TRIAL_CREDITS, 0), "credits leave before the Stars"
    assert offered(shop, ann) == []
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert asks(shop, ann, payment) == "refund.gone"
    assert add_up(shop)


def test_day_fourteen_is_in_time_and_day_fifteen_is_not(shop: Shop) -> None:
    ann = shop.joins()
    early, late = shop.buys(ann)[0], shop.buys(ann)[0]
    shop.clock.turn(REFUND_WITHIN.total_seconds() - 1)
    assert sorted(offered(shop, ann)) == sorted([early.id, late.id])
    assert asks(shop, ann, early) == "begun"
    shop.clock.turn(1)
    assert offered(shop, ann) == []
    assert asks(shop, ann, late) == "refund.too_late"
    assert REFUND_WITHIN.total_seconds() == 14 * DAY


def test_a_pack_that_was_used_stays(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS + 1)
    assert offered(shop, ann) == []
    assert asks(shop, ann, payment) == "refund.used"
    assert shop.payment(payment.id).state == Payment.PAID
    assert shop.has(ann) == (SMALL.credits - 1, 0)


def test_a_pack_with_a_hold_stays_until_the_hold_comes_back(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    order = shop.holds(ann, TRIAL_CREDITS + 1)
    assert (offered(shop, ann), asks(shop, ann, payment)) == ([], "refund.used")
    settles(shop, ann, order, back=True)
    assert (offered(shop, ann), asks(shop, ann, payment)) == ([payment.id], "begun")


def test_nobody_gives_back_what_somebody_else_paid(shop: Shop) -> None:
    ann, bob = shop.joins(), shop.joins(BOB)
    payment, _ = shop.buys(ann)
    assert (offered(shop, bob), asks(shop, bob, payment)) == ([], "refund.gone")
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)


def test_two_taps_at_once_give_back_once(shop: Shop, at_once: AtOnce) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)

    def tap() -> None:
        with shop.database.unit() as unit:
            shop.refunds.ask(unit, account=ann, payment=payment.id)

    assert at_once(tap, tap, tap, tap) == ["done", *["refund.gone"] * 3]
    with shop.database.connection():
        assert Work.select().where(Work.kind == REFUND).count() == 1
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    assert add_up(shop)


def test_person_staff_and_telegram_at_once_give_back_once(shop: Shop, at_once: AtOnce) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.bank.takes_back(paid.charge_id)

    def tap() -> None:
        with shop.database.unit() as unit:
            shop.refunds.ask(unit, account=ann, payment=payment.id)

    found = at_once(tap, lambda: orders(shop, paid.charge_id), lambda: told(shop, paid.charge_id))
    assert set(found) <= {"done", "refund.gone"}, found
    shop.work()
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    assert add_up(shop)


def test_an_order_and_a_refund_at_once_never_share_a_credit(shop: Shop, at_once: AtOnce) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS)

    def tap() -> None:
        with shop.database.unit() as unit:
            shop.refunds.ask(unit, account=ann, payment=payment.id)

    found = at_once(tap, lambda: shop.holds(ann, SMALL.credits))
    assert found in (["credits.too_few", "done"], ["done", "refund.used"])
    assert shop.has(ann) == ((0, 0) if "credits.too_few" in found else (0, SMALL.credits))
    assert add_up(shop)


@pytest.mark.parametrize("round_", range(4))
def test_charges_returns_and_refunds_at_once_neither_wait_for_each_other_nor_lose_a_credit(
    shop: Shop, at_once: AtOnce, round_: int
) -> None:
    ann = shop.joins()
    _, paid = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS)
    made, returned, both = (shop.holds(ann, 4) for _ in range(3))
    found = at_once(
        lambda: settles(shop, ann, made, back=False),
        lambda: settles(shop, ann, returned, back=True),
        lambda: settles(shop, ann, both, back=True),
        lambda: settles(shop, ann, both, back=False),
        lambda: orders(shop, paid.charge_id),
    )
    assert found == ["done"] * 5
    assert shop.has(ann) == (0, 0), "what comes back to a refunded pack has gone with it"
    assert add_up(shop)


def test_when_telegram_refuses_the_credits_are_back_and_can_be_given_back_again(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    for _ in range(2):
        shop.bank.refuses = "telegram.no_such_charge"
        assert asks(shop, ann, payment) == "begun"
        shop.work()
        row = shop.payment(payment.id)
        assert (row.state, row.reason) == (Payment.PAID, "telegram.no_such_charge")
        assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)
    shop.bank.refuses = None
    assert asks(shop, ann, payment) == "begun"
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    assert add_up(shop)


def test_when_telegram_says_that_it_went_back_already_that_is_what_was_wanted(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    asks(shop, ann, payment)
    shop.bank.takes_back(paid.charge_id)
    shop.work()
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert shop.has(ann) == (TRIAL_CREDITS, 0)


def waits(shop: Shop) -> tuple[str, int]:
    with shop.database.connection():
        [work] = list(Work.select().where(Work.kind == REFUND))
    return work.state, work.tries


@pytest.mark.parametrize("how", ["away", "loses_answers"])
def test_while_telegram_is_away_the_row_waits_and_is_tried_again(shop: Shop, how: str) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    setattr(shop.bank, how, True)
    asks(shop, ann, payment)
    shop.work()
    assert waits(shop) == (Work.DUE, 1)
    assert shop.payment(payment.id).state == Payment.REFUNDING
    assert shop.has(ann) == (TRIAL_CREDITS, 0), "nobody uses what may be on its way back"
    setattr(shop.bank, how, False)
    shop.clock.turn(60)
    for work in shop.desk.next_due(["rights"], limit=5):
        shop.runner.run(work)
    assert waits(shop) == (Work.DONE, 2)
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.payment(payment.id).state == Payment.REFUNDED


def test_a_strangers_payment_that_cannot_go_back_is_stuck_until_staff_try_again(shop: Shop) -> None:
    paid = shop.bank.pays(payload="forged", stars=7)
    payment = shop.receive(paid, None)
    shop.bank.refuses = "telegram.bad_request"
    shop.work()
    assert shop.payment(payment.id).state == Payment.STUCK
    shop.bank.refuses = None
    orders(shop, paid.charge_id)
    shop.work()
    assert shop.payment(payment.id).state == Payment.REFUNDED


def test_a_refund_that_telegram_made_is_booked_once(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.bank.takes_back(paid.charge_id)
    for _ in range(2):
        row = told(shop, paid.charge_id)
        assert row is not None
        assert row.id == payment.id
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    with shop.database.connection():
        assert LedgerEntry.select().where(LedgerEntry.kind == LedgerEntry.REFUND).count() == 1
    assert add_up(shop)


def test_a_refund_of_a_charge_we_do_not_know_changes_nothing(shop: Shop) -> None:
    ann = shop.joins()
    shop.buys(ann)
    assert told(shop, "stranger") is None
    with pytest.raises(Rejected, match=r"refund\.gone"):
        orders(shop, "stranger")
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)


@pytest.mark.parametrize("by_telegram", [True, False])
def test_used_credits_stay_used_and_no_balance_falls_below_zero(shop: Shop, by_telegram: bool) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.clock.turn(1)
    shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS + SMALL.credits - 5)
    if by_telegram:
        shop.bank.takes_back(paid.charge_id)
        told(shop, paid.charge_id)
    else:
        orders(shop, paid.charge_id)
        shop.work()
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert shop.has(ann) == (SMALL.credits, 0), "the five that were left are gone, the other pack is untouched"
    assert add_up(shop)


@pytest.mark.parametrize("back", [True, False])
def test_a_refund_while_a_job_holds_the_credits_lets_the_job_end(shop: Shop, back: bool) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS)
    order = shop.holds(ann, 8)
    orders(shop, paid.charge_id)
    assert shop.has(ann) == (0, 8)
    shop.work()
    settles(shop, ann, order, back=back)
    assert shop.has(ann) == (0, 0)
    assert shop.payment(payment.id).state == Payment.REFUNDED
    assert add_up(shop)


def test_a_refused_refund_brings_back_what_a_job_returned_in_between(shop: Shop) -> None:
    ann = shop.joins()
    _, paid = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS)
    order = shop.holds(ann, 8)
    shop.bank.refuses = "telegram.bad_request"
    orders(shop, paid.charge_id)
    settles(shop, ann, order, back=True)
    assert shop.has(ann) == (0, 0)
    shop.work()
    assert shop.has(ann) == (SMALL.credits, 0)
    assert add_up(shop)
