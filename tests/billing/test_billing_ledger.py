"""The books under any sequence of movements, and under eight orders at once."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from billing import ledger
from database import Database
from errors import Permanent, Rejected
from models import LedgerAccount, LedgerEntry, LedgerLine

OWNERS = st.sampled_from(["ann", "bob"])


class Counting:
    """A second later at each look, so that lots have an age."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class Books(RuleBasedStateMachine):
    """Beside the real books runs the simplest model: lots as lists, holds as what was taken from which lot."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{Path(self.folder.name)}/books.db", clock=Counting())
        self.database.migrate()
        self.database.raw.execute_sql("PRAGMA synchronous = OFF")
        self.lots: dict[str, list[list[int]]] = {"ann": [], "bob": []}  # [rank, age, credits], used in this order
        self.held: dict[str, tuple[str, list[tuple[list[int], int]]]] = {}
        self.settled: set[str] = set()
        self.keys: set[str] = set()
        self.count = 0
        with self.database.unit() as unit:
            for owner in self.lots:
                ledger.open_books(unit, owner)

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    @rule(owner=OWNERS, credits=st.integers(1, 5), trial=st.booleans(), key=st.integers(0, 6))
    def grant(self, owner: str, credits: int, trial: bool, key: int) -> None:
        source = ledger.TRIAL if trial else "pack"
        with self.database.unit() as unit:
            booked = ledger.grant(unit, owner=owner, credits=credits, source=source, key=f"grant:{key}")
        assert booked == (f"grant:{key}" not in self.keys)
        if booked:
            self.keys.add(f"grant:{key}")
            self.lots[owner].append([0 if trial else 1, len(self.keys), credits])
            self.lots[owner].sort(key=lambda lot: lot[:2])

    @rule(target=orders, owner=OWNERS, credits=st.integers(1, 6))
    def hold(self, owner: str, credits: int) -> str:
        self.count += 1
        order = f"order{self.count}"
        free = sum(lot[2] for lot in self.lots[owner])
        try:
            with self.database.unit() as unit:
                ledger.hold(unit, owner=owner, order=order, credits=credits)
        except Rejected as refused:
            assert free < credits
            assert refused.facts == {"free": free, "needed": credits}
            return order
        assert free >= credits
        taken = []
        for lot in self.lots[owner]:
            part = min(credits, lot[2])
            if part:
                lot[2] -= part
                credits -= part
                taken.append((lot, part))
        self.held[order] = (owner, taken)
        return order

    @rule(order=orders)
    def hold_again(self, order: str) -> None:
        if order not in self.held or not any(lot[2] for lot in self.lots[self.held[order][0]]):
            return
        with pytest.raises(Permanent, match="already_held"), self.database.unit() as unit:
            ledger.hold(unit, owner=self.held[order][0], order=order, credits=1)

    @rule(order=orders, back=st.booleans())
    def settle(self, order: str, back: bool) -> None:
        act = ledger.give_back if back else ledger.charge
        if order not in self.held:
            with pytest.raises(Permanent, match="nothing_held"), self.database.unit() as unit:
                act(unit, owner="ann", order=order)
            return
        owner, taken = self.held[order]
        with self.database.unit() as unit:
            assert act(unit, owner=owner, order=order) == (order not in self.settled)
        if back and order not in self.settled:
            for lot, part in taken:
                lot[2] += part
        self.settled.add(order)

    @invariant()
    def the_books_balance(self) -> None:
        with self.database.connection():
            entries = Counter[str]()
            places = Counter[str]()
            for line in LedgerLine.select():
                entries[line.entry] += line.amount
                places[line.place] += line.amount
            accounts = list(LedgerAccount.select())
            assert set(entries) == {entry.id for entry in LedgerEntry.select()}
            assert not any(entries.values())
            assert all(account.balance == places[account.id] >= 0 for account in accounts)
            assert sum(places.values()) == 0
            for owner, lots in self.lots.items():
                held = sum(
                    part
                    for order, (whose, taken) in self.held.items()
                    if whose == owner and order not in self.settled
                    for _, part in taken
                )
                assert ledger.balance(owner) == ledger.Balance(free=sum(lot[2] for lot in lots), held=held)
                real = sorted((a for a in accounts if a.owner == owner and a.kind == "lot"), key=age)
                assert [lot.balance for lot in real] == [lot[2] for lot in lots]


def age(lot: Any) -> tuple[int, datetime]:
    return lot.rank, lot.created_at


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


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
