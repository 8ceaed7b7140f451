"""The website on a house of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from config import Settings
from web.app import create_app
from workers.assembly import House, assemble


@pytest.fixture
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    opened = assemble(make_settings(), ring=lambda *_: None)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return create_app(house).test_client()
