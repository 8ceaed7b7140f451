"""Copies of their data that people ask for: one table more. Only adds, so that the release before still runs."""

from peewee import *

# One at a time: two asks at the same moment are one.
UNDER_WAY = "CREATE UNIQUE INDEX data_export_under_way ON data_export (account) WHERE state IN ('asked', 'made')"

# What was opened of one person is part of their copy.
OPENED = "CREATE INDEX access_account ON access_record (account)"


def up(migrator, db):
    class Export(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        state = TextField()
        manifest = BlobField(null=True)
        message_id = BigIntegerField(null=True)
        media = TextField(index=True, null=True)
        reason = TextField(null=True)
        asked_at = DateTimeField()
        made_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "data_export"

    db.create_tables([Export])
    db.execute_sql(UNDER_WAY)
    db.execute_sql(OPENED)


def down(migrator, db):
    db.execute_sql("DROP INDEX access_account")
    db.execute_sql("DROP TABLE data_export")
