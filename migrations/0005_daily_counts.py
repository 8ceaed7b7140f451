"""Page views a day by kind of device and operating system. Only adds, so that the release before still runs."""

from peewee import *


def up(migrator, db):
    class DailyCount(Model):
        day = DateField()
        family = TextField()
        system = TextField()
        count = IntegerField()

        class Meta:
            database = db
            table_name = "daily_count"
            primary_key = CompositeKey("day", "family", "system")

    db.create_tables([DailyCount])


def down(migrator, db):
    db.execute_sql("DROP TABLE daily_count")
