"""Questions about money: what is on hold, whether the books add up, what the providers cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from billing.costs import MILLION
from database import Database
from models import Order, Payment
from watch.asking import Question, Sample, say
from watch.checks import LEDGER, Checks

LATELY = timedelta(minutes=10)
SPENT = timedelta(hours=1)
UNSETTLED = (Payment.UNCLAIMED, Payment.REFUNDING, Payment.STUCK)

HELD = f"""
SELECT COUNT(*), COALESCE(SUM(price), 0) FROM (
  SELECT price FROM orders WHERE state = '{Order.QUEUED}'
  UNION ALL SELECT price FROM orders WHERE state IN ('{Order.CALLING}', '{Order.RENDERING}')) held
"""
# By entry: two that are wrong in turn must not hide each other.
BOOKED = """
SELECT COALESCE(SUM(ABS(apart)), 0) FROM (
  SELECT SUM(line.amount) AS apart FROM ledger_entry entry JOIN ledger_line line ON line.entry = entry.id
  WHERE entry.at > ? GROUP BY entry.id) entries
"""
COSTS = "SELECT provider, SUM(micro_usd) FROM cost WHERE at > ? GROUP BY provider"
PAYMENTS = (
    "SELECT state, COUNT(*) FROM payment "
    f"WHERE state IN ({', '.join(repr(state) for state in UNSETTLED)}) GROUP BY state"
)


def questions(database: Database, checks: Checks) -> tuple[Question, ...]:
    def holds(now: datetime) -> Iterator[Sample]:
        del now
        [(count, credits)] = database.rows(HELD)
        yield say("miomio_holds_open", count)
        yield say("miomio_held_credits", float(credits))

    def ledger(now: datetime) -> Iterator[Sample]:
        [(booked,)] = database.rows(BOOKED, now - LATELY)
        yield say("miomio_ledger_sum_credits", float(booked), of="lately")
        if (found := checks.last().get(LEDGER)) is not None:
            yield say("miomio_ledger_sum_credits", found.count, of="all")

    def spend(now: datetime) -> Iterator[Sample]:
        for provider, micro in database.rows(COSTS, now - SPENT):
            yield say("miomio_provider_spend_dollars", float(micro) / MILLION, provider=provider)

    def payments(now: datetime) -> Iterator[Sample]:
        del now
        found = dict(database.rows(PAYMENTS))
        for state in UNSETTLED:
            yield say("miomio_payments_open", found.get(state, 0), state=state)

    return (
        Question("holds", holds, every=15.0),
        Question("ledger", ledger, every=60.0),
        Question("spend", spend, every=60.0),
        Question("payments", payments, every=15.0),
    )
