"""The pages: strict headers, no cookie, no script, and the whole register on the privacy page."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.versions import CURRENT
from web.app import HEADERS, create_app
from web.site import STATIC
from workers.assembly import House

PAGES = ("/", "/privacy")
STYLESHEET = next(f"/static/{p.relative_to(STATIC)}" for p in sorted(Path(STATIC).rglob("*.css")))


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/readyz", "/no-such-page", "/telegram/webhook", STYLESHEET])
def test_every_answer_has_the_strict_headers_and_no_cookie(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_script_and_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True).lower()
    assert "</html>" in page
    assert [
        word for word in ("<script", "javascript:", "onclick=", "onload=", "<iframe", "<form") if word in page
    ] == []
    assert [part for part in ('src="http', "src='http", "url(http", "@import", 'src="//') if part in page] == []


def test_the_policy_of_the_headers_allows_no_script(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_the_privacy_page_shows_the_whole_register(client: FlaskClient) -> None:
    page = html.unescape(client.get("/privacy").get_data(as_text=True))
    told = [
        *((c.name, c.data, c.source, c.retention.words) for c in CATEGORIES.values()),
        *((p.name, p.basis) for p in PURPOSES.values()),
        *((r.name, r.country, r.receives, r.keeps_words) for r in RECIPIENTS.values()),
        (CURRENT.id,),
    ]
    assert [sentence for row in told for sentence in row if sentence not in page] == []


def test_a_public_site_asks_for_https_from_then_on(house: House) -> None:
    public = replace(house, settings=replace(house.settings, public_url="https://miomio.invalid"))
    answer = create_app(public).test_client().get("/")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
