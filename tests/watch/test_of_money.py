"""Figures of money: the books add up, or it is seen; what is on hold; what providers cost."""

from __future__ import annotations

from typing import Any

import pytest

from models import Cost, LedgerAccount, LedgerLine, Order, Payment


def test_what_is_on_hold_is_what_orders_under_way_cost(watcher: Any) -> None:
    watcher.order(Order.QUEUED, price=1)
    watcher.order(Order.RENDERING, price=8, kind="video_5")
    watcher.order(Order.DELIVERED, price=1)
    assert (watcher.value("miomio_holds_open"), watcher.value("miomio_held_credits")) == (2, 9)


def test_an_entry_that_does_not_add_up_shows_at_once(watcher: Any) -> None:
    watcher.entry(5, -5)
    assert watcher.value("miomio_ledger_sum_credits", "lately") == 0
    watcher.entry(5, -4)
    assert watcher.value("miomio_ledger_sum_credits", "lately") == 1


def test_and_still_shows_in_the_whole_books_when_it_is_no_news_any_more(watcher: Any) -> None:
    watcher.entry(5, -4, waits=86_400)
    assert watcher.value("miomio_ledger_sum_credits", "lately") == 0
    assert watcher.value("miomio_ledger_sum_credits", "all") is None  # nobody has looked yet
    watcher.checks.run()
    assert watcher.value("miomio_ledger_sum_credits", "all") == 1
    assert watcher.value("miomio_check_differences", "ledger") == 1
    LedgerLine.delete().execute()
    watcher.clock.turn(3600)
    watcher.checks.run()
    assert watcher.value("miomio_ledger_sum_credits", "all") == 0
    assert watcher.value("miomio_check_age_seconds", "ledger") == 0


@pytest.mark.parametrize("waits", [0.0, 86_400.0])
def test_two_that_are_wrong_in_turn_do_not_hide_each_other(watcher: Any, waits: float) -> None:
    watcher.entry(4, -5, waits=waits)
    watcher.entry(5, -4, waits=waits)
    watcher.checks.run()
    assert watcher.value("miomio_ledger_sum_credits", "lately") == (0 if waits else 2)
    assert watcher.value("miomio_ledger_sum_credits", "all") == 2


def test_a_balance_that_no_line_explains_is_found(watcher: Any) -> None:
    known = {"owner": "a", "kind": LedgerAccount.LOT, "created_at": watcher.ago(0)}
    watcher.add(LedgerAccount, balance=3, **known)
    other = watcher.add(LedgerAccount, balance=0, **known)
    watcher.add(LedgerLine, entry="e", place=other.id, amount=4)  # too little does not make up for too much
    watcher.add(LedgerLine, entry="e", place=LedgerAccount.SOLD, amount=-4)
    watcher.checks.run()
    assert watcher.value("miomio_check_differences", "balances") == 7
    assert watcher.value("miomio_check_differences", "ledger") == 0


def test_a_hold_without_its_order_is_found(watcher: Any) -> None:
    known = {"owner": "a", "kind": LedgerAccount.HOLD, "created_at": watcher.ago(0)}
    watcher.add(LedgerAccount, balance=3, **known)
    watcher.checks.run()
    assert watcher.value("miomio_check_differences", "holds") == 3
    watcher.order(Order.QUEUED, price=3)
    watcher.checks.run()
    assert watcher.value("miomio_check_differences", "holds") == 0


def test_an_order_under_way_for_which_nothing_is_on_hold_is_found(watcher: Any) -> None:
    watcher.order(Order.QUEUED, price=2)
    watcher.checks.run()
    assert watcher.value("miomio_check_differences", "holds") == 2


def test_what_a_provider_counted_is_told_for_an_hour(watcher: Any) -> None:
    known = {"kind": "picture", "provider": "gemini", "model": "m", "units": 1.0, "at": watcher.ago(0)}
    for order in ("o1", "o2"):
        watcher.add(Cost, order=order, micro_usd=40_000, **known)
    assert watcher.value("miomio_provider_spend_dollars", "gemini") == 0.08
    watcher.clock.turn(3601)
    assert watcher.value("miomio_provider_spend_dollars", "gemini") is None


def test_payments_that_somebody_must_look_after_are_counted(watcher: Any) -> None:
    for state in (Payment.STUCK, Payment.REFUNDING, Payment.PAID, Payment.REFUNDED):
        watcher.payment(state)
    assert watcher.figures()["miomio_payments_open"] == {("unclaimed",): 0, ("refunding",): 1, ("stuck",): 1}
