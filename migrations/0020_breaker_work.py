"""Whose call failed last, so that one piece of work alone opens no breaker. Only adds, so that the release before still
runs."""

from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.add_column("breaker", "failed_work", TextField(null=True)))


def down(migrator, db):
    db.execute_sql("ALTER TABLE breaker DROP COLUMN failed_work")
