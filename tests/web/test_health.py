"""Health says that the process lives, readiness which part is away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from custody.media import MediaVault
from custody.purpose import PurposeCheck
from models import ErasureMark
from ops.processes import Processes, answers, free_port, valkey_command
from vault.folder import FolderStore
from web.app import create_app
from workers.house import House

WELL = {"database": "ok", "store": "ok", "erasures": "ok"}


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    port, processes = free_port(), Processes(tmp_path / "logs")
    processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
    processes.wait_until("valkey", lambda: answers(port))
    yield f"redis://127.0.0.1:{port}/0"
    processes.stop()


def test_all_well(house: House, valkey: str) -> None:
    ready = replace(house, settings=replace(house.settings, redis_url=valkey))
    answer = create_app(ready).test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {**WELL, "bell": "ok"})


def test_without_redis_it_is_slower_but_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {**WELL, "bell": "away"})


def test_a_database_that_is_away_is_named(without_database: FlaskClient) -> None:
    answer = without_database.get("/readyz")
    assert answer.status_code == 503
    away = "database.unavailable"
    assert answer.get_json() == {"database": away, "store": "ok", "erasures": away, "bell": "away"}


def test_a_store_that_is_away_is_named(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    broken = replace(
        house, media=MediaVault(house.database, house.keys, FolderStore(folder), PurposeCheck(house.database))
    )
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_bytes(b"in the way of the folder")
    answer = create_app(broken).test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["store"]) == (503, "store.unavailable")


def test_a_database_that_lacks_erasures_gets_no_traffic(house: House, client: FlaskClient) -> None:
    with house.database.unit() as unit:
        ErasureMark.insert(id=ErasureMark.ERASURES, until=unit.now, undone=2).execute()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["erasures"]) == (503, "undone")


def test_the_process_answers_whatever_else_is_away(without_database: FlaskClient) -> None:
    answer = without_database.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
