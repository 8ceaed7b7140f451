"""Stars in: credits once for each charge, for the invoice's own person and price only; everything else goes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from billing.payments import PAYABLE, Paid
from billing.prices import PACKS, TRIAL_CREDITS, Pack
from errors import Rejected
from models import TABLES, Acceptance, Account, Invoice, KeyRow, LedgerAccount, Payment, Work, new_id
from tests.billing.books import ANN, Shop
from tests.billing.conftest import AtOnce
from tests.closing import close_account

BOB = 700_200
SMALL = PACKS["small"]


def counts(shop: Shop) -> dict[str, int]:
    with shop.database.connection():
        return {model._meta.table_name: model.select().count() for model in TABLES}


def added(shop: Shop, before: dict[str, int]) -> dict[str, int]:
    return {name: now - before[name] for name, now in counts(shop).items() if now != before[name]}


def ask(shop: Shop, account: str | None, payload: str, *, stars: int = SMALL.stars, currency: str = "XTR") -> str:
    """The answer to the question before a payment."""
    try:
        with shop.database.connection():
            shop.payments.check(shop.clock.now(), account=account, payload=payload, stars=stars, currency=currency)
    except Rejected as refused:
        return refused.code
    return "yes"


def test_the_question_is_answered_yes_for_the_right_person_and_price_only(shop: Shop) -> None:
    ann, bob = shop.joins(ANN), shop.joins(BOB)
    invoice = shop.invoice(ann)
    assert ask(shop, ann, invoice.id) == "yes"
    assert ask(shop, bob, invoice.id) == "payment.not_yours"
    assert ask(shop, None, invoice.id) == "payment.not_yours"
    assert ask(shop, ann, "forged") == "payment.stale"
    assert ask(shop, ann, invoice.id, stars=SMALL.stars - 1) == "payment.stale"
    assert ask(shop, ann, invoice.id, currency="USD") == "payment.stale"


def test_an_offer_is_good_for_a_day(shop: Shop) -> None:
    ann = shop.joins()
    invoice = shop.invoice(ann)
    shop.clock.turn(PAYABLE.total_seconds() - 1)
    assert ask(shop, ann, invoice.id) == "yes"
    shop.clock.turn(1)
    assert ask(shop, ann, invoice.id) == "payment.stale"


@pytest.mark.parametrize("sold", [replace(SMALL, stars=98), replace(SMALL, credits=21), Pack("old", "Old pack", 5, 99)])
def test_an_offer_whose_pack_has_changed_is_out_of_date(shop: Shop, sold: Pack) -> None:
    ann = shop.joins()
    with shop.database.unit() as unit:
        invoice = shop.payments.offer(unit, account=ann, pack=sold)
    assert ask(shop, ann, invoice.id, stars=sold.stars) == "payment.stale"


def test_what_was_agreed_to_counts_when_the_price_changes_before_the_payment(shop: Shop) -> None:
    ann = shop.joins()
    with shop.database.unit() as unit:
        invoice = shop.payments.offer(unit, account=ann, pack=replace(SMALL, credits=30))
    paid = shop.receive(shop.bank.pays(payload=invoice.id, stars=SMALL.stars), ann)
    assert (paid.state, paid.credits) == (Payment.PAID, 30)


def test_a_payment_that_is_told_of_twice_is_credited_once(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    before = counts(shop)
    again = shop.receive(paid, ann)
    assert again.id == payment.id
    assert added(shop, before) == {}
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)
    with shop.database.connection():
        assert Invoice.select().count() == 0


def test_a_payment_that_is_told_of_four_times_at_once_is_credited_once(shop: Shop, at_once: AtOnce) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    assert at_once(*[lambda: shop.receive(paid, ann)] * 4) == ["done"] * 4
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)
    with shop.database.connection():
        assert [p.state for p in Payment.select()] == [Payment.PAID]
        assert LedgerAccount.select().where(LedgerAccount.source == "small").count() == 1


def test_a_strangers_payment_told_of_four_times_at_once_goes_back_once(shop: Shop, at_once: AtOnce) -> None:
    paid, before = shop.bank.pays(payload="forged", stars=7), counts(shop)
    assert at_once(*[lambda: shop.receive(paid, None)] * 4) == ["done"] * 4
    assert added(shop, before) == {"payment": 1, "data_key": 1, "work": 1}
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}


def test_who_pays_the_same_invoice_twice_has_the_second_payment_back(shop: Shop) -> None:
    ann = shop.joins()
    invoice = shop.invoice(ann)
    first, second = (shop.bank.pays(payload=invoice.id, stars=SMALL.stars) for _ in range(2))
    assert [shop.receive(paid, ann).state for paid in (first, second)] == [Payment.PAID, Payment.REFUNDING]
    shop.work()
    assert shop.bank.given_back == {second.charge_id}
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)


Odd = Callable[[Shop, str], Paid]
ODD: dict[str, Odd] = {
    "an unknown payload": lambda shop, ann: shop.bank.pays(payload="forged", stars=SMALL.stars),
    "too few Stars": lambda shop, ann: shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars - 1),
    "too many Stars": lambda shop, ann: shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars + 1),
    "another currency": lambda shop, ann: replace(
        shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars), currency="USD"
    ),
    "somebody else's invoice": lambda shop, ann: shop.bank.pays(
        payload=shop.invoice(shop.joins(BOB)).id, stars=SMALL.stars
    ),
}


@pytest.mark.parametrize("odd", list(ODD))
def test_what_fits_no_offer_is_not_credited_and_goes_back(shop: Shop, odd: str) -> None:
    ann = shop.joins()
    paid = ODD[odd](shop, ann)
    payment = shop.receive(paid, ann)
    assert (payment.state, payment.credits, payment.lot) == (Payment.REFUNDING, 0, None)
    assert shop.has(ann) == (TRIAL_CREDITS, 0)
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.payment(payment.id).state == Payment.REFUNDED


def test_of_a_person_we_do_not_know_nothing_is_written_but_the_payment(shop: Shop) -> None:
    before = counts(shop)
    payment = shop.receive(shop.bank.pays(payload="forged", stars=7, user=BOB), None)
    assert added(shop, before) == {"payment": 1, "data_key": 1, "work": 1}
    with shop.database.connection():
        [key] = list(KeyRow.select())
    assert (key.account, key.kind) == (payment.account, KeyRow.TRANSACTIONS)
    assert shop.fields.open(Payment.telegram_id, payment, purpose="payments") == str(BOB)
    assert str(BOB).encode() not in bytes(payment.telegram_id) + bytes(payment.charge_id) + bytes(payment.charge_index)


@pytest.mark.parametrize("state", [Account.BANNED, Account.CLOSING])
def test_who_may_not_buy_has_the_stars_back_and_their_payment_is_sealed_apart(shop: Shop, state: str) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    with shop.database.connection():
        Account.update(state=state).execute()
        assert shop.accounts.buyer(ANN) is None
    payment = shop.receive(paid, ann)  # found before the ban, booked after it
    assert (payment.state, payment.account == ann) == (Payment.REFUNDING, False)
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.has(ann) == (TRIAL_CREDITS, 0)


def test_a_payment_for_an_account_that_is_gone_goes_back(shop: Shop) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    shop.closes(ann)
    assert shop.receive(paid, None).state == Payment.REFUNDING
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}


def test_a_payment_that_meets_the_closing_of_its_account_goes_back(shop: Shop) -> None:
    ann = shop.joins()
    paid = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars)
    booked: list[Payment] = []
    meeting = threading.Thread(target=lambda: booked.append(shop.receive(paid, ann)))
    with shop.database.unit() as unit:
        close_account(unit, desk=shop.desk, keys=shop.keys, fields=shop.fields, refunds=shop.refunds, account=ann)
        meeting.start()
        time.sleep(0.3)  # it waits for us now, having looked the account up before
        assert booked == []
    meeting.join(30)
    assert [payment.state for payment in booked] == [Payment.REFUNDING]


def test_records_of_payments_outlive_the_account_under_their_own_key_and_can_be_refunded(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    shop.uses(ann, TRIAL_CREDITS + 1)
    shop.closes(ann)
    with shop.database.connection():
        assert [key.kind for key in KeyRow.select().where(KeyRow.account == ann)] == [KeyRow.TRANSACTIONS]
        assert Acceptance.select().count() == 1
        assert Account.select().count() == 0
    with shop.database.unit() as unit:
        shop.refunds.order(unit, paid.charge_id, reason="law")
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}
    assert shop.payment(payment.id).state == Payment.REFUNDED


def test_a_refund_that_is_under_way_is_not_withdrawn_when_the_account_closes(shop: Shop) -> None:
    ann = shop.joins()
    payment, paid = shop.buys(ann)
    with shop.database.unit() as unit:
        shop.refunds.ask(unit, account=ann, payment=payment.id)
    shop.closes(ann)
    with shop.database.connection():
        assert [w.state for w in Work.select().where(Work.kind == "refund")] == [Work.DUE]
    shop.work()
    assert shop.bank.given_back == {paid.charge_id}


def test_nothing_of_a_booking_stays_when_it_breaks(shop: Shop) -> None:
    """What Telegram repeats later must find nothing half done."""
    ann = shop.joins()
    paid, before = shop.bank.pays(payload=shop.invoice(ann).id, stars=SMALL.stars), counts(shop)
    with pytest.raises(ZeroDivisionError), shop.database.unit() as unit:
        shop.payments.receive(unit, paid, account=ann)
        raise ZeroDivisionError
    assert added(shop, before) == {}
    assert shop.receive(paid, ann).state == Payment.PAID
    assert shop.has(ann) == (TRIAL_CREDITS + SMALL.credits, 0)


def test_two_invoices_never_share_a_payload(shop: Shop) -> None:
    ann = shop.joins()
    assert shop.invoice(ann).id != shop.invoice(ann).id
    assert len(new_id()) == len(shop.invoice(ann).id)
