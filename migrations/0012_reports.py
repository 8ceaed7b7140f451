"""Reports with their cases, keys that nobody may use for now, and why somebody is banned. Only adds, so that the
release before still runs: it writes keys without the new column."""

from peewee import *

INDEXES = (
    "CREATE INDEX report_open ON report (due_at) WHERE ended_at IS NULL",
    "CREATE INDEX report_ended ON report (ended_at) WHERE ended_at IS NOT NULL",
)


def up(migrator, db):
    class Report(Model):
        id = TextField(primary_key=True)
        kind = TextField()
        source = TextField()
        state = TextField()
        reporter = TextField(null=True, index=True)
        accused = TextField(null=True, index=True)
        photo = TextField(null=True)
        order = TextField(null=True, column_name="order_id")
        words = BlobField(null=True)
        place = BlobField(null=True)
        contact = BlobField(null=True)
        words_until = DateTimeField(null=True)
        received_at = DateTimeField()
        due_at = DateTimeField()
        decided_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "report"

    db.create_tables([Report])
    kind, no = ("INTEGER", "0") if isinstance(db, SqliteDatabase) else ("BOOLEAN", "FALSE")
    db.execute_sql(f"ALTER TABLE data_key ADD COLUMN frozen {kind} NOT NULL DEFAULT {no}")
    migrator.migrate(
        migrator.add_column("account", "banned_for", TextField(null=True)),
        migrator.add_column("account", "frozen_at", DateTimeField(null=True)),
    )
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    for table, column in (("account", "frozen_at"), ("account", "banned_for"), ("data_key", "frozen")):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute_sql("DROP TABLE report")
