"""An index on a large table can be built before its migration, while everybody goes on; the migration then finds it."""

from __future__ import annotations

import re
from typing import Any

import psycopg

from database import MIGRATIONS, Database

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
