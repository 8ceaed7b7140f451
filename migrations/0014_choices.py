"""What people choose about their photos, and their notes on data that stay. Only adds, so that the release before still
runs."""

from peewee import *

COLUMNS = (
    ("account", "keep_photos", TextField),
    ("account", "not_to", TextField),
    ("photo", "goes_at", DateTimeField),
)
INDEX = "CREATE INDEX photo_goes ON photo (goes_at) WHERE goes_at IS NOT NULL AND state = 'ready'"
SQLITE = (
    "CREATE TRIGGER privacy_choice_append_only BEFORE UPDATE ON privacy_choice "
    "BEGIN SELECT RAISE(ABORT, 'append only'); END"
)
POSTGRES = (
    "CREATE TRIGGER privacy_choice_append_only BEFORE UPDATE ON privacy_choice "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)


def up(migrator, db):
    class PrivacyChoice(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        what = TextField()
        value = TextField()
        version = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "privacy_choice"

    class CorrectionNote(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        request = TextField(unique=True)
        on = TextField(column_name="on_category")
        words = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "correction_note"

    for table, column, field in COLUMNS:
        migrator.migrate(migrator.add_column(table, column, field(null=True)))
    db.create_tables([PrivacyChoice, CorrectionNote])
    for statement in (INDEX, SQLITE if isinstance(db, SqliteDatabase) else POSTGRES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE correction_note")
    db.execute_sql("DROP TABLE privacy_choice")
    db.execute_sql("DROP INDEX photo_goes")
    for table, column, _field in COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
