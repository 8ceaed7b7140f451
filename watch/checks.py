"""What regular checks found, written down: between two of them it is known, and for whoever looks it stands."""

from __future__ import annotations

from collections.abc import Mapping

import logs
from custody.keys import Keys
from database import Database
from models import Finding, LedgerAccount, Order

LEDGER, BALANCES, HOLDS = "ledger", "balances", "holds"
RECONCILE, AUDIT, OBJECTS = "reconcile", "audit", "objects"
KEYS = "keys."  # and the id of a master key
EVERY = 3600.0  # seconds between two checks of the whole books: each reads them from end to end
WITHIN = 60.0  # seconds

SUM = "SELECT COALESCE(SUM(amount), 0) FROM ledger_line"
# What people own, by their accounts and by the lines of the books.
OWNED = f"""
SELECT (SELECT COALESCE(SUM(balance), 0) FROM ledger_account) -
  (SELECT COALESCE(SUM(amount), 0) FROM ledger_line WHERE place NOT IN ('{"', '".join(LedgerAccount.SERVICE)}'))
"""
# What is on hold by the books, and what the orders that are under way cost.
ON_HOLD = f"""
SELECT (SELECT COALESCE(SUM(balance), 0) FROM ledger_account WHERE kind = '{LedgerAccount.HOLD}') -
  (SELECT COALESCE(SUM(price), 0) FROM orders WHERE state IN ('{"', '".join(Order.OPEN)}'))
"""

log = logs.get()


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
        for name, statement in ((LEDGER, SUM), (BALANCES, OWNED), (HOLDS, ON_HOLD)):
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
