"""Receipts of deletions: one table more. Only adds, so that the release before still runs."""

from peewee import *

INDEXES = ("CREATE INDEX receipt_due ON receipt (due_at) WHERE due_at IS NOT NULL",)


def up(migrator, db):
    class Receipt(Model):
        id = TextField(primary_key=True)
        number = TextField()
        stage = IntegerField()
        erasure = TextField(null=True, index=True)
        body = TextField()
        due_at = DateTimeField(null=True)
        made_at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "receipt"
            indexes = ((("number", "stage"), True),)

    db.create_tables([Receipt])
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE receipt")
