"""Health says that the process lives, readiness which part is away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from config import Settings
from ops.processes import Processes, answers, free_port, valkey_command
from web.app import create_app
from workers.assembly import House, assemble


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    port, processes = free_port(), Processes(tmp_path / "logs")
    processes.start("valkey", valkey_command(port, tmp_path / "valkey"), {})
    processes.wait_until("valkey", lambda: answers(port))
    yield f"redis://127.0.0.1:{port}/0"
    processes.stop()


def ask(make_settings: Callable[..., Settings], **changes: str) -> tuple[int, dict[str, str]]:
    house = assemble(make_settings(**changes), ring=lambda *_: None)
    answer = create_app(house).test_client().get("/readyz")
    house.close()
    return answer.status_code, answer.get_json()


def test_all_well(make_settings: Callable[..., Settings], valkey: str) -> None:
    assert ask(make_settings, REDIS_URL=valkey) == (200, {"database": "ok", "store": "ok", "bell": "ok"})


def test_without_redis_it_is_slower_but_ready(make_settings: Callable[..., Settings]) -> None:
    assert ask(make_settings) == (200, {"database": "ok", "store": "ok", "bell": "away"})


def test_a_database_that_is_away_is_named(make_settings: Callable[..., Settings]) -> None:
    status, parts = ask(make_settings, DATABASE_URL="postgresql://u@127.0.0.1:1/none")
    assert (status, parts["database"], parts["store"]) == (503, "database.unavailable", "ok")


def test_a_store_that_is_away_is_named(house: House, client: FlaskClient) -> None:
    folder = Path(house.settings.store_path)
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_bytes(b"in the way of the folder")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["store"]) == (503, "store.unavailable")


def test_the_process_answers_whatever_else_is_away(make_settings: Callable[..., Settings]) -> None:
    away = assemble(make_settings(DATABASE_URL="postgresql://u@127.0.0.1:1/none"), ring=lambda *_: None)
    answer = create_app(away).test_client().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
    away.close()
