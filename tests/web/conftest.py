"""The website on a house that is built once; its settings and its database are exchanged where a test wants others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from config import load
from database import Database
from models import TABLES
from web.app import create_app
from workers.assembly import assemble
from workers.house import House


@pytest.fixture(scope="session")
def built_for_web(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Assembled and migrated once: that takes longer than most tests."""
    folder = tmp_path_factory.mktemp("web")
    local = {"STORE_PATH": str(folder / "objects"), "DATABASE_URL": f"sqlite:///{folder}/test.db"}
    opened = assemble(load({**environ, **local}), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def house(built_for_web: House) -> House:
    built_for_web.database.raw.bind(TABLES)
    with built_for_web.database.unit():
        for model in TABLES:
            model.delete().execute()
    return built_for_web


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()


@pytest.fixture(scope="session")
def site_of_session(built_for_web: House) -> FlaskClient:
    return create_app(built_for_web).test_client()


@pytest.fixture
def pages(house: House, site_of_session: FlaskClient) -> FlaskClient:
    """One site for many tests, for those that only read pages: each is made once, as in the running service."""
    return site_of_session


@pytest.fixture
def without_database(house: House) -> Iterator[FlaskClient]:
    """The site when nothing listens where the database should."""
    away = Database("postgresql://u@127.0.0.1:1/none", clock=house.database.clock)
    yield create_app(replace(house, database=away)).test_client()
    away.close()
    house.database.raw.bind(TABLES)
