"""A line whose other end is gone without a word is given up on both sides, before a lease ends."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from config import Settings
from connecting import STANDING_STILL
from database import Database
from errors import Temporary
from models import TABLES, Lease
from silence import INSIDE, OUTSIDE, Patience

linux = pytest.mark.skipif(sys.platform != "linux", reason="the options have other names there")


@pytest.fixture
def on_postgres(new_postgres: str) -> Iterator[Database]:
    opened = Database(new_postgres, pool=4)
    with opened.connection():
        opened.raw.create_tables([Lease])
    yield opened
    opened.close()


def option(line: socket.socket, level: int, name: int) -> int:
    return line.getsockopt(level, name)


def test_a_cut_is_known_within_a_lease() -> None:
    assert max(INSIDE.seconds, STANDING_STILL) < Settings().lease_seconds
    assert Patience(idle=10, every=5, times=4).seconds == 30


@linux
@pytest.mark.parametrize("patience", [INSIDE, OUTSIDE])
def test_a_socket_takes_every_option(patience: Patience) -> None:
    with socket.socket() as line:
        for level, name, value in patience.options():
            line.setsockopt(level, name, value)
        assert option(line, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert option(line, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == patience.idle
        assert option(line, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == patience.every
        assert option(line, socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == patience.times
        assert option(line, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == patience.seconds * 1000


@linux
def test_our_end_of_a_line_to_postgres_gives_up(on_postgres: Database) -> None:
    with on_postgres.connection():
        line = socket.socket(fileno=socket.dup(on_postgres.raw.connection().pgconn.socket))
        with line:
            for level, name, value in INSIDE.options():
                assert option(line, level, name) == value, name


def test_the_servers_end_gives_up_too(on_postgres: Database) -> None:
    with on_postgres.connection():
        told = {
            name: on_postgres.rows(f"SHOW {name}")[0][0]
            for name in ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
        }
    assert told == {
        "tcp_keepalives_idle": str(INSIDE.idle),
        "tcp_keepalives_interval": str(INSIDE.every),
        "tcp_keepalives_count": str(INSIDE.times),
        "tcp_user_timeout": str(INSIDE.seconds * 1000),
    }


def test_who_stands_still_in_a_transaction_lets_go_of_its_rows(on_postgres: Database, new_postgres: str) -> None:
    """As one that was cut off in the middle of it. The time is shortened; that it is set is seen beside."""
    with on_postgres.connection():
        assert on_postgres.rows("SHOW idle_in_transaction_session_timeout") == [(f"{STANDING_STILL}s",)]
    later = on_postgres.clock.now() + timedelta(seconds=60)
    with on_postgres.connection():
        Lease.insert(name="one", holder="nobody", until=later, next_at=later).execute()
    other = Database(new_postgres, pool=1)
    on_postgres.raw.bind(TABLES)
    with pytest.raises(Temporary, match=r"^database\.unavailable"), on_postgres.unit():
        Lease.update(holder="cut off").where(Lease.name == "one").execute()
        on_postgres.rows("SET LOCAL idle_in_transaction_session_timeout = '200ms'")
        other.raw.bind(TABLES)
        with other.unit():  # waits for the row, and gets it
            Lease.update(holder="other").where(Lease.name == "one").execute()
        on_postgres.rows("SELECT 1")
    with other.connection():
        assert [row.holder for row in Lease.select()] == ["other"]
    other.close()


def test_when_one_is_found_dead_no_other_idle_one_is_asked(on_postgres: Database, new_postgres: str) -> None:
    """Each would be asked under the pool's lock, for as long as a silent line takes, while all wait."""
    raw = on_postgres.raw
    lines = [raw._connect() for _ in range(3)]
    for line in lines:
        raw._close(line)
    with psycopg.connect(new_postgres, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (lines[0].info.backend_pid,))
    with on_postgres.connection():
        assert on_postgres.rows("SELECT 1") == [(1,)]
        assert [line.closed for line in lines] == [True] * 3
