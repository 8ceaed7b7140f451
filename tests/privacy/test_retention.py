"""The rules of retention: complete, from the register, in batches, resumable, and honest about what does not go."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from playhouse.migrations import Runner

import privacy.sweep
from billing.reconcile import unbalanced
from custody.media import ERASURES, PREFIXES
from database import MIGRATIONS, Database
from errors import Temporary
from generation.kinds import DELIVER
from models import (
    TABLES,
    Acceptance,
    Access,
    Account,
    EndedAccount,
    KeyRow,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Link,
    Order,
    Payment,
    RetentionRun,
    SeenUpdate,
    Work,
    new_id,
)
from policy.categories import CATEGORIES, NOT_KEPT, SEEN_UPDATES
from privacy.retention import Line
from privacy.rules import BY_EVENT
from tests.custody.conftest import Watched
from tests.privacy.town import Town, promised, seen

YEARS_7 = promised("transactions").total_seconds()
DAY = 86_400.0


def of(lines: list[Line], rule: str) -> Line:
    return next(line for line in lines if line.rule == rule)


def openings(owner: str) -> list[LedgerEntry]:
    return list(LedgerEntry.select().where((LedgerEntry.owner == owner) & (LedgerEntry.kind == LedgerEntry.OPENING)))


@pytest.mark.proves("P6.7")
def test_every_table_has_a_rule_or_an_event_that_ends_its_rows(town: Town) -> None:
    """A new table wants a rule in privacy/rules.py, or a line in BY_EVENT that says what ends its rows."""
    ruled = {sweep.model for sweep in town.retention.sweeps if hasattr(sweep, "model")}
    assert {model.__name__ for model in set(TABLES) - ruled - BY_EVENT.keys()} == set()
    assert {model.__name__ for model in ruled & BY_EVENT.keys()} == set()


@pytest.mark.proves("P6.7")
def test_every_category_with_a_period_and_a_place_has_a_rule(town: Town) -> None:
    columns = [column for model in set(TABLES) - BY_EVENT.keys() for column in model._meta.sorted_fields]
    held: set[Any] = {getattr(column, "declared", None) for column in columns} & CATEGORIES.keys()
    held.add(PREFIXES[ERASURES])
    for_a_time = {name for name in held if CATEGORIES[name].retention.period not in (None, NOT_KEPT)}
    assert for_a_time - {sweep.category for sweep in town.retention.sweeps} == set()


def test_the_periods_are_those_of_the_register(town: Town) -> None:
    # Not the category's end, but that of a row that serves it, or one that its person chose.
    shorter = {"untaken_offer", "ended_work", "link", "photo_by_choice"}
    for sweep in town.retention.sweeps:
        if sweep.category and sweep.name not in shorter:
            assert sweep.period == promised(sweep.category), sweep.name


def test_old_entries_become_one_opening_entry_and_the_balance_stays(town: Town) -> None:
    me = town.settles()
    town.buys(me)
    town.uses(me, 2)
    before = town.has(me)
    town.clock.turn(YEARS_7 - DAY)
    town.uses(me, 1)
    town.clock.turn(DAY)
    gone = of(town.retention.run(), "ledger_entry")
    assert (gone.count, gone.held_back) == (4, 0)  # trial, pack, hold and charge
    assert town.has(me) == (before[0] - 1, 0)
    with town.database.connection():
        [opening] = openings(me)
        assert (opening.what, opening.order) == (None, None)
        assert LedgerEntry.select().where(LedgerEntry.owner == me).count() == 3
        assert list(unbalanced()) == []
    town.uses(me, 3)
    town.clock.turn(YEARS_7 - DAY)
    for _ in range(2):  # what was used a day apart; the opening entry before is in the one after
        assert of(town.retention.run(), "ledger_entry").count == 2
        with town.database.connection():
            assert len(openings(me)) == 1
            assert list(unbalanced()) == []
        town.clock.turn(DAY)
    town.clock.turn(YEARS_7 - DAY)
    assert of(town.retention.run(), "ledger_entry").count == 1  # it ages like any other
    with town.database.connection():
        assert len(openings(me)) == 1
    assert town.has(me) == (before[0] - 4, 0)


def test_a_lot_that_is_empty_goes_with_its_last_entry_and_one_with_credits_stays(town: Town) -> None:
    me = town.settles()
    town.uses(me, 3)  # all of the trial
    town.buys(me)
    town.clock.turn(YEARS_7)
    town.retention.run()
    with town.database.connection():
        lots = list(LedgerAccount.select().where((LedgerAccount.owner == me) & (LedgerAccount.kind == "lot")))
    assert [lot.source for lot in lots] == ["small"]


def test_what_is_still_on_hold_keeps_its_entry_and_is_named(town: Town) -> None:
    me = town.settles()
    order = town.holds(me, 1)
    town.clock.turn(YEARS_7)
    for _ in range(2):
        line = of(town.retention.run(), "ledger_entry")
        assert line.held_back == 1
    with town.database.unit() as unit:
        town.charge(unit, me, order)
    assert of(town.retention.run(), "ledger_entry").held_back == 0
    assert town.has(me) == (2, 0)
    with town.database.connection():
        assert list(unbalanced()) == []


@pytest.mark.proves("P6.4")
def test_the_books_of_an_ended_account_go_as_a_whole(town: Town) -> None:
    me = town.settles()
    town.buys(me)
    town.uses(me, 1)
    town.leaves(me)
    town.clock.turn(YEARS_7 - 1)
    town.retention.run()
    with town.database.connection():
        assert LedgerEntry.select().where(LedgerEntry.owner == me).count() > 0
    town.clock.turn(1)
    town.retention.run()
    with town.database.connection():
        for model, owner in ((LedgerEntry, LedgerEntry.owner), (LedgerAccount, LedgerAccount.owner)):
            assert model.select().where(owner == me).count() == 0
        assert LedgerLine.select().count() == 0
        assert [m.__name__ for m in (Payment, KeyRow, Work, Acceptance, EndedAccount) if m.select().exists()] == []


def test_an_account_that_ended_without_an_entry_leaves_no_books(town: Town) -> None:
    me = town.settles()
    town.leaves(me)
    with town.database.connection():  # somebody who had their trial credits long ago
        LedgerLine.delete().execute()
        LedgerEntry.delete().execute()
    town.clock.turn(promised("account").total_seconds())
    town.retention.run()
    with town.database.connection():
        assert LedgerAccount.select().count() == 0


def test_telegram_lists_payments_that_are_forgotten_here_and_they_are_not_booked_again(town: Town) -> None:
    me = town.settles()
    payment, paid = town.buys(me)
    town.buys(me)
    town.refunds_pack(payment, paid.charge_id)
    town.clock.turn(YEARS_7)
    town.retention.run()
    report = town.reconciliation.run()
    assert (report.transactions, report.booked, report.refunds, report.differences) == (3, [], [], [])
    with town.database.connection():
        assert Payment.select().count() == 0


def test_the_key_goes_with_the_last_payment_only(town: Town) -> None:
    me = town.settles()
    town.buys(me)
    town.clock.turn(DAY)
    later, paid = town.buys(me)
    town.clock.turn(YEARS_7 - DAY)
    town.retention.run()
    with town.database.connection():
        [left] = list(Payment.select())
    assert left.id == later.id
    assert town.fields.open(Payment.charge_id, left, purpose="payments") == paid.charge_id


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_who_pays_at_the_moment_of_a_sweep_keeps_the_key(town: Town) -> None:
    me = town.settles()
    town.buys(me)
    town.clock.turn(YEARS_7)
    invoice = town.invoice(me)
    paid = town.bank.pays(payload=invoice.id, stars=invoice.stars)
    swept = threading.Thread(target=town.retention.run)
    with town.database.unit() as unit:
        payment = town.payments.receive(unit, paid, account=me).payment
        swept.start()
        time.sleep(1.0)  # it waits for this transaction, or it has destroyed the key by now
    swept.join(30)
    with town.database.connection():
        [left] = list(Payment.select())
        assert KeyRow.select().where(KeyRow.kind == KeyRow.TRANSACTIONS).count() == 1
    assert left.id == payment.id
    assert town.fields.open(Payment.charge_id, left, purpose="payments") == paid.charge_id


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_sweeps_at_the_same_time_let_everything_go_once(town: Town) -> None:
    people = [town.settles() for _ in range(12)]
    for me in people:
        town.buys(me)
        town.uses(me, 1)
    before = [town.has(me) for me in people]
    town.clock.turn(YEARS_7)
    start, failures = threading.Barrier(3), list[BaseException]()

    def sweep() -> None:
        start.wait()
        try:
            town.retention.run()
        except Temporary as error:  # two that waited for each other: the next run ends it
            failures.append(error)

    threads = [threading.Thread(target=sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(failures) < 3
    town.retention.run()
    assert [town.has(me) for me in people] == before
    with town.database.connection():
        assert list(unbalanced()) == []
        assert {len(openings(me)) for me in people} == {1}
        counts = [row.count for row in RetentionRun.select().where(RetentionRun.rule == "ledger_entry")]
    assert sum(counts) == len(people) * 4


def test_an_account_that_had_ended_before_ends_are_written_down_begins_its_period_with_the_migration(
    town: Town,
) -> None:
    me, _stays = town.settles(), town.settles()
    town.leaves(me)
    runner = Runner(town.database.raw, directory=str(MIGRATIONS))
    with town.database.connection():
        runner.down(target="0006_retention")
    town.database.migrate()
    with town.database.connection():
        [row] = list(EndedAccount.select())
    assert (row.account, row.cleared_at, row.ended_at) == (me, None, row.asked_at)
    assert row.ended_at > datetime(2026, 1, 1), "the database's own time: a migration has no other"


def test_an_ended_account_with_work_under_way_is_held_back_and_named(town: Town) -> None:
    me = town.settles()
    town.leaves(me)
    with town.database.unit() as unit:
        work = new_id()
        Work.insert(id=work, kind=DELIVER, subject="x", account=me, due_at=unit.now, created_at=unit.now).execute()
    town.clock.turn(promised("account").total_seconds())
    lines = town.retention.run()
    assert [line.rule for line in lines if line.held_back] == ["cleared_account"]
    with town.database.connection():
        Work.update(state=Work.FAILED, ended_at=town.now).where(Work.id == work).execute()
    assert of(town.retention.run(), "cleared_account").count == 1
    with town.database.connection():
        assert Work.select().where(Work.account == me).count() == 0


def test_an_end_that_nobody_wrote_down_is_written_down_and_its_period_begins(town: Town) -> None:
    me, other = town.settles(), town.settles()
    town.leaves(me)
    with town.database.connection():
        EndedAccount.delete().execute()
    town.clock.turn(DAY)
    town.retention.compare()
    with town.database.connection():
        assert [(row.account, row.ended_at) for row in EndedAccount.select()] == [(me, town.now)]
    town.clock.turn(promised("consents").total_seconds())
    town.retention.run()
    with town.database.connection():
        assert [row.account for row in Acceptance.select()] == [other]


def test_a_run_goes_through_many_batches_and_says_how_much_went(town: Town) -> None:
    many = privacy.sweep.AT_ONCE * 2 + 1
    with town.database.unit() as unit:
        SeenUpdate.insert(id=many, at=unit.now + timedelta(days=1)).execute()
    seen(town, many)
    town.clock.turn(SEEN_UPDATES.total_seconds())
    began = town.now
    assert of(town.retention.run(), "seen_update").count == many
    with town.database.connection():
        [run] = list(RetentionRun.select().where(RetentionRun.rule == "seen_update"))
        assert [row.id for row in SeenUpdate.select()] == [many]
    assert (run.count, run.started_at, run.ended_at, run.category) == (many, began, began, "")
    assert run.oldest_left == began - SEEN_UPDATES + timedelta(days=1)


def test_a_run_with_nothing_to_do_is_proven_too(town: Town) -> None:
    town.retention.run()
    with town.database.connection():
        rows = {(row.rule, row.category, row.count) for row in RetentionRun.select()}
    assert rows == {(sweep.name, sweep.category, 0) for sweep in town.retention.sweeps}


def test_a_dry_run_tells_what_would_go_and_changes_nothing(town: Town) -> None:
    me = town.settles()
    town.buys(me)
    town.is_offered(me)
    town.deletes(me)
    town.leaves(me)
    town.clock.turn(YEARS_7)
    before = town.there()
    would = {line.rule: line.count for line in town.retention.look()}
    assert town.there() == before
    with town.database.connection():
        assert RetentionRun.select().count() == 0
    went = {line.rule: line.count for line in town.retention.run()}
    # An acceptance is counted by its account before, and by its rows when they go.
    assert {**would, "consents": 0} == {**went, "consents": 0}
    assert (would["consents"], went["consents"]) == (1, 1)
    assert all(line.count == 0 for line in town.retention.look())


def test_a_rule_that_fails_does_not_keep_the_others_from_their_work(town: Town) -> None:
    me = town.settles()
    town.deletes(me)
    town.is_offered(me)
    watched = Watched(town.store)
    town.use(watched)
    town.clock.turn(YEARS_7)
    watched.fails = 1
    with pytest.raises(Temporary, match=r"retention\.failed"):
        town.retention.run()
    with town.database.connection():
        assert SeenUpdate.select().count() == 0
        assert LedgerEntry.select().where(LedgerEntry.kind != LedgerEntry.OPENING).count() == 0
        [unfinished] = list(RetentionRun.select().where(RetentionRun.ended_at.is_null()))
    assert (unfinished.rule, unfinished.count) == ("erasure_record", 0)
    assert of(town.retention.run(), "erasure_record").count == 1


def test_a_link_goes_when_its_time_is_over_and_a_young_one_stays(town: Town) -> None:
    me = town.settles()
    town.keeps(me)
    town.asks_for_a_link(me)
    town.clock.turn(promised("links").total_seconds() - 1)
    town.asks_for_a_link(me)
    assert of(town.retention.run(), "link").count == 0
    town.clock.turn(1)
    assert of(town.retention.run(), "link").count == 1
    with town.database.connection():
        assert Link.select().count() == 1


def test_a_result_that_is_kept_stays_usable_without_what_it_cost(town: Town) -> None:
    me = town.settles()
    order = town.makes(me, kept=True)
    town.clock.turn(YEARS_7)
    assert of(town.retention.run(), "order_of_result").count == 1
    assert of(town.retention.run(), "order_of_result").count == 0
    with town.database.connection():
        row: Any = Order.get_by_id(order)
        assert Account.select().where(Account.id == me).count() == 1
    assert (row.price, row.queued_at, row.state) == (None, None, Order.DELIVERED)
    assert row.media is not None


@pytest.mark.alone
def test_a_sweep_with_nothing_due_is_quick(database: Database, town: Town) -> None:
    for _ in range(5):
        me = town.settles()
        town.buys(me)
        town.makes(me, kept=True)
        town.is_looked_into(me)
    town.retention.run()
    took = []
    for _ in range(7):
        began = time.process_time()
        town.retention.run()
        took.append(time.process_time() - began)
    with database.connection():
        assert Access.select().count() == 5
    assert min(took) < 0.050
