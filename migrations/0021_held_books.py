"""An index of who has something on hold, for the look after holds that nobody ended. Only adds, so that the release
before still runs."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX IF NOT EXISTS ledgeraccount_held ON ledger_account (owner) WHERE kind = 'hold' AND balance > 0"
    )


def down(migrator, db):
    db.execute_sql("DROP INDEX ledgeraccount_held")
