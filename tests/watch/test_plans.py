"""What is asked every few seconds costs little however much there is: no table that grows is read from end to end."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from custody.media import RESULT
from database import Database
from generation import slots, upkeep, watch
from jobs.desk import Desk
from jobs.duties import Duty, Question
from jobs.tick import Clockwork
from models import (
    Base,
    Cost,
    Erasure,
    KeyRow,
    LedgerEntry,
    LedgerLine,
    Media,
    Order,
    Payment,
    RetentionRun,
    RightsRequest,
    Ticket,
    VideoTask,
    Work,
)
from policy.rights import ACCESS
from tests.watch.conftest import Watcher
from watch.of_orders import LAST
from watch.of_rights import AT_MOST, ENDED

MANY, SOME = 100_000, 20_000  # rows of the tables that grow fastest, and of the others
THEN = "timestamp '2026-11-23 12:00' - n * interval '30 seconds'"  # 100,000 of them are 35 days
# Table -> columns, each as an expression of the number n of its row; all of it is over long ago.
FILLED: dict[type[Base], dict[str, str]] = {
    Work: {"kind": "'produce'", "subject": "'o' || n", "state": f"'{Work.DONE}'", "tries": "1", "crashes": "0"}
    | {"due_at": THEN, "fence": "1", "created_at": THEN, "ended_at": THEN, "account": "'a'"},
    Order: {"account": "'a' || mod(n, 9999)", "state": f"'{Order.DELIVERED}'", "kind": "'picture'", "price": "1"}
    | {"trial": "false", "provider": "'gemini'", "photo": "'p' || n", "attempt": "1"}
    | {"created_at": THEN, "queued_at": THEN, "ended_at": THEN},
    LedgerEntry: {"business_key": "'k' || n", "kind": "'charge'", "owner": "'a'", "order_id": "'o' || n", "at": THEN},
    LedgerLine: {"entry": "'x' || n", "place": "'used'", "amount": "1"},
    Cost: {"order_id": "'o' || n", "kind": "'picture'", "provider": "'gemini'", "model": "'m'", "units": "1"}
    | {"micro_usd": "40000", "at": THEN},
    Media: {"account": "'a'", "kind": f"'{RESULT}'", "state": f"'{Media.STORED}'", "object_name": "'n' || n"}
    | {"mime": "'image/jpeg'", "width": "1", "height": "1", "size": "1", "created_at": THEN},
    Erasure: {"account": "'a' || n", "scope": "'photos'", "source": "'bot'", "state": f"'{Erasure.DONE}'"}
    | {"asked_at": THEN, "begun_at": THEN, "rounds": "1", "keys_gone_at": THEN, "done_at": THEN, "counts": "'{}'"},
    VideoTask: {"account": "'a'", "order_id": "'o' || n", "attempt": "1", "external_id": "'o' || n", "model": "'m'"}
    | {
        "state": f"'{VideoTask.ENDED}'",
        "links": "0",
        "late": "false",
        "seconds": "5",
        "looks": "1",
        "created_at": THEN,
    },
    Payment: {"account": "'a'", "state": f"'{Payment.PAID}'", "credits": "1", "stars": "1", "paid_at": THEN}
    | {"telegram_id": "''", "charge_id": "''", "charge_index": "decode(lpad(to_hex(n), 8, '0'), 'hex')"},
    RightsRequest: {"account": "'a'", "kind": f"'{ACCESS}'", "source": "'bot'", "confirmed": "true"}
    | {"state": f"'{RightsRequest.CLOSED}'", "received_at": THEN, "due_at": THEN, "ended_at": THEN},
    Ticket: {"number": "n", "account": "'a'", "state": f"'{Ticket.RESOLVED}'"}
    | {"opened_at": THEN, "last_at": THEN, "resolved_at": THEN},
    RetentionRun: {
        "rule": "'cost'",
        "category": "CASE mod(n, 40) WHEN 0 THEN 'erasures' ELSE '' END",
        "count": "0",
        "held_back": "0",
    }
    | {"started_at": THEN, "ended_at": THEN},
    KeyRow: {"account": "'a' || n", "kind": "'account'", "wrapped": "''", "frozen": "false", "created_at": THEN},
}


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is made meanwhile."""
    said: list[tuple[str, Any]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if isinstance(record.msg, tuple):
                said.append((record.msg[0], record.msg[1]))

    logger, ear, level = logging.getLogger("peewee"), Ear(), logging.getLogger("peewee").level
    logger.addHandler(ear)
    logger.setLevel(logging.DEBUG)
    try:
        yield said
    finally:
        logger.setLevel(level)
        logger.removeHandler(ear)


@pytest.fixture
def crowded(new_postgres: str, clock: Any) -> Iterator[Watcher]:
    """A service that has run for a month, with something of everything under way."""
    database = Database(new_postgres, clock=clock)
    database.migrate()
    with database.connection():
        for model, columns in FILLED.items():
            names, values = ", ".join(columns), ", ".join(columns.values())
            rows = MANY if model in (Work, Order) else SOME
            into = f"INSERT INTO {model._meta.table_name} (id, {names})"
            database.rows(f"{into} SELECT 'x' || n, {values} FROM generate_series(1, {rows}) n")
        database.rows("ANALYZE")
    watcher = Watcher(database, clock)
    watcher.work("produce")
    watcher.order(Order.QUEUED)
    yield watcher
    watcher.asked.close()
    database.close()


def test_no_table_that_grows_is_read_from_end_to_end(crowded: Watcher) -> None:
    with overheard() as said:
        assert crowded.figures()["miomio_work_due"][("produce",)] == 1
    asked = {sql: values for sql, values in said if sql.lstrip().startswith("SELECT") and "set_config" not in sql}
    assert len(asked) > 25
    assert [sql for sql, values in asked.items() if read_whole(crowded.database, sql, values)] == []
    assert read_whole(crowded.database, "SELECT COUNT(*) FROM work WHERE reason = 'x'") == {"work"}  # it would be seen
    assert expected(crowded.database, LAST, crowded.ago(600)) < 100  # rows; were it a third of all, it would read all
    with crowded.database.connection():  # and how long deletions take is read from the newest ones alone
        [(line,), *_] = crowded.database.rows(f"EXPLAIN ANALYZE {ENDED}", crowded.ago(30 * 86_400))
    assert re.findall(r"actual time=\S+ rows=(\d+)", line) == [str(AT_MOST)]


def expected(database: Database, sql: str, *values: Any) -> int:
    """How many rows Postgres takes the largest step of this to have."""
    with database.connection():
        plan = database.rows(f"EXPLAIN {sql}", *values)
    return max(int(rows) for (line,) in plan for rows in re.findall(r"rows=(\d+)", line))


def test_the_tick_of_an_idle_worker_reads_none_either(crowded: Watcher) -> None:
    conditions = {"admit": slots.WAITS, "look": watch.DUE, "positions": upkeep.WAITS}

    def asks(sql: str) -> Callable[[datetime], Question]:
        return lambda now: Question(sql, (now,) * sql.count("?"))

    duties = [Duty(name, 1.0, lambda: None, asks(sql)) for name, sql in conditions.items()]
    desk = Desk(crowded.database, {}, lambda *_: None, lease_seconds=12.0, holder="one")
    with overheard() as said:
        Clockwork(desk, duties).tick()
    [(tick, values)] = [(sql, values) for sql, values in said if sql.lstrip().startswith("UPDATE lease")]
    assert all(table in tick for table in ("work", "orders", "video_task"))
    assert read_whole(crowded.database, tick, values) == set()


def read_whole(database: Database, sql: str, values: Any = ()) -> set[str]:
    """Tables that grow and that Postgres would read from end to end for this."""
    with database.connection():
        plan = database.raw.execute_sql(f"EXPLAIN {sql}", values).fetchall()
    scanned = re.findall(r"Seq Scan on (\w+)", "\n".join(line for (line,) in plan))
    return set(scanned) & {model._meta.table_name for model in FILLED}
