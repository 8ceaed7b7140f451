"""What search engines and researchers ask for: robots.txt, a sitemap of every page, a security.txt that stays valid."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from policy.versions import VERSIONS
from web import site
from web.app import create_app
from web.site_languages import address
from web.site_layout import Layout
from wording.language import LANGUAGES
from workers.house import House

SITE = "http://127.0.0.1:1"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
NOW = datetime(2026, 11, 25, 12, 0)


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.strip().splitlines())


def test_robots_may_read_pages_but_no_downloads(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    closed = [f"Disallow: {path}" for path in ("/v/", "/zh-hant/v/", "/zh-hans/v/")]
    assert answer.text.splitlines() == ["User-agent: *", *closed, f"Sitemap: {SITE}/sitemap.xml"]


def test_the_sitemap_has_every_page_in_every_language_with_its_fellows(client: FlaskClient) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    tree = ElementTree.fromstring(answer.data)  # noqa: S314  our own
    listed = [url.findtext("s:loc", namespaces=NAMES) for url in tree.findall("s:url", NAMES)]
    paths = {"/", "/packs", "/privacy", "/privacy/versions", "/privacy/proofs", "/terms", "/refunds", "/safety"}
    paths |= {"/contact", "/receipts", "/report", *(f"/privacy/versions/{version.id}" for version in VERSIONS)}
    assert sorted(str(loc) for loc in listed) == sorted(
        SITE + address(tag, path) for tag in LANGUAGES for path in paths
    )
    for url in tree.findall("s:url", NAMES):
        fellows = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)}
        assert fellows.keys() == {*(lang for _, lang in LANGUAGES.values()), "x-default"}
        assert url.findtext("s:loc", namespaces=NAMES) in fellows.values()
        assert fellows["x-default"] == fellows["en"]
    assert {loc: client.get(str(loc)).status_code for loc in listed} == dict.fromkeys(listed, 200)


def test_security_txt_has_what_the_standard_asks_for(client: FlaskClient) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = fields(answer.text)
    assert said["Contact"] == "mailto:support@miomio.invalid"
    assert said["Canonical"] == f"{SITE}/.well-known/security.txt"
    assert said["Preferred-Languages"] == "en, zh"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said["Expires"])


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=400), timedelta(days=4000)])
def test_security_txt_never_runs_out_and_never_promises_a_year(house: House, later: timedelta) -> None:
    """A process may run for years."""
    time = NOW
    app = Flask(__name__)
    app.register_blueprint(site.blueprint(house, Layout(house.settings), now=lambda: time))
    client = app.test_client()
    client.get("/.well-known/security.txt")
    time += later
    expires = datetime.fromisoformat(fields(client.get("/.well-known/security.txt").text)["Expires"].rstrip("Z"))
    assert time + timedelta(days=30) < expires < time + timedelta(days=365)


def test_without_a_mail_address_the_contact_is_a_page(house: House) -> None:
    nobody = create_app(replace(house, settings=replace(house.settings, support_email=""))).test_client()
    assert fields(nobody.get("/.well-known/security.txt").text)["Contact"] == f"{SITE}/contact"
