"""Killed in the middle of what is done for all: keys wrapped anew, a schema brought up to date. It goes on where it
was, and what was there can be read at every moment."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consent.accounts import Accounts, Identity
from custody.fields import Fields
from custody.keys import ROTATION_BATCH, Keys
from custody.purpose import PurposeCheck
from database import MIGRATIONS, Database
from models import Account, KeyRow, new_id
from policy.versions import CURRENT
from tests.conftest import TurnedClock
from tests.crashes.falling import falls
from vault.index import BlindIndex
from vault.master import MasterKeys

OLD = f"m1:{base64.b64encode(bytes(range(32))).decode()}"
NEW = f"m2:{base64.b64encode(bytes(range(1, 33))).decode()},{OLD}"
INDEX = f"1:{base64.b64encode(bytes(range(32))).decode()}"
NAMES = sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))


class Safe:
    """The keys of some people, under a ring of master keys."""

    def __init__(self, database: Database, ring: str) -> None:
        self.database = database
        self.keys = Keys(database, MasterKeys.parse(ring))
        self.fields = Fields(self.keys, BlindIndex.parse(INDEX), PurposeCheck(database))

    def fills(self) -> None:
        """Ann, and so many others that a rotation takes two batches."""
        with self.database.unit() as unit:
            who = Identity(700100200, "Ann", None, None, "en")
            Accounts(self.fields, self.keys).open(unit, who, version=CURRENT.id)
            for _ in range(ROTATION_BATCH // 3):
                self.keys.create(unit, new_id())

    def reads(self) -> str | None:
        with self.database.connection():
            row: Any = Account.get()
        return self.fields.open(Account.first_name, row, purpose="generation")

    def old(self) -> int:
        """Keys that are still under the older master key."""
        ring = MasterKeys.parse(NEW)
        with self.database.connection():
            return sum(ring.needs_rewrap(bytes(row.wrapped)) for row in KeyRow.select())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("point", "batches"),
    [
        ("rotation.rewrapping:1", 0),
        ("rotation.rewrapped:1", 1),
        ("rotation.rewrapping:2", 1),
        ("rotation.rewrapped:2", 2),
    ],
)
def test_a_rotation_goes_on_where_it_was(
    database: Database, opens: Callable[[], Database], point: str, batches: int
) -> None:
    Safe(database, OLD).fills()
    safe = Safe(database, NEW)
    every = safe.old()
    assert every > ROTATION_BATCH
    falls(point, lambda: Safe(opens(), NEW).keys.rewrap())
    left = max(0, every - batches * ROTATION_BATCH)
    assert safe.old() == left
    assert Safe(database, NEW).reads() == "Ann"
    assert safe.keys.rewrap() == left
    assert safe.old() == 0
    assert Safe(database, NEW).reads() == "Ann"


@pytest.mark.parametrize(
    "point", ["migration.applied:1", f"migration.applied:{len(NAMES) // 2}", f"migration.applied:{len(NAMES)}"]
)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_release_that_is_killed_between_two_migrations_goes_on_where_it_was(
    request: pytest.FixtureRequest, tmp_path: Path, clock: TurnedClock, kind: str, point: str
) -> None:
    address = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else request.getfixturevalue("new_postgres")
    falls(point, lambda: Database(address, clock=clock).migrate())
    applied = int(point.partition(":")[2])
    database = Database(address, clock=clock)
    try:
        assert database.pending_migrations() == NAMES[applied:]
        assert database.migrate() == NAMES[applied:]
        assert database.pending_migrations() == []
        with database.connection():
            assert Account.select().count() == 0
    finally:
        database.close()
