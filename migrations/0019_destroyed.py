"""An index for the figures of the page of proofs. Only adds, so that the release before still runs."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX work_destroying ON work (ended_at) WHERE kind = 'destroy'")


def down(migrator, db):
    db.execute_sql("DROP INDEX work_destroying")
