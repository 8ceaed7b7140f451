"""The story of one order for whoever answers a person: all of it in order, nothing that anybody wrote, and logged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from billing import ledger
from config import load
from consent.accounts import Identity
from models import AuditEntry, Cost, Disclosure, Order, VideoTask, Work
from policy.versions import CURRENT
from tests.ops.shell import ops
from workers.assembly import assemble
from workers.house import House

STAFF = ("--actor", "may.chan", "--reason", "ticket 12")
WORDS = "a teapot of vermillionsky porcelain"


class Told:
    """A video that was ordered, tried twice, kept and delivered; somebody asks where it is."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.house: House = assemble(load(environ), ring=lambda *_: None)
        self.house.database.migrate()
        self.begun = self.house.database.clock.now() - timedelta(minutes=10)
        with self.house.database.unit() as unit:
            who = Identity(700100200, "Quillonzara", "Lee", "annlee", None)
            self.account = self.house.accounts.open(unit, who, version=CURRENT.id).id
        self.order = self._ordered()

    def at(self, seconds: float) -> datetime:
        return self.begun + timedelta(seconds=seconds)

    def _ordered(self) -> Any:
        known = {"account": self.account, "kind": "video_5", "price": 8, "provider": "kling", "photo": "p"}
        when = {"created_at": self.at(0), "queued_at": self.at(5), "ended_at": self.at(200)}
        with self.house.database.unit() as unit:
            order = Order.create(state=Order.DELIVERED, attempt=2, **known, **when)
            prompt = self.house.fields.seal(Order.prompt, row=order.id, account=self.account, value=WORDS)
            Order.update(prompt=prompt).where(Order.id == order.id).execute()
            ledger.grant(unit, owner=self.account, credits=20, source="small", key="k")
            ledger.hold(unit, owner=self.account, order=order.id, credits=8, what="video_5")
            ledger.charge(unit, owner=self.account, order=order.id)
            for attempt, reason in ((1, "provider.failed"), (2, None)):
                self._attempt(order.id, attempt, reason)
            known = {"kind": "video_5", "provider": "kling", "model": "m", "units": 5.0, "micro_usd": 350_000}
            Cost.create(order=order.id, at=self.at(190), **known)
            held = {
                "state": Work.HELD,
                "lease_until": self.at(900),
                "holder": "a-process",
                "tries": 1,
                "created_at": self.at(201),
            }
            Work.create(kind="deliver", subject=order.id, account=self.account, due_at=self.at(200), **held)
        return order

    def _attempt(self, order: str, attempt: int, reason: str | None) -> None:
        start = 100.0 * (attempt - 1) + 6
        task = VideoTask.create(
            account=self.account,
            order=order,
            attempt=attempt,
            external_id=f"{order}-{attempt}",
            model="m",
            state=VideoTask.ENDED,
            seconds=5,
            created_at=self.at(start),
            submitted_at=self.at(start + 1),
            ended_at=self.at(start + 80),
            reason=reason,
        )
        sent = {"recipient": "kling", "purpose": "generation", "fields": "photos", "attempt": attempt}
        Disclosure.create(account=self.account, order=order, at=self.at(start + 1), **sent)
        done = {"state": Work.DONE, "tries": 1, "ended_at": self.at(start + 2), "created_at": self.at(start)}
        Work.create(kind="submit", subject=task.id, account=self.account, due_at=self.at(start), **done)

    def asks(self, said: str, *staff: str) -> CompletedProcess[str]:
        return ops("trace", said, *(staff or STAFF), environ=self.environ)


@pytest.fixture(params=["sqlite", "postgres"])
def told(
    request: pytest.FixtureRequest, environ: dict[str, str], tmp_path: Path, migrated_sqlite: Path
) -> Iterator[Told]:
    address = f"sqlite:///{tmp_path}/test.db"
    if request.param == "postgres":
        address = request.getfixturevalue("new_postgres")
    else:
        shutil.copyfile(migrated_sqlite, tmp_path / "test.db")
    made = Told({**environ, "DATABASE_URL": address, "STORE_PATH": str(tmp_path / "objects")})
    yield made
    made.house.close()


def test_everything_is_told_in_the_order_of_time(told: Told) -> None:
    done = told.asks(told.order.id)
    assert done.returncode == 0, done.stderr
    head, state, _, *lines = done.stdout.splitlines()
    assert (head, state) == (f"order {told.order.id}", "video_5 by kling: delivered, attempt 2")
    # A line for each day, of which there are two around midnight.
    past = [line for line in lines if "credits: " not in line and not re.fullmatch(r"\d{4}-\d\d-\d\d", line)]
    assert [line[27:45].strip() for line in past] == [
        "offered",
        "accepted",
        "slot given",
        "submit asked for",
        "submitted",
        "disclosed",
        "submit done",
        "provider ended",
        "slot given",
        "submit asked for",
        "submitted",
        "disclosed",
        "submit done",
        "provider ended",
        "cost",
        "kept",
        "deliver asked for",
        "-- now --",
        "deliver held until",
    ]


@pytest.mark.parametrize("state", [Order.REFUSED, Order.FAILED, Order.CANCELLED])
def test_an_order_that_made_nothing_ended_and_says_why(told: Told, state: str) -> None:
    with told.house.database.connection():
        Order.update(state=state, reason="provider.refused").where(Order.id == told.order.id).execute()
    assert f"ended              state={state} code=provider.refused attempts=2" in told.asks(told.order.id).stdout


def test_times_are_counted_from_the_tap(told: Told) -> None:
    said = told.asks(told.order.id).stdout
    assert "-5.0 s  offered" in said
    assert "+0.0 s  accepted           credits=8" in said
    assert "+81.0 s  provider ended     attempt=1 state=ended code=provider.failed" in said
    assert "credits: hold      credits=8" in said
    assert "credits: charge    credits=8" in said
    assert "provider=kling model=m dollars=0.3500" in said
    assert "by=a-process tries=1" in said


@pytest.mark.parametrize("what", ["attempt", "task", "work"])
def test_an_attempt_or_a_row_of_work_leads_to_its_order(told: Told, what: str) -> None:
    with told.house.database.connection():
        task = VideoTask.get(VideoTask.attempt == 2)
        work = Work.get(Work.subject == task.id)
    said = {"attempt": task.external_id, "task": task.id, "work": work.id}[what]
    assert told.asks(said.upper()).stdout.startswith(f"order {told.order.id}\n")


def test_nothing_that_anybody_wrote_is_told(told: Told) -> None:
    said = told.asks(told.order.id).stdout
    for words in (WORDS, "Quillonzara", "annlee", "700100200", told.account):
        assert words not in said


def test_who_looked_is_in_the_staffs_log_and_in_the_story(told: Told) -> None:
    told.asks(told.order.id)
    with told.house.database.connection():
        [entry] = AuditEntry.select()
    assert (entry.verb, entry.actor, entry.subject) == ("trace", "may.chan", told.order.id)
    assert "staff: trace       by=may.chan" in told.asks(told.order.id).stdout


def test_without_a_name_or_a_reason_nothing_is_told(told: Told) -> None:
    done = told.asks(told.order.id, "--actor", "Nobody At All", "--reason", "x")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--actor is your name at work" in done.stderr


def test_an_order_that_is_not_there_is_said_to_be_none(told: Told) -> None:
    done = told.asks("0" * 32)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no order with this number" in done.stderr
    with told.house.database.connection():
        assert not AuditEntry.select().exists()
