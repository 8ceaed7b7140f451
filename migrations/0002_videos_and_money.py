"""Videos and payments: their tables, and what older tables gain. Only adds, so that the release before still runs."""

from peewee import *


TABLES = ("video_task", "slots", "link", "invoice", "payment", "cost", "abuse_mark")
INDEXES = (
    "CREATE INDEX video_task_ask ON video_task (ask_at) WHERE state = 'rendering'",
    "CREATE INDEX video_task_open ON video_task (state) WHERE state <> 'ended'",
)
COLUMNS = (
    ("account", "daily_limit", IntegerField(null=True)),
    ("account", "current_origin", TextField(null=True)),
    ("media", "seconds", FloatField(null=True)),
    ("orders", "origin", TextField(null=True)),
    ("ledger_entry", "what", TextField(null=True)),
)
FLAGS = (("ledger_account", "closed"), ("orders", "trial"))


def up(migrator, db):
    class VideoTask(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        order = TextField(column_name="order_id", index=True)
        attempt = IntegerField()
        external_id = TextField(unique=True)
        model = TextField()
        state = TextField()
        url = BlobField(null=True)
        links = IntegerField(default=0)
        late = BooleanField(default=False)
        seconds = IntegerField()
        ask_at = DateTimeField(null=True)
        looks = IntegerField(default=0)
        submitted_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)
        reason = TextField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "video_task"

    class Slots(Model):
        name = TextField(primary_key=True)
        lowered_to = IntegerField(null=True)
        lowered_until = DateTimeField(null=True)
        paused_until = DateTimeField(null=True)
        reason = TextField(null=True)
        rounds = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = "slots"

    class Link(Model):
        id = BlobField(primary_key=True)
        account = TextField(index=True)
        media = TextField(index=True)
        expires_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "link"

    class Invoice(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        pack = TextField()
        credits = IntegerField()
        stars = IntegerField()
        created_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "invoice"

    class Payment(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        state = TextField()
        pack = TextField(null=True)
        credits = IntegerField(default=0)
        stars = IntegerField()
        telegram_id = BlobField()
        charge_id = BlobField()
        charge_index = BlobField(unique=True)
        lot = TextField(null=True)
        reason = TextField(null=True)
        paid_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "payment"
            constraints = [Check("stars > 0")]

    class Cost(Model):
        id = TextField(primary_key=True)
        order = TextField(column_name="order_id", index=True)
        kind = TextField()
        provider = TextField()
        model = TextField()
        units = FloatField()
        micro_usd = BigIntegerField()
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "cost"

    class AbuseMark(Model):
        mark = BlobField(primary_key=True)
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "abuse_mark"

    db.create_tables([VideoTask, Slots, Link, Invoice, Payment, Cost, AbuseMark])
    for table, column, field in COLUMNS:
        migrator.migrate(migrator.add_column(table, column, field))
    # With a default in the database too: the release before does not name these columns.
    kind, no = ("INTEGER", "0") if isinstance(db, SqliteDatabase) else ("BOOLEAN", "FALSE")
    for table, column in FLAGS:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind} NOT NULL DEFAULT {no}")
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    for table, column in (*((table, column) for table, column, _ in COLUMNS), *FLAGS):
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
