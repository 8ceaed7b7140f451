"""A cable is really pulled: whoever waits on the line is free again in time, and so is what it had locked."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from connecting import STANDING_STILL
from database import Database
from deploy.cluster.network import Network
from deploy.cluster.plan import DATA, INTERNET, OFFICE, POSTGRES, Machine
from errors import Temporary
from ops.postgres import Postgres
from providers.http import Origin, Outbound, Timeout
from silence import INSIDE, OUTSIDE
from tests.deploy.namespaces import needs_machines

pytestmark = needs_machines

ADDRESS = f"postgresql://postgres@{DATA.address}:{POSTGRES}/postgres"
SILENT = 7000
BUSY = 60.0  # seconds that a busy machine may add
FOREVER = 170.0


class Scene:
    """Acts on machines of their own, each in a thread; how long each took, and what it raised."""

    def __init__(self, lan: Network) -> None:
        self.lan = lan
        self.cut = threading.Event()
        self.ready = threading.Semaphore(0)
        self.took: dict[str, float] = {}
        self.raised: dict[str, str] = {}
        self._threads: list[threading.Thread] = []

    def play(self, name: str, machine: Machine, act: Callable[[], None]) -> None:
        """Returns when it has come to where the cable is to be out."""

        def run() -> None:
            self.lan.enter(machine)
            try:
                act()
            except Temporary as error:
                self.raised[name] = error.code
            self.took[name] = time.monotonic() - self.began

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()
        assert self.ready.acquire(timeout=60)

    def is_cut(self) -> None:
        """What an act calls when it has come so far; returns when the cable is out."""
        self.ready.release()
        self.cut.wait(60)

    def pull(self, machine: Machine) -> None:
        self.lan.cut(machine)
        self.began = time.monotonic()
        self.cut.set()
        for thread in self._threads:
            thread.join(FOREVER)


@contextmanager
def postgres_at(lan: Network, folder: Path) -> Iterator[None]:
    folder.chmod(0o755)
    server = Postgres(folder, options=("-c", f"listen_addresses=127.0.0.1,{DATA.address}"))
    server.port = POSTGRES
    with lan.at(DATA):
        server.create()
        with (folder / "data" / "pg_hba.conf").open("a") as doors:
            doors.write("host all all 10.0.0.0/8 trust\n")
        server.start()
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{POSTGRES}/postgres", autocommit=True) as admin:
            admin.execute("CREATE TABLE row AS SELECT 0 AS value")
    try:
        yield
    finally:
        server.kill()


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The office is cut off in the middle of a transaction, of a question and of waiting for a provider's answer."""
    lan = Network((DATA, OFFICE, INTERNET))
    lan.open()
    # Postgres runs as somebody else, whom pytest's own folders are closed to.
    with tempfile.TemporaryDirectory(prefix="miomio-cut-", ignore_cleanup_errors=True) as folder, closing(lan):
        with postgres_at(lan, Path(folder)), listening(lan):
            played = Scene(lan)
            played.play("row", INTERNET, lambda: wants_the_row(played))
            played.play("answer", OFFICE, lambda: waits_for_an_answer(played))
            played.play("statement", OFFICE, lambda: in_a_transaction(played))  # it stands still from here on
            played.pull(OFFICE)
        yield played


@contextmanager
def listening(lan: Network) -> Iterator[None]:
    """A provider that takes a question and works on it, for as long as anybody likes."""
    with lan.at(DATA):
        provider = socket.create_server((DATA.address, SILENT), backlog=64)
    with provider:
        yield


def in_a_transaction(scene: Scene) -> None:
    database = Database(ADDRESS, pool=1)
    try:
        with database.unit():
            database.rows("UPDATE row SET value = 1")
            scene.is_cut()
            database.rows("UPDATE row SET value = 2")
    finally:
        database.close()


def wants_the_row(scene: Scene) -> None:
    database = Database(ADDRESS, pool=1)
    with database.connection():
        scene.is_cut()
        database.rows("UPDATE row SET value = 3")
    database.close()


def waits_for_an_answer(scene: Scene) -> None:
    address = f"http://{DATA.address}:{SILENT}"
    outbound = Outbound({Origin.of(address)})
    with socket.create_connection((DATA.address, SILENT), 30):
        pass  # it is there
    sending = threading.Timer(1.0, scene.is_cut)  # the question has been sent by then
    sending.start()
    outbound.request("GET", f"{address}/", timeout=Timeout(read=FOREVER))


def test_whoever_asks_the_database_is_free_within_a_lease(scene: Scene) -> None:
    assert scene.raised["statement"] == "database.unavailable"
    assert scene.took["statement"] < INSIDE.seconds + BUSY


def test_what_it_had_locked_is_free_for_the_others(scene: Scene) -> None:
    assert "row" not in scene.raised
    assert 1.0 < scene.took["row"] < STANDING_STILL + BUSY


def test_an_answer_that_can_never_come_is_not_waited_for(scene: Scene) -> None:
    """Though a picture may take two minutes."""
    assert scene.raised["answer"] in ("http.timeout", "http.unreachable")
    assert scene.took["answer"] < OUTSIDE.seconds + BUSY
