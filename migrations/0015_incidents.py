"""The register of breaches: incidents, and the entries about each, which nobody changes. Only adds, so that the release
before still runs."""

from peewee import *

INDEXES = (
    "CREATE INDEX incident_open ON incident (due_at) WHERE closed_at IS NULL",
    "CREATE INDEX incident_closed ON incident (closed_at) WHERE closed_at IS NOT NULL",
)
SQLITE = (
    "CREATE TRIGGER incident_note_append_only BEFORE UPDATE ON incident_note "
    "BEGIN SELECT RAISE(ABORT, 'append only'); END"
)
POSTGRES = (
    "CREATE TRIGGER incident_note_append_only BEFORE UPDATE ON incident_note "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)


def up(migrator, db):
    class Incident(Model):
        id = TextField(primary_key=True)
        state = TextField()
        kind = TextField()
        harm = TextField()
        happened_at = DateTimeField(null=True)
        noticed_at = DateTimeField()
        declared_at = DateTimeField()
        due_at = DateTimeField()
        contained_at = DateTimeField(null=True)
        notified_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "incident"

    class IncidentNote(Model):
        id = TextField(primary_key=True)
        incident = TextField(index=True)
        account = TextField()
        part = TextField()
        words = BlobField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "incident_note"

    db.create_tables([Incident, IncidentNote])
    for statement in (*INDEXES, SQLITE if isinstance(db, SqliteDatabase) else POSTGRES):
        db.execute_sql(statement)


def down(migrator, db):
    db.execute_sql("DROP TABLE incident_note")
    db.execute_sql("DROP TABLE incident")
