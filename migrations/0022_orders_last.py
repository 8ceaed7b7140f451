"""The index of how long ago an order ended is of all orders, so that Postgres has statistics of it. Nothing names
it: the release before still runs."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX IF NOT EXISTS orders_last ON orders (COALESCE(ended_at, created_at))")
    db.execute_sql("DROP INDEX IF EXISTS orders_usage")


def down(migrator, db):
    db.execute_sql("CREATE INDEX orders_usage ON orders (COALESCE(ended_at, created_at)) WHERE price IS NOT NULL")
    db.execute_sql("DROP INDEX orders_last")
