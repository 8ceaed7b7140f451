"""The pages: strict headers, no cookie, no script, and the whole register on the privacy page."""

from __future__ import annotations

import html
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from flask.testing import FlaskClient

from billing.prices import PACKS, PICTURE, PRICES, TRIAL_CREDITS
from generation.orders import PROVIDER, VIDEO_PROVIDER
from generation.slots import VideoSlots
from policy.recipients import RECIPIENTS
from web.app import create_app
from web.headers import HEADERS, WITH_OWN_FORMS
from web.site import PATHS
from web.site_languages import PREFIXES, address
from web.site_layout import STYLE
from wording.policy import document, facts
from wording.policy_tables import Table
from workers.house import House

PAGES = [address(tag, path) for tag in PREFIXES for path in PATHS]
OTHERS = ("/healthz", "/readyz", "/no-such-page", "/telegram/webhook", "/robots.txt", "/static/icon.svg")
WITH_A_FORM = ("/privacy/versions", "/receipts", "/report")
STYLESHEET = STYLE


@pytest.mark.parametrize("path", [*PAGES, *OTHERS, STYLESHEET])
def test_every_answer_has_the_strict_headers_and_no_cookie(pages: FlaskClient, path: str) -> None:
    answer = pages.get(path)
    form = {"Content-Security-Policy": WITH_OWN_FORMS} if path.endswith(WITH_A_FORM) else {}
    assert {name: answer.headers.get(name) for name in HEADERS} == {**HEADERS, **form}
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_no_script_and_nothing_from_elsewhere(pages: FlaskClient, path: str) -> None:
    page = pages.get(path).get_data(as_text=True).lower()
    assert "</html>" in page
    active = ("<script", "javascript:", "onclick=", "onload=", "<iframe", "style=", "<form")
    allowed = {"<form"} if path.endswith(WITH_A_FORM) else set()
    assert {word for word in active if word in page} == allowed
    assert [part for part in ('src="http', "src='http", "url(http", "@import", 'src="//') if part in page] == []


def test_the_policy_of_the_headers_allows_no_script(pages: FlaskClient) -> None:
    policy = pages.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def with_videos(house: House) -> House:
    return replace(house, settings=replace(house.settings, kling_api_key="a key"))


def test_the_privacy_page_shows_every_word_of_the_policy(house: House) -> None:
    client = create_app(with_videos(house)).test_client()
    page = html.unescape(client.get("/privacy").get_data(as_text=True))
    policy = document(str, facts(with_videos(house).settings))
    told = [policy.title, policy.version, policy.digest, policy.published.isoformat(), policy.effective.isoformat()]
    for section in policy.sections:
        told.append(section.title)
        for part in section.parts:
            told += [part.caption, *part.head, *chain(*part.rows)] if isinstance(part, Table) else [part.text]
    assert len(policy.sections) == 14
    assert [sentence for sentence in told if sentence not in page] == []


@pytest.mark.proves("P4.2")
def test_a_provider_that_is_not_configured_is_not_named(pages: FlaskClient) -> None:
    page = html.unescape(pages.get("/privacy").get_data(as_text=True))
    assert RECIPIENTS["gemini"].name in page
    assert RECIPIENTS["kling"].name not in page


def test_the_pages_show_who_answers_for_them_and_only_as_text(house: House) -> None:
    named: dict[str, Any] = {
        "controller_name": "<b>Mio</b> & Mio Ltd",
        "controller_address": "1 Example Road, Hong Kong",
        "support_email": "help@miomio.invalid",
        "data_location": "Singapore",
    }
    page = create_app(replace(house, settings=replace(house.settings, **named))).test_client().get("/privacy")
    text = page.get_data(as_text=True)
    assert [value for value in named.values() if value not in html.unescape(text)] == []
    assert "<b>Mio</b>" not in text


def test_the_front_page_names_price_trial_provider_and_how_many_styles(house: House, pages: FlaskClient) -> None:
    page = html.unescape(pages.get("/").get_data(as_text=True))
    assert f"<dt>Picture</dt><dd>{PRICES[PICTURE]} credit</dd>" in page
    assert f"{TRIAL_CREDITS} credits free" in page
    assert RECIPIENTS[PROVIDER].name in page
    assert f"{len(house.catalogue)} styles" in page


def test_the_front_page_shows_every_pack_with_credits_and_stars(pages: FlaskClient) -> None:
    page = html.unescape(pages.get("/").get_data(as_text=True))
    shown = [(p.name in page, f"{p.credits} credits" in page, f"{p.stars} Stars" in page) for p in PACKS.values()]
    assert shown == [(True, True, True)] * len(PACKS)
    assert "within 14 days" in page


def test_the_front_page_speaks_of_videos_only_where_there_are_videos(house: House, pages: FlaskClient) -> None:
    assert "video" not in pages.get("/").get_data(as_text=True).lower()
    slots = VideoSlots(database=house.database, desk=house.desk, traffic=house.traffic, slots=1, models=("m",))
    page = create_app(replace(house, slots=slots)).test_client().get("/").get_data(as_text=True)
    said = [f"<dt>Video of {s} s</dt><dd>{PRICES[f'video_{s}']} credits</dd>" for s in (5, 10)]
    assert [sentence for sentence in said if sentence not in page] == []
    assert f"{len(house.motions)} motions" in page
    assert html.escape(RECIPIENTS[VIDEO_PROVIDER].name) in page


@pytest.mark.parametrize("path", PAGES)
def test_pages_may_be_kept_for_a_few_minutes(pages: FlaskClient, path: str) -> None:
    kept_for = 60 if path.endswith("/proofs") else 300
    assert pages.get(path).headers["Cache-Control"] == f"public, max-age={kept_for}"
