"""Support: tickets, what was written in them, and until when somebody's messages go there. Only adds, so that the
release before still runs."""

from peewee import *

INDEXES = (
    "CREATE UNIQUE INDEX ticket_under_way ON ticket (account) WHERE state <> 'resolved'",
    "CREATE INDEX ticket_resolved ON ticket (resolved_at) WHERE resolved_at IS NOT NULL",
)
COLUMNS = (("writes_until", DateTimeField), ("writes_to", TextField))


def up(migrator, db):
    class Ticket(Model):
        id = TextField(primary_key=True)
        number = IntegerField(unique=True)
        account = TextField(index=True)
        state = TextField()
        outcome = TextField(null=True)
        opened_at = DateTimeField()
        last_at = DateTimeField()
        resolved_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "ticket"

    class TicketMessage(Model):
        id = TextField(primary_key=True)
        ticket = TextField(index=True)
        account = TextField(index=True)
        author = TextField()
        state = TextField()
        text = BlobField(null=True)
        file_id = BlobField(null=True)
        media = TextField(null=True)
        message_id = BigIntegerField(null=True)
        reason = TextField(null=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "ticket_message"

    db.create_tables([Ticket, TicketMessage])
    migrator.migrate(*(migrator.add_column("account", name, kind(null=True)) for name, kind in COLUMNS))
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    for name, _ in COLUMNS:
        db.execute_sql(f"ALTER TABLE account DROP COLUMN {name}")
    for table in ("ticket_message", "ticket"):
        db.execute_sql(f"DROP TABLE {table}")
