"""What regular checks found, written down: between two of them it is known, and for whoever looks it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import logs
from custody.keys import Keys
from database import Database
from models import Finding, LedgerAccount, Order
from privacy.sweep import as_time

LEDGER, BALANCES, HOLDS = "ledger", "balances", "holds"
RECONCILE, AUDIT, OBJECTS, RETENTION = "reconcile", "audit", "objects", "retention"
EXPECTED = (LEDGER, BALANCES, HOLDS, RECONCILE, AUDIT, OBJECTS, RETENTION)
KEYS = "keys."  # and the id of a master key
EVERY = 3600.0  # seconds between two checks of the whole books: each reads them from end to end
WITHIN = 60.0  # seconds

# What `billing.reconcile.unbalanced` finds every night and names, here as one number: by how many credits entries do
# not sum to zero, and balances are not the sum of their lines.
ENTRIES = """
SELECT COALESCE(SUM(ABS(apart)), 0) FROM (SELECT SUM(amount) AS apart FROM ledger_line GROUP BY entry) entries
"""
OWNED = """
SELECT COALESCE(SUM(ABS(account.balance - COALESCE(booked.total, 0))), 0) FROM ledger_account account
LEFT JOIN (SELECT place, SUM(amount) AS total FROM ledger_line GROUP BY place) booked ON booked.place = account.id
"""
# What is on hold by the books, and what the orders that are under way cost.
ON_HOLD = f"""
SELECT (SELECT COALESCE(SUM(balance), 0) FROM ledger_account WHERE kind = '{LedgerAccount.HOLD}') -
  (SELECT COALESCE(SUM(price), 0) FROM orders WHERE state IN ('{"', '".join(Order.OPEN)}'))
"""

BEGAN = "SELECT MIN(applied) FROM schema_migration"  # on this machine's own clock, which is UTC where it is run

log = logs.get()


def began(database: Database, now: datetime) -> datetime:
    """Since when this database is there: so long at most has something not been done that never was. Called with a
    connection."""
    [(at,)] = database.rows(BEGAN)
    return min(now, as_time(at) or now)


class Checks:
    """Each writes one number: 0 is well, but for the keys, of which it says how many there are."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def found(self, name: str, count: int) -> None:
        """Write down what a check has counted."""
        now = self._database.clock.now()
        with self._database.connection():
            if not Finding.update(count=count, at=now).where(Finding.name == name).execute():
                Finding.insert(name=name, count=count, at=now).on_conflict_ignore().execute()

    def last(self) -> Mapping[str, Finding]:
        """Every check's last one, by its name. Called with a connection."""
        return {row.name: row for row in Finding.select()}

    def run(self) -> None:
        """The duty: the whole books, and which master keys are in use."""
        for name, statement in ((LEDGER, ENTRIES), (BALANCES, OWNED), (HOLDS, ON_HOLD)):
            with self._database.looking(seconds=WITHIN):
                [(difference,)] = self._database.rows(statement)
            self.found(name, int(difference))
            if difference:
                log.error("books.differ", kind=name, count=int(difference))
        self._count_keys()

    def _count_keys(self) -> None:
        counts = self._keys.by_master()
        for master, count in counts.items():
            self.found(KEYS + master, count)
        with self._database.connection():
            known = [KEYS + master for master in counts]
            Finding.delete().where(Finding.name.startswith(KEYS) & Finding.name.not_in(known)).execute()
