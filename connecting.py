"""How the database is reached: SQLite (WAL) in a file, or Postgres, whose connections both ends give up in silence."""

from __future__ import annotations

import select
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import peewee
from playhouse.pool import PooledPostgresqlDatabase, PooledSqliteDatabase

from silence import INSIDE

WAIT_FOR_CONNECTION = 20  # seconds; longer and the work is better tried again later
STANDING_STILL = INSIDE.seconds  # seconds between two statements of a transaction, which keeps rows from all others

# What the server is told of each connection. A machine that is cut off in the middle of a transaction would keep its
# rows locked for two hours: so long a server waits by itself before it asks whether anybody is there.
_TOLD = {
    "tcp_keepalives_idle": f"{INSIDE.idle}s",
    "tcp_keepalives_interval": f"{INSIDE.every}s",
    "tcp_keepalives_count": str(INSIDE.times),
    "tcp_user_timeout": f"{INSIDE.seconds}s",
    "idle_in_transaction_session_timeout": f"{STANDING_STILL}s",
}
# By statement, not at the start of the connection: what stands between us and the server may refuse its options there.
_TELL = f"SELECT {', '.join('set_config(%s, %s, false)' for _ in _TOLD)}"
_Plain: Any = peewee.PostgresqlDatabase  # its types do not describe what its pool does with it


class _Postgres(_Plain):  # type: ignore[misc]
    """Both ends of a connection give the other one up when it is silent."""

    def _connect(self) -> Any:
        connection = super()._connect()
        connection.execute(_TELL, [word for pair in _TOLD.items() for word in pair])
        return connection


class _PostgresPool(PooledPostgresqlDatabase, _Postgres):  # type: ignore[misc]  # playhouse carries no types
    """Asks a connection whether it lives only where something has come that nobody waits for: peewee asks each time."""

    def _is_closed(self, conn: Any) -> bool:
        if conn.closed or not _spoken_to(conn):
            return bool(conn.closed)
        if not super()._is_closed(conn):
            return False
        self.close_idle()  # the others are likely as dead, and asking each of them takes its time while everybody waits
        return True


def _spoken_to(conn: Any) -> bool:
    """Whether a line that lies idle has something to read: its end, a farewell of the server's, an error. That it is
    cut without a word would be told by no question either, but by the silence after it."""
    look = select.poll()
    look.register(conn.fileno(), select.POLLIN)
    return bool(look.poll(0))


def connect(url: str, pool: int) -> Any:
    """A pool for the database of this address; nothing is opened yet."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = Path(unquote(url.removeprefix("sqlite:///")))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return PooledSqliteDatabase(
            str(path),
            max_connections=pool,
            timeout=WAIT_FOR_CONNECTION,
            returning_clause=True,
            check_same_thread=False,
            pragmas={"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 20_000},
        )
    return _PostgresPool(
        parts.path.lstrip("/"),
        host=parts.hostname,
        port=parts.port or 5432,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        max_connections=pool,
        timeout=WAIT_FOR_CONNECTION,
        connect_timeout=5,
        keepalives_idle=INSIDE.idle,
        keepalives_interval=INSIDE.every,
        keepalives_count=INSIDE.times,
        tcp_user_timeout=INSIDE.seconds * 1000,
        **dict(parse_qsl(parts.query)),
    )
