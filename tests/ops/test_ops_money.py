"""The verbs about money as ops run them, against the Telegram emulator: what they say, and how they exit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from billing import costs, ledger
from billing.payments import Paid
from billing.prices import PACKS
from config import Settings
from consent.accounts import Identity
from jobs.kinds import RIGHTS
from models import AuditEntry, Invoice, LedgerAccount, Payment, Work, new_id
from tests.emulators.conftest import hook as hook
from tests.emulators.conftest import run
from tests.emulators.star_buyers import pay, says_yes
from tests.ops.shell import ops
from workers.assembly import assemble
from workers.house import House

SMALL = PACKS["small"]
AWAY = "http://127.0.0.1:1"
BY = ("--actor", "may.chan")


class Till:
    """A house and a person of the emulator who buys; `says` is a verb as a process of its own."""

    def __init__(self, house: House, person: Any, environ: dict[str, str]) -> None:
        self.house, self.person, self.environ = house, person, environ
        with house.database.unit() as unit:
            self.account = house.accounts.open(unit, Identity(person.id, "Ann", None, None, "en"), version="v1").id

    def invoice(self) -> Invoice:
        with self.house.database.unit() as unit:
            return self.house.payments.offer(unit, account=self.account, pack=SMALL)

    def pays(self, *, told: bool) -> str:
        """The charge id; `told`: the news of it reaches us."""
        invoice = self.invoice()
        sent = self.person.emulator.ok(
            "sendInvoice",
            chat_id=self.person.id,
            title=SMALL.name,
            description="x",
            payload=invoice.id,
            currency="XTR",
            prices=[{"label": "x", "amount": SMALL.stars}],
        )
        charge = str(pay(self.person, sent["message_id"])["telegram_payment_charge_id"])
        if told:
            with self.house.database.unit() as unit:
                paid = Paid(self.person.id, charge, invoice.id, SMALL.stars)
                self.house.payments.receive(unit, paid, account=self.account)
        return charge

    def says(self, *words: str, **changes: str) -> CompletedProcess[str]:
        return ops(*words, environ={**os.environ, **self.environ, **changes})

    def states(self) -> list[str]:
        with self.house.database.connection():
            return [payment.state for payment in Payment.select()]


@pytest.fixture
def till(hook: Any, environ: dict[str, str], make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[Till]:
    emulator = run()
    hook.answer = says_yes
    emulator.ok("setWebhook", url=hook.url)
    person = emulator.person("Ann")
    person.says("/start")
    settings = make_settings(TELEGRAM_API_URL=emulator.url)
    house = assemble(settings, ring=lambda *_: None)
    house.database.migrate()
    local = {"STORE_PATH": settings.store_path, "DATABASE_URL": settings.database_url}
    yield Till(house, person, {**environ, **local, "TELEGRAM_API_URL": emulator.url})
    house.close()
    emulator.stop()
    if emulator.process.stdout is not None:
        emulator.process.stdout.close()


def test_a_charge_is_given_back_with_its_reason(till: Till) -> None:
    charge = till.pays(told=True)
    said = till.says("refund", charge, "--reason", "complaint", *BY)
    assert said.returncode == 0, said.stderr
    assert f"{SMALL.stars} Stars are going back" in said.stdout
    with till.house.database.connection():
        [payment], [work], [entry] = list(Payment.select()), list(Work.select()), list(AuditEntry.select())
    assert (entry.actor, entry.verb, entry.subject) == ("may.chan", "refund", payment.id)
    assert (payment.state, payment.reason) == (Payment.REFUNDING, "refund.complaint")
    claim = till.house.desk.claim(work.id)
    assert claim is not None
    till.house.refunds.do(claim)
    assert till.states() == [Payment.REFUNDED]
    assert till.person.chat()["stars"] == 50_000
    again = till.says("refund", charge, "--reason", "mistake", *BY)
    assert (again.returncode, "No payment with this charge id" in again.stderr) == (1, True)
    assert charge not in said.stdout + said.stderr + again.stdout + again.stderr


def test_a_refund_needs_a_reason_from_the_list(till: Till) -> None:
    assert till.says("refund", "c", *BY).returncode == 2
    assert till.says("refund", "c", "--reason", "mistake").returncode == 2
    assert till.says("refund", "c", "--reason", "whim", *BY).returncode == 2


def test_books_that_add_up_say_so(till: Till) -> None:
    till.pays(told=True)
    said = till.says("reconcile")
    assert (said.returncode, said.stdout) == (0, "1 transactions at Telegram\neverything adds up\n")


def test_a_difference_is_named_and_the_exit_is_one_while_it_stays(till: Till) -> None:
    with till.house.database.connection():
        LedgerAccount.update(balance=LedgerAccount.balance + 1).where(LedgerAccount.kind == "lot").execute()
    for _ in range(2):
        said = till.says("reconcile")
        assert (said.returncode, "a balance that is not the sum of its lines" in said.stdout) == (1, True)
    with till.house.database.connection():
        LedgerAccount.update(balance=LedgerAccount.balance - 1).where(LedgerAccount.kind == "lot").execute()
    assert till.says("reconcile").returncode == 0


def test_a_refund_made_at_telegram_is_booked_and_then_adds_up(till: Till) -> None:
    charge = till.pays(told=True)
    till.person.emulator.client("POST", f"payments/{charge}/refund")
    said = till.says("reconcile")
    assert (said.returncode, "Telegram had refunded it" in said.stdout) == (0, True), said.stderr
    assert till.states() == [Payment.REFUNDED]


def test_while_telegram_is_out_of_reach_the_exit_is_two(till: Till) -> None:
    said = till.says("reconcile", TELEGRAM_API_URL=AWAY)
    assert (said.returncode, said.stdout) == (2, "")
    assert "nothing is known to add up" in said.stderr


def test_margins_come_from_what_providers_counted(till: Till) -> None:
    of_video: Any = costs.of_video
    of_tokens: Any = costs.of_tokens
    tokens, dollars = of_tokens("gemini-nano-banana-2.1", {"totalTokenCount": 1_001_000, "promptTokenCount": 1_000_000})
    assert tokens == 1_001_000.0
    assert dollars == pytest.approx(1.53)
    assert of_video("kling-2.6", 5, units=2.0, usd=None) == (2.0, pytest.approx(0.28))
    assert of_video("kling-2.6", 5, units=2.0, usd=0.3) == (2.0, 0.3)
    assert of_video("kling-2.6", 5, units=None, usd=None) == (0.0, pytest.approx(0.21))
    assert of_video("unknown", 5, units=None, usd=None) == (0.0, None)
    order = new_id()
    with till.house.database.unit() as unit:
        for usd in (0.02, 0.03):  # an attempt that failed, and the one that was charged
            costs.record(unit, order=order, kind="picture", provider="gemini", model="m", units=1.0, usd=usd)
        ledger.hold(unit, owner=till.account, order=order, credits=1, what="picture")
        ledger.charge(unit, owner=till.account, order=order)
    lines = {tuple(line.split()[:2]): line.split()[2:] for line in till.says("margin").stdout.splitlines()[1:]}
    revenue, cost = SMALL.stars * costs.USD_PER_STAR, 0.05 * SMALL.credits
    assert lines["small", "picture"] == [f"{revenue:.2f}", f"{cost:.2f}", f"{revenue - cost:.2f}"]
    assert lines["small", "video_5"] == [f"{revenue:.2f}", "no", "data"]
    assert len(lines) == 3 * len(PACKS)


def test_every_night_the_rights_workers_compare_and_raise_an_alarm(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    [duty] = [duty for duty in till.house.duties(RIGHTS) if duty.name == "reconcile"]
    assert duty.every == 86_400
    duty.act()
    assert "payments.differ" not in "".join(capsys.readouterr())
    with till.house.database.connection():
        LedgerAccount.update(balance=LedgerAccount.balance + 1).where(LedgerAccount.kind == "lot").execute()
    duty.act()
    assert "payments.differ" in "".join(capsys.readouterr())
