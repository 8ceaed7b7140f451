"""Signs of life, what regular checks found, and indexes for what is asked every few seconds. Only adds, so that the
release before still runs."""

from peewee import *

INDEXES = {
    "orders_under_way": "ON orders (state, kind) WHERE state IN ('calling', 'rendering')",
    "work_quarantined": "ON work (kind) WHERE state = 'quarantined'",
    "payment_unsettled": "ON payment (state) WHERE state IN ('unclaimed', 'refunding', 'stuck')",
    "media_destroying": "ON media (id) WHERE state = 'destroying'",
}


def up(migrator, db):
    class Heartbeat(Model):
        id = TextField(primary_key=True)
        group = TextField(column_name="process_group")
        release = TextField()
        begun_at = DateTimeField()
        seen_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "heartbeat"

    class Finding(Model):
        name = TextField(primary_key=True)
        count = BigIntegerField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "finding"

    db.create_tables([Heartbeat, Finding])
    for name, what in INDEXES.items():
        db.execute_sql(f"CREATE INDEX {name} {what}")


def down(migrator, db):
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX {name}")
    db.execute_sql("DROP TABLE finding")
    db.execute_sql("DROP TABLE heartbeat")
