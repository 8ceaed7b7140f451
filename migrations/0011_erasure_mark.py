"""How far the records of erasures are done in this database. Only adds, so that the release before still runs."""

from peewee import *


def up(migrator, db):
    class ErasureMark(Model):
        id = TextField(primary_key=True)
        until = DateTimeField()
        undone = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "erasure_mark"

    db.create_tables([ErasureMark])


def down(migrator, db):
    db.execute_sql("DROP TABLE erasure_mark")
