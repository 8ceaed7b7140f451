"""Fixtures for everybody: a Postgres for the session, databases with the real schema, a clock to turn."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import Settings, load
from database import Clock, Database
from tests.parts import postgres


class TurnedClock:
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, 0, 0)

    def now(self) -> datetime:
        return self.time

    def turn(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    # A folder of its own: pytest's are closed to the user that Postgres runs as, and tidied up by other sessions.
    with tempfile.TemporaryDirectory(prefix="miomio-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder)) as port:
            yield port


@pytest.fixture
def new_postgres(postgres_port: int) -> Iterator[str]:
    """The address of an empty Postgres database, dropped afterwards."""
    name = "t" + os.urandom(6).hex()
    admin = f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield f"postgresql://postgres@127.0.0.1:{postgres_port}/{name}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both databases, one after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("new_postgres"))


@pytest.fixture
def database(database_url: str, clock: Clock) -> Iterator[Database]:
    """Migrated and empty, with the test's clock."""
    opened = Database(database_url, clock=clock)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """The smallest set of variables that a development process starts with; DATABASE_URL and the rest come on top."""
    key = base64.b64encode(bytes(range(32))).decode()
    return {
        "MIOMIO_ENV": "test",
        "DATABASE_URL": "sqlite:///unused.db",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "STORE_PATH": "unused",
        "TELEGRAM_TOKEN": "12345:demo",
        "TELEGRAM_API_URL": "http://127.0.0.1:1",
        "TELEGRAM_WEBHOOK_SECRET": "a-secret-for-the-tests",
        "GEMINI_API_KEY": "demo",
        "GEMINI_API_URL": "http://127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SUPPORT_EMAIL": "support@miomio.invalid",
        "INDEX_KEY": f"1:{key}",
        "MASTER_KEYS": f"m1:{key}",
    }


@pytest.fixture
def make_settings(environ: dict[str, str], tmp_path: Path) -> Callable[..., Settings]:
    """Settings for this test; keyword arguments replace variables: make_settings(LEASE_SECONDS="1")."""

    def make(**changes: Any) -> Settings:
        local = {"STORE_PATH": str(tmp_path / "objects"), "DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
        return load({**environ, **local, **{name: str(value) for name, value in changes.items()}})

    return make
