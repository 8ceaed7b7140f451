"""Retention: when accounts ended, proof of the runs, and the indexes they go by. Only adds and loosens, so that the
release before still runs."""

from peewee import *


# Of a result that outlives its transaction the price is forgotten.
LOOSENED = ("orders", "price")
INDEXES = (
    "CREATE INDEX ledgerentry_at ON ledger_entry (at)",
    "CREATE INDEX payment_last ON payment (COALESCE(ended_at, paid_at))",
    "CREATE INDEX orders_offered ON orders (created_at) WHERE state = 'offered'",
    "CREATE INDEX orders_usage ON orders (COALESCE(ended_at, created_at)) WHERE price IS NOT NULL",
    "CREATE INDEX work_ended ON work (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX ended_account_open ON ended_account (asked_at) WHERE cleared_at IS NULL",
)
# By bytes, as stores list their names; SQLite's own order is that one.
NAMES = {
    True: "CREATE INDEX media_names ON media (object_name)",
    False: 'CREATE INDEX media_names ON media (object_name COLLATE "C")',
}
TABLES = ("ended_account", "retention_run", "stray_object")
# Accounts that ended before anybody wrote down when: never sooner than the period counts from now.
ENDED_BEFORE = (
    "INSERT INTO ended_account (account, asked_at, ended_at) "
    "SELECT DISTINCT account, {now}, {now} FROM acceptance WHERE account NOT IN (SELECT id FROM account)"
)


def up(migrator, db):
    class EndedAccount(Model):
        account = TextField(primary_key=True)
        asked_at = DateTimeField()
        ended_at = DateTimeField(index=True)
        cleared_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "ended_account"

    class RetentionRun(Model):
        id = TextField(primary_key=True)
        rule = TextField()
        category = TextField()
        started_at = DateTimeField(index=True)
        ended_at = DateTimeField(null=True)
        count = IntegerField(default=0)
        held_back = IntegerField(default=0)
        oldest_left = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "retention_run"

    class StrayObject(Model):
        name = TextField(primary_key=True)
        found_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "stray_object"

    db.create_tables([EndedAccount, RetentionRun, StrayObject])
    sqlite = isinstance(db, SqliteDatabase)
    migrator.migrate(migrator.drop_not_null(*LOOSENED))
    for statement in (*INDEXES, NAMES[sqlite]):
        db.execute_sql(statement)
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if sqlite else "(now() AT TIME ZONE 'utc')"
    db.execute_sql(ENDED_BEFORE.format(now=now))


def down(migrator, db):
    for name in ("media_names", "work_ended", "orders_usage", "orders_offered", "payment_last", "ledgerentry_at"):
        db.execute_sql(f"DROP INDEX {name}")
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
