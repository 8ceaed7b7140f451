"""Requests about rights, the log of refusals and that of the staff, choices about promotional messages, announcements.
Only adds, so that the release before still runs."""

from peewee import *

APPENDED = ("promotion_choice", "refusal", "audit_entry")
INDEXES = (
    "CREATE INDEX rights_request_open ON rights_request (due_at) WHERE ended_at IS NULL",
    "CREATE INDEX rights_request_ended ON rights_request (ended_at) WHERE ended_at IS NOT NULL",
)
# The database itself lets no request be refused that is not in the log.
UNLOGGED = "NOT EXISTS (SELECT 1 FROM refusal WHERE request = NEW.id)"
SQLITE = (
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'append only'); END"
        for table in APPENDED
    ),
    "CREATE TRIGGER refusal_logged BEFORE UPDATE ON rights_request "
    f"WHEN NEW.state = 'refused' AND OLD.state <> 'refused' AND {UNLOGGED} "
    "BEGIN SELECT RAISE(ABORT, 'refused without its log'); END",
)
POSTGRES = (
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in APPENDED
    ),
    "CREATE FUNCTION demand_refusal_log() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF {UNLOGGED} THEN RAISE EXCEPTION 'refused without its log'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER refusal_logged BEFORE UPDATE ON rights_request FOR EACH ROW "
    "WHEN (NEW.state = 'refused' AND OLD.state <> 'refused') EXECUTE FUNCTION demand_refusal_log()",
)
TABLES = ("promotion_choice", "announcement", "rights_request", "refusal", "audit_entry")


def up(migrator, db):
    class PromotionChoice(Model):
        id = TextField(primary_key=True)
        account = TextField()
        wanted = BooleanField()
        version = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "promotion_choice"
            indexes = ((("account", "at"), False),)

    class Announcement(Model):
        id = TextField(primary_key=True)
        kind = TextField()
        state = TextField()
        words = TextField()
        created_at = DateTimeField()
        ended_at = DateTimeField(null=True, index=True)

        class Meta:
            database = db
            table_name = "announcement"

    class RightsRequest(Model):
        id = TextField(primary_key=True)
        account = TextField(null=True, index=True)
        kind = TextField()
        source = TextField()
        confirmed = BooleanField(default=False)
        state = TextField()
        outcome = TextField(null=True)
        received_at = DateTimeField()
        due_at = DateTimeField()
        decided_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "rights_request"

    class Refusal(Model):
        id = TextField(primary_key=True)
        request = TextField(unique=True)
        kind = TextField()
        ground = TextField()
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "refusal"

    class AuditEntry(Model):
        id = TextField(primary_key=True)
        number = IntegerField(unique=True)
        account = TextField()
        actor = TextField()
        verb = TextField()
        reason = BlobField()
        subject = TextField(null=True, index=True)
        at = DateTimeField(index=True)
        before_at = DateTimeField(null=True)
        before = BlobField(null=True)
        digest = BlobField()

        class Meta:
            database = db
            table_name = "audit_entry"

    db.create_tables([PromotionChoice, Announcement, RightsRequest, Refusal, AuditEntry])
    for statement in (*INDEXES, *(SQLITE if isinstance(db, SqliteDatabase) else POSTGRES)):
        db.execute_sql(statement)


def down(migrator, db):
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    if not isinstance(db, SqliteDatabase):
        db.execute_sql("DROP FUNCTION demand_refusal_log()")
