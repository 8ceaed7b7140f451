"""What every answer of the site obeys: how much is read, what is told of a failure, and what is only written down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from flask.testing import FlaskClient

from database import Unit
from generation.links import PATH as DOWNLOADS
from generation.links import Links
from tests.web.test_site import STYLESHEET
from tests.web.test_webhook import SECRET, START
from web.app import create_app
from web.webhook import PATH
from workers.house import House


class Broken:
    """Addresses of files with a mistake in them."""

    def find(self, unit: Unit, token: str) -> None:
        raise RuntimeError("what a person must not read")


@pytest.fixture
def broken(house: House) -> FlaskClient:
    return create_app(replace(house, links=cast(Links, Broken()))).test_client()


def test_a_mistake_of_ours_is_written_down_and_not_shown(
    broken: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = broken.get(f"{DOWNLOADS}{'a' * 43}")
    assert answer.status_code == 500
    assert "must not read" not in answer.get_data(as_text=True)
    assert "request.broken" in "".join(capsys.readouterr())


def test_what_is_away_is_written_down_with_its_code(
    without_database: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    without_database.post(PATH, json=START, headers=SECRET)
    written = "".join(capsys.readouterr())
    assert "request.later" in written
    assert "database.unavailable" in written


def test_half_a_megabyte_is_not_too_large(client: FlaskClient) -> None:
    update: dict[str, Any] = {**START, "padding": "x" * (1 << 19)}
    assert client.post(PATH, json=update, headers=SECRET).status_code == 200


def test_static_files_may_be_kept_for_a_while_and_are_for_our_pages_only(client: FlaskClient) -> None:
    for path in (STYLESHEET, "/static/icon.svg", "/static/previews/neon.jpg"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert int(answer.headers["Cache-Control"].partition("max-age=")[2].partition(",")[0]) >= 86_400
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.proves("P7.2")
def test_https_is_asked_for_at_least_a_year_and_only_by_a_public_site(house: House, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    public = replace(house, settings=replace(house.settings, public_url="https://miomio.invalid"))
    for path in ("/", STYLESHEET, "/static/icon.svg", "/no-such-page"):
        told = create_app(public).test_client().get(path).headers["Strict-Transport-Security"]
        assert int(told.partition("max-age=")[2].partition(";")[0]) >= 365 * 86_400
