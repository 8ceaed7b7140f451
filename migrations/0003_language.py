"""The language a person chose: one column more. Only adds, so that the release before still runs."""

from peewee import *


def up(migrator, db):
    migrator.migrate(migrator.add_column("account", "language", BlobField(null=True)))


def down(migrator, db):
    db.execute_sql("ALTER TABLE account DROP COLUMN language")
