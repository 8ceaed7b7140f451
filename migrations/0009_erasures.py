"""Deletions that were asked for: one table more. Only adds, so that the release before still runs."""

from peewee import *

INDEXES = (
    # One at a time: the bot and support at the same moment are one.
    "CREATE UNIQUE INDEX erasure_open ON erasure (account, scope) "
    "WHERE state IN ('asked', 'sealed', 'waiting', 'ending')",
    "CREATE INDEX erasure_done ON erasure (done_at) WHERE done_at IS NOT NULL",
)


def up(migrator, db):
    class Erasure(Model):
        id = TextField(primary_key=True)
        account = TextField(null=True, index=True)
        scope = TextField()
        source = TextField()
        request = TextField(null=True)
        state = TextField()
        was = TextField(null=True)
        asked_at = DateTimeField()
        begun_at = DateTimeField(null=True)
        rounds = IntegerField()
        keys_gone_at = DateTimeField(null=True)
        ends_at = DateTimeField(null=True)
        done_at = DateTimeField(null=True)
        counts = TextField()

        class Meta:
            database = db
            table_name = "erasure"

    db.create_tables([Erasure])
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE erasure")
