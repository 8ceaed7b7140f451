"""Books on a database of their own, with a Telegram that remembers what it gave back: shared by the tests of money."""

from __future__ import annotations

import base64
import itertools
from datetime import datetime, timedelta

from billing import ledger
from billing.payments import NOTE, REFUND, Paid, Payments
from billing.prices import PACKS
from billing.reconcile import Reconciliation
from billing.refunds import Refunds
from consent.accounts import Accounts, Identity
from custody.fields import Fields
from custody.keys import Keys
from custody.purpose import PurposeCheck
from database import Database
from errors import Permanent, Temporary
from jobs.claim import Claim
from jobs.desk import Desk
from jobs.kinds import RIGHTS, Kind
from jobs.runner import Runner
from models import Invoice, Payment, new_id
from providers.telegram_stars import StarTransaction
from tests.closing import close_account
from vault.index import BlindIndex
from vault.master import MasterKeys

KEY = base64.b64encode(bytes(range(32))).decode()
ANN = 700_100
NUMBERS = itertools.count(1)


class Counting:
    """A second later at each look, so that lots have an age."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Bank:
    """Telegram's side of Stars: what was paid to us, and what it gave back."""

    def __init__(self, clock: Counting) -> None:
        self._clock = clock
        self.refuses: str | None = None  # a failure's code
        self.away = False
        self.loses_answers = False
        self.listed: list[StarTransaction] = []
        self.given_back: set[str] = set()
        self._paid: dict[str, StarTransaction] = {}

    def pays(self, *, payload: str, stars: int, user: int = ANN) -> Paid:
        charge = f"charge-{next(NUMBERS)}"
        self._list(charge, stars, incoming=True, user=user, payload=payload)
        return Paid(user, charge, payload, stars)

    def takes_back(self, charge: str) -> None:
        """A refund: counted once for each charge, as at Telegram."""
        if charge in self.given_back:
            raise Permanent("telegram.already_refunded")
        paid = self._paid[charge]
        self.given_back.add(charge)
        self._list(charge, paid.stars, incoming=False, user=paid.user or 0, payload=paid.payload or "")

    def refund_star_payment(self, user: int, charge: str) -> None:
        del user
        if self.away:
            raise Temporary("telegram.unavailable")
        if self.refuses:
            raise Permanent(self.refuses)
        self.takes_back(charge)
        if self.loses_answers:
            raise Temporary("telegram.unavailable")

    def star_transactions(self, offset: int = 0, limit: int = 100) -> list[StarTransaction]:
        if self.away:
            raise Temporary("telegram.unavailable")
        return self.listed[offset : offset + limit]

    def _list(self, charge: str, stars: int, *, incoming: bool, user: int, payload: str) -> None:
        line = StarTransaction(
            id=charge,
            stars=stars,
            at=self._clock.time,
            incoming=incoming,
            kind="invoice_payment",
            user=user,
            payload=payload,
        )
        self.listed.append(line)
        if incoming:
            self._paid[charge] = line


class Shop:
    """Everything about money, put together as a worker has it."""

    def __init__(self, database: Database, clock: Counting) -> None:
        self.database, self.clock = database, clock
        self.rung: list[str] = []
        self.bank = Bank(clock)
        self.keys = Keys(database, MasterKeys.parse(f"m1:{KEY}"))
        self.fields = Fields(self.keys, BlindIndex.parse(f"1:{KEY}"), PurposeCheck(database))
        self.accounts = Accounts(self.fields, self.keys)
        kinds: dict[str, Kind] = {}
        self.desk = Desk(
            database, kinds, lambda _queue, _kind, work: self.rung.append(work), lease_seconds=60, holder="h"
        )
        self.payments = Payments(self.fields, self.keys, self.desk)
        self.refunds = Refunds(
            database=database, fields=self.fields, desk=self.desk, payments=self.payments, telegram=self.bank
        )
        kinds[REFUND] = Kind(
            name=REFUND, queue=RIGHTS, do=self.refunds.do, ended_badly=self.refunds.not_sent, first_wait=0.0
        )
        kinds[NOTE] = Kind(name=NOTE, queue=RIGHTS, do=self._told, ended_badly=lambda *_: None)
        self.told: list[str] = []  # payments whose people were to be told something
        self.runner = Runner(self.desk)
        self.reconciliation = Reconciliation(
            database=database,
            payments=self.payments,
            refunds=self.refunds,
            telegram=self.bank,
            account_of=self.accounts.buyer,
        )

    def _told(self, claim: Claim) -> None:
        with claim.finish():
            self.told.append(claim.subject)

    def joins(self, telegram_id: int = ANN) -> str:
        """The account of somebody new, with their trial credits."""
        with self.database.unit() as unit:
            return str(self.accounts.open(unit, Identity(telegram_id, "Ann", None, None, "en"), version="v1").id)

    def closes(self, account: str) -> None:
        with self.database.unit() as unit:
            close_account(
                unit, desk=self.desk, keys=self.keys, fields=self.fields, refunds=self.refunds, account=account
            )

    def invoice(self, account: str, pack: str = "small") -> Invoice:
        with self.database.unit() as unit:
            return self.payments.offer(unit, account=account, pack=PACKS[pack])

    def receive(self, paid: Paid, account: str | None) -> Payment:
        with self.database.unit() as unit:
            return self.payments.receive(unit, paid, account=account).payment

    def buys(self, account: str, pack: str = "small", *, user: int = ANN) -> tuple[Payment, Paid]:
        invoice = self.invoice(account, pack)
        paid = self.bank.pays(payload=invoice.id, stars=invoice.stars, user=user)
        return self.receive(paid, account), paid

    def uses(self, account: str, credits: int) -> None:
        """Credits for an order that was delivered."""
        order = self.holds(account, credits)
        with self.database.unit() as unit:
            ledger.charge(unit, owner=account, order=order)

    def holds(self, account: str, credits: int) -> str:
        """An order under way."""
        order = new_id()
        with self.database.unit() as unit:
            ledger.hold(unit, owner=account, order=order, credits=credits, what="picture")
        return order

    def has(self, account: str) -> tuple[int, int]:
        """Credits that are free, and those on hold."""
        with self.database.connection():
            found = ledger.balance(account)
        return found.free, found.held

    def work(self) -> None:
        """Whatever the bell rang for."""
        while self.rung:
            self.runner.run(self.rung.pop(0))

    def payment(self, payment: str) -> Payment:
        with self.database.connection():
            return Payment.get(Payment.id == payment)
