"""The first schema: frozen copies of the tables, with the checks and partial indexes that no generator writes."""

from peewee import *


TABLES = (
    "acceptance",
    "access_record",
    "account",
    "disclosure",
    "data_key",
    "lease",
    "ledger_account",
    "ledger_entry",
    "ledger_line",
    "media",
    "orders",
    "pacing",
    "photo",
    "seen_update",
    "work",
)
INDEXES = (
    "CREATE INDEX work_due ON work (kind, due_at) WHERE state = 'due'",
    "CREATE INDEX work_held ON work (lease_until) WHERE state = 'held'",
    "CREATE INDEX orders_queue ON orders (queued_at) WHERE state = 'queued'",
    "CREATE INDEX media_storing ON media (created_at) WHERE state = 'storing'",
)
# What was entered into the books is never changed; a mistake is put right by another entry.
APPEND_ONLY_SQLITE = tuple(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'append only'); END"
    for table in ("ledger_entry", "ledger_line", "acceptance")
)
APPEND_ONLY_POSTGRES = (
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'append only'; END $$",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in ("ledger_entry", "ledger_line", "acceptance")
    ),
)


def up(migrator, db):
    class Acceptance(Model):
        id = TextField(primary_key=True)
        account = TextField()
        kind = TextField()
        version = TextField()
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "acceptance"
            indexes = ((("account", "kind", "version"), True),)

    db.create_tables([Acceptance])

    class Access(Model):
        id = TextField(primary_key=True)
        account = TextField()
        category = TextField()
        purpose = TextField()
        subject = TextField()
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "access_record"

    db.create_tables([Access])

    class Account(Model):
        id = TextField(primary_key=True)
        state = TextField(default="active")
        telegram_id = BlobField()
        telegram_id_index = BlobField(unique=True)
        first_name = BlobField(null=True)
        last_name = BlobField(null=True)
        username = BlobField(null=True)
        username_index = BlobField(index=True, null=True)
        language_code = BlobField(null=True)
        names_index = BlobField()
        current_photo = TextField(null=True)
        reachable = BooleanField(default=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class Disclosure(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        order = TextField(index=True, column_name="order_id")
        recipient = TextField()
        purpose = TextField()
        fields = TextField()
        attempt = IntegerField()
        at = DateTimeField()
        kept_until = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "disclosure"

    db.create_tables([Disclosure])

    class KeyRow(Model):
        id = TextField(primary_key=True)
        account = TextField()
        kind = TextField()
        wrapped = BlobField()
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "data_key"
            indexes = ((("account", "kind"), True),)

    db.create_tables([KeyRow])

    class Lease(Model):
        name = TextField(primary_key=True)
        holder = TextField()
        until = DateTimeField()
        next_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "lease"

    db.create_tables([Lease])

    class LedgerAccount(Model):
        id = TextField(primary_key=True)
        owner = TextField(index=True)
        kind = TextField()
        source = TextField(null=True)
        rank = IntegerField(default=0)
        balance = IntegerField()
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "ledger_account"
            constraints = [Check("balance >= 0")]

    db.create_tables([LedgerAccount])

    class LedgerEntry(Model):
        id = TextField(primary_key=True)
        business_key = TextField(unique=True)
        kind = TextField()
        owner = TextField(index=True)
        order = TextField(index=True, null=True, column_name="order_id")
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "ledger_entry"

    db.create_tables([LedgerEntry])

    class LedgerLine(Model):
        id = TextField(primary_key=True)
        entry = TextField(index=True)
        place = TextField(index=True)
        amount = IntegerField()

        class Meta:
            database = db
            table_name = "ledger_line"
            constraints = [Check("amount <> 0")]

    db.create_tables([LedgerLine])

    class Media(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        kind = TextField()
        state = TextField(default="storing")
        object_name = TextField(unique=True)
        wrapped_key = BlobField(null=True)
        mime = TextField()
        width = IntegerField()
        height = IntegerField()
        size = BigIntegerField()
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "media"

    db.create_tables([Media])

    class Order(Model):
        id = TextField(primary_key=True)
        account = TextField()
        state = TextField()
        kind = TextField()
        price = IntegerField()
        provider = TextField()
        photo = TextField(index=True)
        style = BlobField(null=True)
        prompt = BlobField(null=True)
        attempt = IntegerField(default=0)
        message_id = BigIntegerField(null=True)
        shown = TextField(null=True)
        media = TextField(null=True)
        file_id = BlobField(null=True)
        reason = TextField(null=True)
        created_at = DateTimeField()
        queued_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "orders"
            constraints = [Check("price > 0")]
            indexes = ((("account", "state"), False),)

    db.create_tables([Order])

    class Pacing(Model):
        name = TextField(primary_key=True)
        until = DateTimeField()

        class Meta:
            database = db
            table_name = "pacing"

    db.create_tables([Pacing])

    class Photo(Model):
        id = TextField(primary_key=True)
        account = TextField(index=True)
        state = TextField()
        file_id = BlobField(null=True)
        caption = BlobField(null=True)
        message_id = BigIntegerField()
        media = TextField(null=True)
        reason = TextField(null=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            table_name = "photo"

    db.create_tables([Photo])

    class SeenUpdate(Model):
        id = BigIntegerField(primary_key=True)
        at = DateTimeField(index=True)

        class Meta:
            database = db
            table_name = "seen_update"

    db.create_tables([SeenUpdate])

    class Work(Model):
        id = TextField(primary_key=True)
        kind = TextField()
        subject = TextField()
        account = TextField(index=True)
        state = TextField(default="due")
        due_at = DateTimeField()
        rung_at = DateTimeField(null=True)
        tries = IntegerField(default=0)
        crashes = IntegerField(default=0)
        fence = BigIntegerField(default=0)
        lease_until = DateTimeField(null=True)
        holder = TextField(null=True)
        reason = TextField(null=True)
        created_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "work"
            indexes = ((("subject", "kind"), False),)

    db.create_tables([Work])

    for statement in (*INDEXES, *(APPEND_ONLY_SQLITE if isinstance(db, SqliteDatabase) else APPEND_ONLY_POSTGRES)):
        db.execute_sql(statement)


def down(migrator, db):
    for table in TABLES:
        db.execute_sql(f"DROP TABLE {table}")
    if not isinstance(db, SqliteDatabase):
        db.execute_sql("DROP FUNCTION refuse_change()")
