"""Telegram's list against the books, both ways: what can be put right is, everything else is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.prices import PACKS, TRIAL_CREDITS
from billing.reconcile import ON_ITS_WAY, PAGE, SLOWEST_REFUND, Report
from errors import Temporary
from models import LedgerAccount, LedgerLine, Payment, new_id
from providers.telegram_stars import StarTransaction
from tests.billing.books import Shop

SMALL = PACKS["small"]
LATER = ON_ITS_WAY.total_seconds() + 1


def runs(shop: Shop, *, later: float = LATER) -> Report:
    shop.clock.turn(later)
    return shop.reconciliation.run()


def named(shop: Shop) -> list[str]:
    return [one.what for one in runs(shop).differences]


def test_what_was_paid_but_never_told_is_credited(shop: Shop) -> None:
    ann = shop.joins()
    shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    report = runs(shop)
    assert [(p.state, p.credits) for p in report.booked] == [(Payment.PAID, SMALL.credits)]
    assert (report.transactions, report.differences) == (1, [])
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)
    assert runs(shop).booked == []


def test_what_is_on_its_way_to_us_is_left_alone(shop: Shop) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    shop.bank.takes_back(paid.charge_id)
    report = runs(shop, later=60)
    assert (report.booked, report.differences) == ([], [])


def test_what_was_paid_by_somebody_who_is_gone_goes_back(shop: Shop) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    shop.closes(ann)
    assert [p.state for p in runs(shop).booked] == [Payment.REFUNDING]
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert named(shop) == []


def test_a_refund_that_was_never_told_is_booked(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.bank.takes_back(paid.charge_id)
    report = runs(shop)
    assert ([p.id for p in report.refunds], report.differences) == ([payment.id], [])
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    assert runs(shop).refunds == []


def test_a_payment_and_its_refund_of_which_neither_was_told(shop: Shop) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    shop.bank.takes_back(paid.charge_id)
    assert runs(shop).differences == []
    assert shop.has(ann) == (TRIAL_CREDITS, 0)


def test_what_telegram_does_not_know_is_named(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    shop.bank.listed.clear()
    [difference] = runs(shop).differences
    assert str(difference) == f"booked, but not in Telegram's list: {payment.id}"


def test_a_refund_that_telegram_does_not_know_is_named(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    with shop.database.unit() as unit:
        shop.refunds.ask(unit, account=ann, payment=payment.id)
    shop.work()
    shop.bank.listed.pop()
    assert named(shop) == ["refunded, but not in Telegram's list:"]


def test_a_refund_of_what_was_never_booked_is_named(shop: Shop) -> None:
    paid = shop.bank.pays(payload="forged", stars=5)
    shop.bank.takes_back(paid.charge_id)
    del shop.bank.listed[0]
    assert named(shop) == ["Telegram refunded a charge that was never booked"]


def test_another_number_of_stars_than_booked_is_named(shop: Shop) -> None:
    ann = shop.joins()
    shop.buys(ann)
    shop.bank.listed[0] = replace(shop.bank.listed[0], stars=SMALL.stars + 1)
    assert named(shop) == ["paid another number of Stars than booked:"]


def test_a_payment_that_is_stuck_is_named_every_time(shop: Shop) -> None:
    shop.receive(shop.bank.pays(payload="forged", stars=5), None)
    shop.bank.refuses = "telegram.bad_request"
    shop.work()
    stuck = "nobody's payment, and Telegram refuses to refund it:"
    assert (named(shop), named(shop)) == ([stuck], [stuck])


def test_a_refund_is_named_when_it_has_not_gone_out_in_a_day_however_old_its_payment(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    shop.clock.turn(timedelta(days=3).total_seconds())
    shop.bank.away = True
    with shop.database.unit() as unit:
        shop.refunds.ask(unit, account=ann, payment=payment.id)
    shop.work()
    shop.bank.away = False
    assert named(shop) == []
    shop.clock.turn(SLOWEST_REFUND.total_seconds())
    assert named(shop) == ["a refund that has not gone out yet:"]


def test_a_refund_that_nobody_works_on_is_named_at_once(shop: Shop) -> None:
    ann = shop.joins()
    payment, _ = shop.buys(ann)
    with shop.database.connection():
        Payment.update(state=Payment.REFUNDING).where(Payment.id == payment.id).execute()
    assert named(shop) == ["a refund that has not gone out yet:"]


def test_all_pages_of_the_list_are_read(shop: Shop) -> None:
    ann = shop.joins()
    for _ in range(PAGE):
        shop.bank.pays(payload="forged", stars=1)
    last = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    report = runs(shop)
    assert (report.transactions, len(report.booked)) == (PAGE + 1, PAGE + 1)
    assert shop.payments.find(last.charge_id) is not None
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)


def test_our_own_withdrawals_and_what_no_invoice_brought_in_are_ignored(shop: Shop) -> None:
    at = shop.clock.now()
    shop.bank.listed += [
        StarTransaction(id="w", stars=1000, at=at, incoming=False, kind="fragment"),
        StarTransaction(id="g", stars=5, at=at, incoming=True, kind="gift_purchase", user=7),
        StarTransaction(id="a", stars=5, at=at, incoming=True, kind="telegram_ads"),
    ]
    report = runs(shop)
    assert (report.transactions, report.booked, report.differences) == (3, [], [])


def test_books_that_do_not_balance_are_named(shop: Shop) -> None:
    ann = shop.joins()
    with shop.database.connection():
        LedgerAccount.update(balance=LedgerAccount.balance + 1).where(LedgerAccount.kind == LedgerAccount.LOT).execute()
    assert named(shop) == ["a balance that is not the sum of its lines:"]
    assert shop.has(ann) == (TRIAL_CREDITS + 1, 0)
    with shop.database.connection():
        [lot] = list(LedgerAccount.select().where(LedgerAccount.kind == LedgerAccount.LOT))
        line = LedgerLine.get(LedgerLine.place == lot.id)
        LedgerLine.insert(id=new_id(), entry=line.entry, place=lot.id, amount=1).execute()
    assert named(shop) == ["an entry whose lines do not sum to zero:"]


def test_while_telegram_is_away_nothing_is_known_to_add_up(shop: Shop) -> None:
    shop.bank.away = True
    with pytest.raises(Temporary):
        runs(shop)
