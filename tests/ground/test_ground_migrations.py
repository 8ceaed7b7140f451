"""An index on a large table can be built before its migration, while everybody goes on; the migration then finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from database import MIGRATIONS, Database
from errors import Temporary

FROM = 20  # the first migration that keeps to it
MADE = re.compile(r'"(CREATE (?:UNIQUE )?INDEX [^"]+)"')
BROKEN = re.compile(r'"\s*\n\s*"')  # one text on two lines
INDEXES = {
    path.stem: MADE.findall(BROKEN.sub("", path.read_text().partition("def down(")[0]))
    for path in sorted(MIGRATIONS.glob("0*.py"))
    if int(path.stem[:4]) >= FROM
}


def test_a_migration_minds_no_index_that_is_there_already() -> None:
    made = [statement for statements in INDEXES.values() for statement in statements]
    assert made
    assert [statement for statement in made if "INDEX IF NOT EXISTS" not in statement] == []


def test_indexes_that_were_built_without_a_lock_are_found(new_postgres: str, clock: Any) -> None:
    database = Database(new_postgres, clock=clock)
    database.migrate()
    made = [statement for statements in INDEXES.values() for statement in statements]
    names = [re.findall(r"EXISTS (\w+) ON", statement)[0] for statement in made]
    with psycopg.connect(new_postgres, autocommit=True) as staff:
        with_indexes = [name for name, statements in INDEXES.items() if statements]
        staff.execute("DELETE FROM schema_migration WHERE name = ANY(%s)", (with_indexes,))
        for name, statement in zip(names, made, strict=True):
            staff.execute(f"DROP INDEX {name}")
            staff.execute(statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY"))
        assert database.migrate() == with_indexes
        valid = "SELECT COUNT(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text = ANY(%s)"
        assert staff.execute(valid, (names,)).fetchone() == (len(names),)
    database.close()


WRITES = "LOCK TABLE orders IN ROW EXCLUSIVE MODE"  # what each INSERT and UPDATE takes, and what an index keeps out


@contextmanager
def a_long_transaction(address: str) -> Iterator[psycopg.Connection]:
    """One that has written to `orders` and does not end; `orders_last` is to be made meanwhile."""
    with psycopg.connect(address, autocommit=True) as staff:
        staff.execute("DROP INDEX orders_last")
        staff.execute("DELETE FROM schema_migration WHERE name = '0022_orders_last'")
    with psycopg.connect(address) as long:
        long.execute(WRITES)
        yield long


def test_a_migration_that_meets_a_long_transaction_lets_the_others_through(new_postgres: str, clock: Any) -> None:
    database = Database(new_postgres, clock=clock)
    database.migrate()
    with a_long_transaction(new_postgres) as long, psycopg.connect(new_postgres) as somebody:
        seen: list[float] = []

        def step_back(seconds: float) -> None:
            seen.append(seconds)
            somebody.execute("SET lock_timeout = '1s'")
            somebody.execute(WRITES)
            somebody.commit()
            if len(seen) == 2:
                long.commit()

        assert database.migrate(step_back=step_back) == ["0022_orders_last"]
        assert len(seen) == 2
    [(left,)] = database.rows("SHOW lock_timeout")
    assert left == "0", "no other statement of this connection gives up as early"
    database.close()


def test_a_migration_that_never_gets_its_table_says_so_and_leaves_no_lock(new_postgres: str, clock: Any) -> None:
    database = Database(new_postgres, clock=clock)
    database.migrate()
    with a_long_transaction(new_postgres):
        with pytest.raises(Temporary, match=r"migration\.locked") as failure:
            database.migrate(tries=2, step_back=lambda _: None)
        assert failure.value.facts == {"migration": "0022_orders_last", "tries": 2}
        locks = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert database.rows(locks) == [(0,)]
    assert database.migrate() == ["0022_orders_last"]
    database.close()
