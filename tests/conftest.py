"""Fixtures for everybody: a Postgres for the session, databases with the real schema, a clock to turn."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from config import Settings, load
from database import Clock, Database
from tests.databases import Server
from tests.order import Dealing, rank
from tests.parts import postgres

pytest_plugins = ("tests.proofs.plugin",)

# How long one example takes says nothing on a machine that others share.
settings.register_profile(
    "shared",
    parent=settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("shared")

# A database per test is made and dropped, and on a disk each of both waits for it: six times as long as in memory.
IN_MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes: Postgres keeps up to 1 GB of its log, and two runs may share the machine


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.get_closest_marker("alone") and "mark.alone" not in item.path.read_text():
        raise pytest.UsageError(f"{item.path}: `make test` looks for the words mark.alone to know which files to run")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Dealing | None:
    if config.option.dist != "loadfile":
        return None
    config.option.loadscopereorder = False  # the order is that of the collection: many short tests are not a long file
    return Dealing(config, log)


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
    where = str(IN_MEMORY) if _has_room(IN_MEMORY) else None
    with tempfile.TemporaryDirectory(prefix="miomio-postgres-", dir=where, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder)) as port:
            yield port


@pytest.fixture(scope="session")
def postgres_server(postgres_port: int) -> Iterator[Server]:
    with closing(Server(postgres_port)) as server:
        yield server


@pytest.fixture
def new_postgres(postgres_server: Server) -> Iterator[str]:
    """The address of an empty Postgres database, dropped afterwards."""
    with postgres_server.database() as address:
        yield address


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Server, clock_of_session: Clock) -> Iterator[str]:
    """The name of a Postgres database that the migrations were really applied to; made to be copied, never opened."""
    with postgres_server.database() as address:
        _migrate(address, clock_of_session)
        yield address.rpartition("/")[2]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, clock_of_session: Clock) -> Path:
    """The same as a file of SQLite."""
    path = tmp_path_factory.mktemp("migrated") / "test.db"
    _migrate(f"sqlite:///{path}", clock_of_session)
    return path


@pytest.fixture(scope="session")
def clock_of_session() -> TurnedClock:
    return TurnedClock()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Both databases, one after the other. The Postgres is migrated; for SQLite `database` brings the file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    server: Server = request.getfixturevalue("postgres_server")
    with server.database(template=request.getfixturevalue("migrated_postgres")) as address:
        yield address


@pytest.fixture
def database(database_url: str, clock: Clock, migrated_sqlite: Path) -> Iterator[Database]:
    """Migrated and empty, with the test's clock."""
    if database_url.startswith("sqlite:///"):
        shutil.copyfile(migrated_sqlite, database_url.removeprefix("sqlite:///"))
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()


def _has_room(folder: Path) -> bool:
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOM


def _migrate(address: str, clock: Clock) -> None:
    opened = Database(address, clock=clock)
    opened.migrate()
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
        "RECEIPT_KEY": f"test:{key}",
    }


@pytest.fixture
def make_settings(environ: dict[str, str], tmp_path: Path) -> Callable[..., Settings]:
    """Settings for this test; keyword arguments replace variables: make_settings(LEASE_SECONDS="1")."""

    def make(**changes: Any) -> Settings:
        local = {"STORE_PATH": str(tmp_path / "objects"), "DATABASE_URL": f"sqlite:///{tmp_path}/test.db"}
        return load({**environ, **local, **{name: str(value) for name, value in changes.items()}})

    return make
