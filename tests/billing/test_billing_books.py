"""The books under any sequence of paying, holding, charging, giving back and refunding, beside the simplest model."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from billing import ledger
from billing.prices import PACKS
from database import Database
from errors import Permanent, Rejected
from models import Account, LedgerAccount, Payment, new_id
from rows import insert
from tests.billing.books import Counting, Shop

EXAMPLES = int(os.environ.get("MIOMIO_EXAMPLES", "300"))  # `make stress` asks for more
LINES = """SELECT line.entry, line.place, line.amount FROM ledger_line line
    JOIN ledger_entry entry ON entry.id = line.entry WHERE entry.owner = ?"""
ACCOUNTS = "SELECT id, kind, balance, closed FROM ledger_account WHERE owner = ?"
OURS = "SELECT COALESCE(SUM(stars), 0) FROM payment WHERE account = ? AND state = ?"
_open: dict[str, Any] = {}


def shop() -> Shop:
    """One database for all examples: each has an owner of its own."""
    if not _open:
        folder = tempfile.TemporaryDirectory(prefix="miomio-books-")
        clock = Counting()
        database = Database(f"sqlite:///{Path(folder.name)}/books.db", clock=clock)
        database.migrate()
        _open.update(shop=Shop(database, clock), folder=folder)
    found: Shop = _open["shop"]
    return found


class Lot:
    """The model of a lot: what lies in it, and whether it was refunded."""

    def __init__(self, rank: int, age: int, credits: int) -> None:
        self.order = (rank, age)
        self.credits = credits
        self.closed = False


class Books(RuleBasedStateMachine):
    """Beside the real books runs the simplest model: lots as lists, holds as what was taken from which lot."""

    orders, payments = Bundle("orders"), Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.shop = shop()
        self.shop.bank.refuses = None
        self.database = self.shop.database
        self.raw = self.database.connection()
        self.raw.__enter__()  # one connection for the whole example
        self.database.raw.execute_sql("PRAGMA synchronous = OFF")
        self.owner, self.count = new_id(), 0
        self.lots: list[Lot] = []
        self.held: dict[str, list[tuple[Lot, int]]] = {}
        self.settled: set[str] = set()
        self.bought: dict[str, tuple[Lot, int, str]] = {}  # payment -> lot, credits, charge id
        self.gone: set[str] = set()
        self.owed = 0  # Stars that are ours
        with self.database.unit() as unit:
            ledger.open_books(unit, self.owner)
            insert(
                Account,
                id=self.owner,
                telegram_id=b"",
                telegram_id_index=self.owner.encode(),
                names_index=b"",
                created_at=unit.now,
            )

    def teardown(self) -> None:
        self.raw.__exit__(None, None, None)

    def free(self) -> int:
        return sum(lot.credits for lot in self.lots if not lot.closed)

    @rule(credits=st.integers(1, 5), repeat=st.booleans())
    def get_free_credits(self, credits: int, repeat: bool) -> None:
        key = f"trial:{self.owner}:{0 if repeat else self.count}"
        self.count += 1
        with self.database.unit() as unit:
            lot = ledger.grant(unit, owner=self.owner, credits=credits, source=ledger.TRIAL, key=key)
        if lot is not None:
            self.lots.append(Lot(0, self.count, credits))
        else:
            assert repeat

    @rule(target=payments, pack=st.sampled_from(sorted(PACKS)))
    def buy(self, pack: str) -> str:
        payment, paid = self.shop.buys(self.owner, pack)
        assert payment.state == Payment.PAID
        self.count += 1
        lot = Lot(1, self.count, PACKS[pack].credits)
        self.lots.append(lot)
        self.bought[payment.id] = (lot, PACKS[pack].credits, paid.charge_id)
        self.owed += PACKS[pack].stars
        return str(payment.id)

    @rule(pack=st.sampled_from(sorted(PACKS)))
    def hear_of_a_payment_twice(self, pack: str) -> None:
        payment, paid = self.shop.buys(self.owner, pack)
        self.count += 1
        self.lots.append(Lot(1, self.count, PACKS[pack].credits))
        self.owed += PACKS[pack].stars
        with self.database.unit() as unit:
            booked = self.shop.payments.receive(unit, paid, account=self.owner)
        assert booked.again
        assert booked.payment.id == payment.id

    @rule(stars=st.integers(1, 500), known=st.booleans())
    def receive_what_fits_no_offer(self, stars: int, known: bool) -> None:
        """An unknown payload, or the wrong number of Stars: nobody's payment, on its way back at once."""
        payload = self.shop.invoice(self.owner, "small").id if known else "forged"
        if known and stars == PACKS["small"].stars:
            return
        paid = self.shop.bank.pays(payload=payload, stars=stars)
        assert self.shop.receive(paid, self.owner).state == Payment.REFUNDING
        self.shop.bank.refuses = None
        self.shop.work()
        assert paid.charge_id in self.shop.bank.given_back

    @rule(target=orders, credits=st.sampled_from([1, 8, 15, 40]))
    def hold(self, credits: int) -> str:
        self.count += 1
        order = f"order{self.count}:{self.owner}"
        free = self.free()
        try:
            with self.database.unit() as unit:
                ledger.hold(unit, owner=self.owner, order=order, credits=credits)
        except Rejected as refused:
            assert free < credits
            assert refused.facts == {"free": free, "needed": credits}
            return order
        assert free >= credits
        taken = []
        for lot in sorted(self.lots, key=lambda lot: lot.order):
            part = 0 if lot.closed else min(credits, lot.credits)
            if part:
                lot.credits -= part
                credits -= part
                taken.append((lot, part))
        self.held[order] = taken
        return order

    @rule(order=orders)
    def hold_again(self, order: str) -> None:
        if order not in self.held or not self.free():
            return
        with pytest.raises(Permanent, match="already_held"), self.database.unit() as unit:
            ledger.hold(unit, owner=self.owner, order=order, credits=1)

    @rule(order=orders, back=st.booleans())
    def settle(self, order: str, back: bool) -> None:
        act = ledger.give_back if back else ledger.charge
        if order not in self.held:
            with pytest.raises(Permanent, match="nothing_held"), self.database.unit() as unit:
                act(unit, owner=self.owner, order=order)
            return
        with self.database.unit() as unit:
            assert act(unit, owner=self.owner, order=order) == (order not in self.settled)
        if back and order not in self.settled:
            for lot, part in self.held[order]:
                if not lot.closed:
                    lot.credits += part
        self.settled.add(order)

    @rule(payment=payments, refused=st.booleans())
    def ask_for_a_refund(self, payment: str, refused: bool) -> None:
        """By the person: only a wholly unused pack; where Telegram refuses, the credits are back."""
        lot, credits, _ = self.bought[payment]
        self.shop.bank.refuses = "telegram.no_such_charge" if refused else None
        possible = payment not in self.gone and lot.credits == credits
        try:
            with self.database.unit() as unit:
                self.shop.refunds.ask(unit, account=self.owner, payment=payment)
        except Rejected as error:
            assert not possible
            assert error.code == ("refund.gone" if payment in self.gone else "refund.used")
            return
        assert possible
        assert ledger.balance(self.owner).free == self.free() - credits
        self.shop.work()
        if not refused:
            self._close(payment)

    @rule(payment=payments, by_telegram=st.booleans())
    def refund_whatever_is_left(self, payment: str, by_telegram: bool) -> None:
        """By staff, or by Telegram itself: used credits stay used."""
        self.shop.bank.refuses = None
        charge = self.bought[payment][2]
        if payment in self.gone:
            with pytest.raises(Rejected, match=r"refund\.gone"), self.database.unit() as unit:
                self.shop.refunds.order(unit, charge, reason="mistake")
            return
        with self.database.unit() as unit:
            if by_telegram:
                self.shop.bank.takes_back(charge)
                self.shop.refunds.booked(unit, charge)
            else:
                self.shop.refunds.order(unit, charge, reason="mistake")
        self.shop.work()
        self._close(payment)

    @rule(credits=st.sampled_from([1, 15, 40]), back=st.booleans(), pack=st.sampled_from(sorted(PACKS)))
    def give_a_pack_back_while_an_order_holds_some_of_it(self, credits: int, back: bool, pack: str) -> None:
        """The rarest order of things, made common."""
        payment = self.buy(pack)
        order = self.hold(credits)
        self.ask_for_a_refund(payment, refused=False)
        self.refund_whatever_is_left(payment, by_telegram=back)
        self.settle(order, back)

    def _close(self, payment: str) -> None:
        lot, _, _ = self.bought[payment]
        lot.closed, lot.credits = True, 0
        self.gone.add(payment)
        row = self.shop.payment(payment)
        self.owed -= row.stars
        assert row.state == Payment.REFUNDED

    @invariant()
    def the_books_balance(self) -> None:
        """Statements by hand: these run after each of thousands of steps."""
        sums: dict[str, int] = {}
        places: dict[str, int] = {}
        for entry, place, amount in self.database.rows(LINES, self.owner):
            sums[entry] = sums.get(entry, 0) + amount
            places[place] = places.get(place, 0) + amount
        assert not any(sums.values())
        accounts = self.database.rows(ACCOUNTS, self.owner)
        assert all(balance == places.get(place, 0) >= 0 for place, _, balance, _ in accounts)
        held = sum(part for order, taken in self.held.items() if order not in self.settled for _, part in taken)
        lots = sorted(balance for _, kind, balance, _ in accounts if kind == LedgerAccount.LOT and balance)
        holds = sum(balance for _, kind, balance, _ in accounts if kind == LedgerAccount.HOLD)
        assert lots == sorted(lot.credits for lot in self.lots if not lot.closed and lot.credits)
        assert holds == held
        assert not any(balance for _, _, balance, closed in accounts if closed)

    @invariant()
    def every_star_is_kept_or_given_back(self) -> None:
        [(stars,)] = self.database.rows(OURS, self.owner, Payment.PAID)
        assert stars == self.owed


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
