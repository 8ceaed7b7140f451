"""Backups that were made, and runs of the canary person. Only adds, so that the release before still runs."""

from peewee import *

INDEXES = (
    "CREATE INDEX backup_kept ON backup (kind, made_at) WHERE gone_at IS NULL",
    "CREATE INDEX backup_gone ON backup (gone_at) WHERE gone_at IS NOT NULL",
    "CREATE UNIQUE INDEX canary_run_open ON canary_run (alone) "
    "WHERE state IN ('begun', 'joined', 'sent', 'ordered', 'delivered', 'copied', 'left')",
)


def up(migrator, db):
    class Backup(Model):
        id = TextField(primary_key=True)
        kind = TextField()
        place = TextField(index=True)
        made_at = DateTimeField()
        size = BigIntegerField()
        gone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "backup"

    class CanaryRun(Model):
        id = TextField(primary_key=True)
        state = TextField()
        alone = TextField()
        account = TextField(null=True)
        order = TextField(null=True, index=True, column_name="order_id")
        erasure = TextField(null=True)
        stopped_in = TextField(null=True)
        reason = TextField(null=True)
        places = IntegerField()
        begun_at = DateTimeField(index=True)
        until = DateTimeField()
        ended_at = DateTimeField(null=True)
        cleared_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "canary_run"

    db.create_tables([Backup, CanaryRun])
    for statement in INDEXES:
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE canary_run")
    db.execute_sql("DROP TABLE backup")
