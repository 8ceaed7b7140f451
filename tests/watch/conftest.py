"""The questions on a database of their own, and rows to ask about."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from custody.keys import Keys
from database import Database
from generation.slots import VideoSlots
from jobs.desk import Desk
from models import TABLES, Base, KeyRow, LedgerAccount, LedgerEntry, LedgerLine, Order, Payment, VideoTask, Work, new_id
from traffic.control import Traffic
from vault.master import MasterKeys
from watch import of_money, of_orders, of_rights, of_service, of_work
from watch.asking import Asked, by_figure
from watch.checks import Checks

MASTERS = {name: f"{name}:{base64.b64encode(bytes([n]) * 32).decode()}" for n, name in enumerate(("m2", "m1"))}
KINDS = ("deliver", "destroy", "produce", "submit")


class Watcher:
    """Asks, and makes what is asked about."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database, self.clock = database, clock
        self.keys = Keys(database, MasterKeys.parse(",".join(MASTERS.values())))
        self.checks = Checks(database, self.keys)
        self.traffic = Traffic(database, pictures="produce", calls={"gemini": "produce", "kling": "submit"})
        desk = Desk(database, {}, lambda *_: None, lease_seconds=12.0, holder="watcher")
        slots = VideoSlots(database=database, desk=desk, traffic=self.traffic, slots=3, models=("a-model",))
        providers = ("gemini", "kling")
        self.asked = Asked(
            database,
            (
                *of_service.questions(database, traffic=self.traffic, providers=providers, checks=self.checks),
                *of_work.questions(database, KINDS),
                *of_orders.questions(database, slots),
                *of_money.questions(database, self.checks),
                *of_rights.questions(database),
            ),
        )
        self._numbers = count(1)

    def figures(self) -> dict[str, dict[tuple[str, ...], float]]:
        """Everything, asked now."""
        found = dict(by_figure(self.asked.now()))
        failed = [name for name, value in found.pop("miomio_figures_failed").items() if value]
        assert failed == []
        return found

    def value(self, figure: str, *labels: str) -> float | None:
        return self.figures().get(figure, {}).get(labels)

    def ago(self, seconds: float) -> datetime:
        now: datetime = self.clock.now()
        return now - timedelta(seconds=seconds)

    def began(self, seconds: float) -> None:
        """So long ago this database was made."""
        with self.database.connection():
            self.database.rows("UPDATE schema_migration SET applied = ?", self.ago(seconds))

    def add(self, model: type[Base], /, **values: Any) -> Any:
        with self.database.unit():
            return model.create(**values)

    def work(self, kind: str = "produce", *, waits: float = 0.0, **values: Any) -> Any:
        """Due since `waits` seconds."""
        when = {"due_at": self.ago(waits), "created_at": self.ago(waits)}
        return self.add(Work, **{"kind": kind, "subject": new_id(), "account": "a", **when, **values})

    def order(self, state: str, *, kind: str = "picture", waits: float = 0.0, **values: Any) -> Any:
        known = {"account": "a", "state": state, "kind": kind, "price": 1, "provider": "gemini", "photo": "p"}
        return self.add(Order, **{**known, "created_at": self.ago(waits), "queued_at": self.ago(waits), **values})

    def task(self, state: str, **values: Any) -> Any:
        known = {"account": "a", "order": new_id(), "attempt": 1, "external_id": new_id(), "model": "a-model"}
        return self.add(VideoTask, **{**known, "state": state, "seconds": 5, "created_at": self.ago(0), **values})

    def entry(self, *amounts: int, waits: float = 0.0, kind: str = LedgerEntry.CHARGE) -> None:
        """An entry of the books whose lines are these."""
        number = next(self._numbers)
        entry = self.add(LedgerEntry, business_key=f"k{number}", kind=kind, owner="a", at=self.ago(waits))
        for place, amount in zip((LedgerAccount.USED, LedgerAccount.SOLD), amounts, strict=False):
            self.add(LedgerLine, entry=entry.id, place=place, amount=amount)

    def payment(self, state: str) -> None:
        sealed = {"telegram_id": b"x", "charge_id": b"x", "charge_index": new_id().encode()}
        self.add(Payment, account="a", state=state, stars=1, paid_at=self.ago(0), **sealed)

    def key(self, master: str) -> None:
        """A data key that this master key wraps."""
        row = new_id()
        wrapped = MasterKeys.parse(MASTERS[master]).wrap(bytes(32), binding=b"of a test")
        self.add(KeyRow, id=row, account=row, kind=KeyRow.ACCOUNT, wrapped=wrapped, created_at=self.ago(0))


@pytest.fixture
def watcher(database: Database, clock: Any) -> Watcher:
    return Watcher(database, clock)


@pytest.fixture
def away(watcher: Watcher) -> Iterator[Database]:
    """Where nothing listens."""
    gone = Database("postgresql://u@127.0.0.1:1/none", clock=watcher.clock)
    watcher.database.raw.bind(TABLES)
    yield gone
    gone.close()
