"""The migrated schema is the models' schema, goes back and forth, and holds the rules that no code may forget."""

from __future__ import annotations

import threading
from datetime import UTC
from typing import Any

import peewee
import pytest
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from database import MIGRATIONS, Database
from models import (
    TABLES,
    Acceptance,
    AuditEntry,
    IncidentNote,
    LedgerEntry,
    LedgerLine,
    PrivacyChoice,
    PromotionChoice,
    Refusal,
)

# Partial indexes, compared by name below.
BY_HAND = {
    "ledgeraccount_held",
    "orders_queue",
    "orders_under_way",
    "work_quarantined",
    "payment_unsettled",
    "media_destroying",
    "media_storing",
    "work_due",
    "work_held",
    "video_task_ask",
    "video_task_open",
    "orders_offered",
    "orders_last",
    "work_ended",
    "payment_last",
    "ended_account_open",
    "media_names",
    "photo_goes",
    "data_export_under_way",
    "rights_request_open",
    "rights_request_ended",
    "report_open",
    "report_ended",
    "incident_open",
    "incident_closed",
    "backup_kept",
    "backup_gone",
    "canary_run_open",
    "ticket_under_way",
    "ticket_resolved",
}
ALL = [path.stem for path in sorted(MIGRATIONS.glob("[0-9]*.py"))]


def described(database: Database) -> dict[tuple[str, str], tuple[str, bool, bool]]:
    """(table, column) -> kind, whether it may be empty, whether it is the primary key; as the database says."""
    with database.connection():
        return {
            (table, column.name): (column.data_type.lower(), column.null, column.primary_key)
            for table in database.raw.get_tables()
            for column in database.raw.get_columns(table)
        }


def test_the_migrated_schema_has_the_models_tables_columns_and_indexes(database: Database) -> None:
    with database.connection():
        difference = diff_models(database.raw, list(TABLES))
        assert not difference.create_tables
        assert not difference.add_columns
        assert not difference.drop_columns
        assert not difference.add_indexes
        assert {index.name for index in difference.drop_indexes} <= BY_HAND
        found = {index.name for table in database.raw.get_tables() for index in database.raw.get_indexes(table)}
    assert found >= BY_HAND


def test_migrated_columns_are_of_the_kinds_that_the_models_would_make(database: Database) -> None:
    migrated = described(database)
    with database.connection():
        database.raw.drop_tables(list(TABLES))
        database.raw.create_tables(list(TABLES))
    assert {name: kind for name, kind in migrated.items() if name[0] != "schema_migration"} == {
        name: kind for name, kind in described(database).items() if name[0] != "schema_migration"
    }


def test_the_schema_goes_down_and_up_again(database: Database) -> None:
    before = described(database)
    with database.connection():
        Runner(database.raw, directory=str(MIGRATIONS)).down(target=ALL[0])
        assert database.raw.get_tables() == ["schema_migration"]
    assert database.pending_migrations() == ALL
    assert database.migrate() == ALL
    assert described(database) == before
    assert database.pending_migrations() == []
    assert database.migrate() == []


def test_two_migrations_at_once_take_turns(new_postgres: str, clock: Any) -> None:
    databases = [Database(new_postgres, clock=clock) for _ in range(3)]
    start, applied, errors = threading.Barrier(3), [], []

    def migrate(database: Database) -> None:
        start.wait()
        try:
            applied.append(database.migrate())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=migrate, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for database in databases:
        database.close()
    assert errors == []
    assert sorted(applied) == [[], [], ALL]


BAD = {
    "a balance below zero": (
        "INSERT INTO ledger_account (id, owner, kind, rank, balance, created_at) "
        "VALUES ('x', 'a', 'lot', 0, -1, '2026-11-23 00:00:00')"
    ),
    "a line of nothing": "INSERT INTO ledger_line (id, entry, place, amount) VALUES ('x', 'e', 'p', 0)",
    "an order without a price": (
        "INSERT INTO orders (id, account, state, kind, price, provider, photo, attempt, created_at) "
        "VALUES ('x', 'a', 'offered', 'picture', 0, 'gemini', 'p', 0, '2026-11-23 00:00:00')"
    ),
    "a payment of nothing": (
        "INSERT INTO payment (id, account, state, credits, stars, telegram_id, charge_id, charge_index, paid_at) "
        "VALUES ('x', 'a', 'paid', 20, 0, 'n', 'c', 'i', '2026-11-23 00:00:00')"
    ),
    "the same business key twice": (
        "INSERT INTO ledger_entry (id, business_key, kind, owner, at) "
        "VALUES ('y', 'key', 'grant', 'a', '2026-11-23 00:00:00')"
    ),
}
CHANGES = (
    "UPDATE ledger_entry SET owner = 'b'",
    "UPDATE ledger_line SET amount = 2",
    "UPDATE acceptance SET version = 'another'",
    "UPDATE promotion_choice SET wanted = false",
    "UPDATE privacy_choice SET value = 'always'",
    "UPDATE refusal SET ground = 'another'",
    "UPDATE audit_entry SET actor = 'another'",
    "UPDATE incident_note SET part = 'another'",
)


@pytest.fixture
def books(database: Database, clock: Any) -> Database:
    with database.unit():
        LedgerEntry.insert(id="e", business_key="key", kind="grant", owner="a", at=clock.now()).execute()
        LedgerLine.insert(id="l", entry="e", place="p", amount=1).execute()
        Acceptance.insert(id="c", account="a", kind="notice", version="v", at=clock.now()).execute()
        PromotionChoice.insert(account="a", wanted=True, version="v", at=clock.now()).execute()
        PrivacyChoice.insert(account="a", what="send_to", value="-kling", version="v", at=clock.now()).execute()
        Refusal.insert(request="r", kind="access", ground="identity", at=clock.now()).execute()
        AuditEntry.insert(
            number=1, actor="may", verb="request.open", reason=b"x", digest=b"x", at=clock.now()
        ).execute()
        IncidentNote.insert(incident="i", part="data", words=b"x", at=clock.now()).execute()
    return database


@pytest.mark.parametrize("what", BAD)
def test_the_database_itself_refuses(books: Database, what: str) -> None:
    with pytest.raises(peewee.IntegrityError), books.unit():
        books.rows(BAD[what])


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_entered_cannot_be_changed(books: Database, change: str) -> None:
    with pytest.raises(peewee.DatabaseError, match="append only"), books.unit():
        books.rows(change)
    with books.connection():
        assert (LedgerEntry.get().owner, LedgerLine.get().amount, Acceptance.get().version) == ("a", 1, "v")


def test_a_time_with_a_zone_is_refused(database: Database, clock: Any) -> None:
    with pytest.raises(ValueError, match="naive UTC"), database.unit():
        Acceptance.insert(id="c", account="a", kind="n", version="v", at=clock.now().replace(tzinfo=UTC)).execute()
