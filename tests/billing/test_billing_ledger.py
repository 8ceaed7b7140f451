"""The books under many at once, and the order in which lots are used. Sequences of movements: test_billing_books."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from billing import ledger
from database import Database
from errors import Rejected
from models import LedgerAccount, LedgerEntry

OWNERS = st.sampled_from(["ann", "bob"])


def open_with(database: Database, *grants: tuple[str, int]) -> None:
    with database.unit() as unit:
        ledger.open_books(unit, "ann")
        for number, (source, credits) in enumerate(grants):
            ledger.grant(unit, owner="ann", credits=credits, source=source, key=f"g{number}")


def lots(database: Database) -> dict[str, int]:
    with database.connection():
        return {str(row.source): row.balance for row in LedgerAccount.select().where(LedgerAccount.kind == "lot")}


def test_eight_orders_at_once_never_share_a_credit(database: Database) -> None:
    open_with(database, (ledger.TRIAL, 3))
    start, outcomes = threading.Barrier(8), []

    def order(number: int) -> None:
        start.wait()
        try:
            with database.unit() as unit:
                ledger.hold(unit, owner="ann", order=f"o{number}", credits=1)
            outcomes.append("held")
        except Rejected as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=order, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["credits.too_few"] * 5 + ["held"] * 3
    with database.connection():
        assert ledger.balance("ann") == ledger.Balance(free=0, held=3)


def test_the_same_hold_is_settled_once_by_four_who_come_at_once(database: Database) -> None:
    open_with(database, (ledger.TRIAL, 3))
    with database.unit() as unit:
        ledger.hold(unit, owner="ann", order="o", credits=2)
    start, outcomes = threading.Barrier(4), []

    def settle(back: bool) -> None:
        start.wait()
        with database.unit() as unit:
            outcomes.append((ledger.give_back if back else ledger.charge)(unit, owner="ann", order="o"))

    threads = [threading.Thread(target=settle, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [False, False, False, True]
    with database.connection():
        found = ledger.balance("ann")
    assert found.held == 0
    assert found.free in (1, 3)


def test_the_trial_is_used_first_and_then_the_oldest(database: Database, clock: Any) -> None:
    open_with(database, ("older", 2))
    for source in ("newer", ledger.TRIAL):
        clock.turn(60)
        with database.unit() as unit:
            ledger.grant(unit, owner="ann", credits=2, source=source, key=source)
    seen = []
    for order in ("o1", "o2", "o3"):
        with database.unit() as unit:
            ledger.hold(unit, owner="ann", order=order, credits=2 if order == "o1" else 1)
        seen.append(lots(database))
    assert seen == [
        {ledger.TRIAL: 0, "older": 2, "newer": 2},
        {ledger.TRIAL: 0, "older": 1, "newer": 2},
        {ledger.TRIAL: 0, "older": 0, "newer": 2},
    ]


def test_what_is_given_back_returns_to_the_lots_it_came_from(database: Database, clock: Any) -> None:
    open_with(database, (ledger.TRIAL, 1), ("pack", 5))
    with database.unit() as unit:
        ledger.hold(unit, owner="ann", order="o", credits=3)
    assert lots(database) == {ledger.TRIAL: 0, "pack": 3}
    with database.unit() as unit:
        ledger.give_back(unit, owner="ann", order="o")
    assert lots(database) == {ledger.TRIAL: 1, "pack": 5}


def test_a_refused_hold_leaves_nothing_behind(database: Database) -> None:
    open_with(database, (ledger.TRIAL, 1))
    with pytest.raises(Rejected), database.unit() as unit:
        ledger.hold(unit, owner="ann", order="o", credits=2)
    with database.connection():
        assert ledger.balance("ann") == ledger.Balance(free=1, held=0)
        assert LedgerEntry.select().count() == 1


def test_holds_that_nobody_settled_are_found_however_old(database: Database) -> None:
    with database.unit() as unit:
        for owner in ("ann", "bob", "cat"):
            ledger.open_books(unit, owner)
            ledger.grant(unit, owner=owner, credits=9, source=ledger.TRIAL, key=f"g:{owner}")
    then = datetime(2026, 6, 1)
    for day, (owner, order) in enumerate((("bob", "old"), ("ann", "charged"), ("ann", "back"), ("ann", "left"))):
        with database.unit() as unit:
            unit.now = then + timedelta(days=day)
            ledger.hold(unit, owner=owner, order=order, credits=2)
    with database.unit() as unit:
        ledger.charge(unit, owner="ann", order="charged")
        ledger.give_back(unit, owner="ann", order="back")
    with database.connection():
        assert ledger.unsettled(then + timedelta(days=9), limit=9, at_once=1) == [("ann", "left"), ("bob", "old")]
        assert ledger.unsettled(then + timedelta(days=9), limit=1, at_once=1) == [("ann", "left")]
        assert ledger.unsettled(then + timedelta(days=3), limit=9, at_once=1) == [("bob", "old")]
