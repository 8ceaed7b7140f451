"""Failures as pages, in the language of the address; to machines a line."""

from __future__ import annotations

import pytest
from flask import Response, abort
from flask.testing import FlaskClient

from errors import Temporary
from tests.web.test_webhook import SECRET, START
from web.app import create_app
from web.headers import HEADERS
from web.site_errors import PAGES
from web.site_languages import PREFIXES, address
from web.webhook import PATH as WEBHOOK
from wording.language import LANGUAGES, translate
from workers.house import House

SECRET_WORDS = "what a person must not read"


@pytest.fixture
def failing(house: House) -> FlaskClient:
    """The site with one address for each failure."""
    app = create_app(house)

    def fail(code: str) -> Response:
        if code == "away":
            raise Temporary("database.unavailable")
        if code == "mistake":
            raise RuntimeError(SECRET_WORDS)
        abort(int(code))

    for tag in PREFIXES:
        app.add_url_rule(address(tag, "/fail/<code>"), f"fail {tag}", fail, methods=["GET"])
    return app.test_client()


@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize(
    ("fails", "code"),
    [
        ("404", 404),
        ("429", 429),
        ("500", 500),
        ("503", 503),
        ("400", 400),
        ("413", 413),
        ("away", 503),
        ("mistake", 500),
    ],
)
def test_a_failure_is_a_page_in_the_language_of_the_address(
    failing: FlaskClient, tag: str, fails: str, code: int
) -> None:
    answer = failing.get(address(tag, f"/fail/{fails}"))
    _ = translate(tag)
    assert answer.status_code == code
    assert f'<html lang="{LANGUAGES[tag][1]}">' in answer.text
    assert [said for said in map(_, PAGES[code]) if said not in answer.text] == []
    assert SECRET_WORDS not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert '<meta name="robots" content="noindex">' in answer.text
    assert 'rel="canonical"' not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("tag", PREFIXES)
def test_what_cannot_be_done_to_a_page_says_what_can(client: FlaskClient, tag: str) -> None:
    answer = client.post(address(tag, "/privacy"))
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= {verb.strip() for verb in answer.headers["Allow"].split(",")}
    assert translate(tag)(PAGES[405][0]) in answer.text


@pytest.mark.parametrize("code", ["403", "410", "418", "501", "502"])
def test_other_failures_keep_their_number_and_get_a_page(failing: FlaskClient, code: str) -> None:
    answer = failing.get(f"/fail/{code}")
    assert answer.status_code == int(code)
    assert "</html>" in answer.text


def test_who_is_to_come_again_is_told_when(failing: FlaskClient) -> None:
    assert int(failing.get("/fail/away").headers["Retry-After"]) > 0


def test_machines_get_a_line(client: FlaskClient, without_database: FlaskClient) -> None:
    refused, later = (
        client.post(WEBHOOK, data=b"{", headers=SECRET),
        without_database.post(WEBHOOK, json=START, headers=SECRET),
    )
    assert (refused.status_code, later.status_code) == (400, 503)
    for answer in (refused, later):
        assert answer.mimetype == "text/plain"
        assert len(answer.data) < 40


@pytest.mark.parametrize(
    "path", ["/zh-hant/nothing", "/zh-hans/nothing/at/all", "/%00", "/zh-hant/%F0", "//", "/zh-hant//", "/a" * 500]
)
def test_odd_addresses_are_not_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (308, 404)
    if answer.status_code == 308:
        assert answer.headers["Location"].startswith(("http://localhost/", "/"))
