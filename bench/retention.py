"""A sweep over a million rows of which ten thousand are due, against one indexed delete of the same rows."""

from __future__ import annotations

import base64
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from bench.figures import Found, Runs
from bench.share import part
from bench.sides import ONE_STATEMENT, OURS
from custody.keys import Keys
from database import Database
from models import Access
from policy.records import STAFF_ACCESS
from privacy.retention import Retention
from rows import execute
from tests.parts import postgres
from vault.folder import FolderStore
from vault.master import MasterKeys

ROWS, DUE = 1_000_000, 10_000
OTHERS = 100_000  # rows of other large tables, none of them due
RULE = "access_record"
ROUNDS = 4
NOW = datetime(2030, 1, 1)
KEY = base64.b64encode(bytes(range(32))).decode()
OLD, YOUNG = NOW - STAFF_ACCESS - timedelta(days=30), NOW - timedelta(days=60)

ACCESS = """
INSERT INTO access_record (id, account, category, purpose, subject, at)
SELECT '{mark}' || n, 'account' || (n % 1000), 'account', 'support', 'subject' || n, {at} FROM {numbers}
"""
FILLED = (
    "INSERT INTO ledger_entry (id, business_key, kind, owner, order_id, at) "
    "SELECT 'e' || n, 'k' || n, 'charge', 'a' || (n % 1000), 'o' || n, {at} FROM {numbers}",
    "INSERT INTO orders (id, account, state, kind, price, provider, photo, attempt, created_at, ended_at) "
    "SELECT 'o' || n, 'a' || (n % 1000), 'delivered', 'picture', 1, 'gemini', 'p', 1, {at}, {at} FROM {numbers}",
    "INSERT INTO payment (id, account, state, credits, stars, telegram_id, charge_id, charge_index, paid_at) "
    "SELECT 'p' || n, 'a' || (n % 1000), 'paid', 1, 1, '', '', {index}, {at} FROM {numbers}",
    "INSERT INTO work (id, kind, subject, account, state, due_at, tries, crashes, fence, created_at, ended_at) "
    "SELECT 'w' || n, 'deliver', 'o' || n, 'a' || (n % 1000), 'done', {at}, 1, 0, 1, {at}, {late} FROM {numbers}",
)


class Still:
    """Every run is at the same moment."""

    def now(self) -> datetime:
        return NOW


class Filled:
    """A database with many rows; `make_due` puts back those that a sweep or a delete has taken."""

    def __init__(self, address: str, folder: Path, rows: int) -> None:
        self.database = Database(address, clock=Still())
        self.database.migrate()
        keys = Keys(self.database, MasterKeys.parse(f"m1:{KEY}"))
        self.retention = Retention(database=self.database, store=FolderStore(folder), keys=keys)
        self.alone = Retention(database=self.database, store=FolderStore(folder), keys=keys)
        self.alone.sweeps = [sweep for sweep in self.alone.sweeps if sweep.name == RULE]
        with self.database.unit():
            self._fill(ACCESS, rows - DUE, mark="young")
            for statement in FILLED:
                self._fill(statement, OTHERS)
        self._tidy()

    def make_due(self) -> None:
        with self.database.unit():
            self._fill(ACCESS, DUE, at=OLD, mark="old")
        self._tidy()

    def delete(self) -> int:
        """One statement, one transaction."""
        with self.database.unit() as unit:
            cut = unit.now - STAFF_ACCESS
            return int(execute(Access, "DELETE FROM access_record WHERE at <= ?", cut).rowcount)

    def sweep(self) -> int:
        """The rule of these rows, with its proof."""
        return sum(line.count for line in self.alone.run())

    def run(self) -> int:
        """What happens each hour: every rule, most of which find nothing."""
        return sum(line.count for line in self.retention.run())

    def _fill(self, statement: str, rows: int, *, at: datetime = YOUNG, mark: str = "") -> None:
        spread = (at.isoformat(sep=" "), (NOW - timedelta(days=1)).isoformat(sep=" "))
        lite = self.database.sqlite
        numbers = (
            f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s)"  # noqa: S608
            if lite
            else f"generate_series(1, {rows}) AS s(n)"
        )
        # A second apart, as a log is written.
        when, late = (
            (
                f"datetime('{each}', '+' || (n % 80000) || ' seconds')"
                if lite
                else f"'{each}'::timestamp + (n % 80000) * interval '1 second'"
            )
            for each in spread
        )
        index = "CAST('i' || n AS BLOB)" if lite else "('i' || n)::bytea"
        whole = statement.format(at=when, late=late, numbers=numbers, index=index, mark=mark)
        self.database.rows(whole if lite else whole.replace("%", "%%"))

    def _tidy(self) -> None:
        """What a database does by itself after so many new rows, so that it falls into nobody's figure."""
        with self.database.connection():
            if self.database.sqlite:
                self.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                self.database.rows("VACUUM ANALYZE")
                self.database.rows("CHECKPOINT")
        os.sync()


def run(share: float = 1.0) -> Found:
    """In turns: one statement; the rule in its batches, with its proof; all rules, none of which finds anything."""
    found: dict[str, Runs] = {}
    with tempfile.TemporaryDirectory(prefix="miomio-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        lite = Filled(f"sqlite:///{folder}/test.db", folder / "sqlite-objects", part(ROWS, share))
        found |= _measured("sqlite", lite, part(ROUNDS, share))
        with postgres(folder / "postgres") as port:
            server = f"postgresql://postgres@127.0.0.1:{port}"
            with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                admin.execute("CREATE DATABASE bench")
            filled = Filled(f"{server}/bench", folder / "postgres-objects", part(ROWS, share))
            found |= _measured("postgres", filled, part(ROUNDS, share))
    return found


def _measured(name: str, filled: Filled, rounds: int) -> Found:
    filled.run()
    deleted, swept, idle = [], [], []
    for _ in range(rounds):
        filled.make_due()
        deleted.append(_took(filled.delete, DUE))
        filled.make_due()
        swept.append(_took(filled.sweep, DUE))
        idle.append(_took(filled.run, 0))
    filled.database.close()
    return {
        f"{name}_sweep": {OURS: swept, ONE_STATEMENT: deleted},
        f"{name}_idle": {OURS: idle, ONE_STATEMENT: deleted},
    }


def _took(act: Callable[[], int], expected: int) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    gone = act()
    took = time.perf_counter() - began
    if gone != expected:
        sys.exit(f"{gone} rows went, not {expected}: no figure")
    return took * 1e3
