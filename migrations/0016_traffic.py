"""What is paused and which provider is broken. Only adds, so that the release before still runs."""

from peewee import *


def up(migrator, db):
    class Pause(Model):
        name = TextField(primary_key=True)
        english = TextField()
        traditional = TextField(null=True)
        simplified = TextField(null=True)
        hold = BooleanField()
        since = DateTimeField()
        until = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "pause"

    class Breaker(Model):
        name = TextField(primary_key=True)
        state = TextField()
        fence = BigIntegerField()
        failures = IntegerField()
        failed_at = DateTimeField(null=True)
        window_at = DateTimeField(null=True)
        window_failures = IntegerField()
        trips = IntegerField()
        until = DateTimeField(null=True)
        opened_at = DateTimeField(null=True)
        ramp_at = DateTimeField(null=True)
        tickets = IntegerField()
        probe = TextField(null=True)
        probe_fence = BigIntegerField(null=True)
        reason = TextField(null=True)

        class Meta:
            database = db
            table_name = "breaker"

    db.create_tables([Pause, Breaker])


def down(migrator, db):
    db.execute_sql("DROP TABLE breaker")
    db.execute_sql("DROP TABLE pause")
