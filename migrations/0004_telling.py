"""Telling people of a new version of the policy: one table more. Only adds, so that the release before still runs."""

from peewee import *


def up(migrator, db):
    class Telling(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        version = TextField()
        state = TextField()
        sends = IntegerField(default=0)
        message_id = BigIntegerField(null=True)
        told_at = DateTimeField(null=True)
        reason = TextField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "telling"
            indexes = ((("version", "account"), True), (("version", "state"), False))

    db.create_tables([Telling])


def down(migrator, db):
    db.execute_sql("DROP TABLE telling")
