"""What the pages say is what the program does: its prices, its periods, its addresses, its pictures."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient

from billing.prices import PACKS, PRICES, TRIAL_CREDITS
from generation.slots import VideoSlots
from policy.limits import REFUND_WITHIN
from policy.rights import PCPD_HOTLINE, PCPD_SITE
from web.app import create_app
from web.site_languages import PREFIXES, address
from web.site_layout import STATIC
from wording.language import translate
from wording.money import amount, kind
from workers.house import House

FACTS: dict[str, Any] = {
    "controller_name": "Miomio & Daughters",
    "controller_address": "1 Nathan Road, Kowloon",
    "support_email": "help@miomio.invalid",
    "kling_api_key": "a key",
}


@pytest.fixture(scope="module")
def told(built_for_web: House) -> FlaskClient:
    house = built_for_web
    slots = VideoSlots(database=house.database, desk=house.desk, traffic=house.traffic, slots=1, models=("m",))
    return create_app(replace(house, slots=slots, settings=replace(house.settings, **FACTS))).test_client()


def words(pages: FlaskClient, tag: str, path: str) -> str:
    """What a person reads of the page's own part."""
    page = pages.get(address(tag, path)).text
    return html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))


@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize("path", ["/", "/packs"])
def test_packs_and_prices_are_those_that_are_charged(told: FlaskClient, tag: str, path: str) -> None:
    page, _ = words(told, tag, path), translate(tag)
    for pack in PACKS.values():
        assert [part for part in (_(pack.name), amount(_, pack.credits), str(pack.stars)) if part not in page] == []
    picture = {"picture": PRICES["picture"]}
    assert [
        what for what, credits in picture.items() if not (kind(_, what) in page and amount(_, credits) in page)
    ] == []
    assert amount(_, TRIAL_CREDITS) in page


@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize("path", ["/", "/packs", "/refunds"])
def test_the_time_to_give_a_pack_back_is_the_one_that_holds(told: FlaskClient, tag: str, path: str) -> None:
    assert re.search(rf"(?<!\d){REFUND_WITHIN.days}(?!\d)", words(told, tag, path))


@pytest.mark.proves("P9.5", "P14.1")
@pytest.mark.parametrize("tag", PREFIXES)
def test_the_contact_page_names_us_and_who_hears_complaints(told: FlaskClient, tag: str) -> None:
    page = words(told, tag, "/contact")
    ours = [FACTS[name] for name in ("controller_name", "controller_address", "support_email")]
    assert [part for part in (*ours, PCPD_SITE, PCPD_HOTLINE) if part not in page] == []
    source = told.get(address(tag, "/contact")).text
    assert f'href="https://{PCPD_SITE}"' in source
    assert f'href="tel:{PCPD_HOTLINE.replace(" ", "")}"' in source
    assert 'href="/.well-known/security.txt"' in source


@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize("path", ["/safety", "/refunds", "/terms", "/contact"])
def test_whoever_is_in_need_finds_whom_to_write_to(told: FlaskClient, tag: str, path: str) -> None:
    assert FACTS["support_email"] in words(told, tag, path)


@pytest.mark.parametrize("tag", PREFIXES)
def test_the_safety_page_speaks_of_all_that_it_must(told: FlaskClient, tag: str) -> None:
    source = told.get(address(tag, "/safety")).text
    parts = ("report", "refused", "labels", "minors", "people")
    assert [part for part in parts if f'<section id="{part}">' not in source] == []


@pytest.mark.parametrize("tag", PREFIXES)
def test_the_terms_name_the_age_the_law_and_who_offers_it(told: FlaskClient, tag: str) -> None:
    page = words(told, tag, "/terms")
    assert [part for part in ("18", FACTS["controller_name"], FACTS["controller_address"]) if part not in page] == []
    assert translate(tag)("Law") in page
    assert ("Hong Kong" if tag == "en" else "香港") in page


@pytest.mark.parametrize("tag", PREFIXES)
def test_every_picture_is_there_with_its_size_and_all_but_the_first_two_come_later(
    pages: FlaskClient, tag: str
) -> None:
    pictures = re.findall(r"<img ([^>]+)>", pages.get(address(tag, "/")).text)
    described = [dict(re.findall(r'([\w-]+)="([^"]*)"', picture)) for picture in pictures]
    assert len(described) > 9
    for picture in described:
        assert {"src", "width", "height", "alt"} <= picture.keys()
        assert pages.get(picture["src"]).status_code == 200
        assert (STATIC.parent / picture["src"].lstrip("/")).stat().st_size < 32_000
    assert [picture.get("loading") for picture in described] == [None, None] + ["lazy"] * (len(described) - 2)


@pytest.mark.parametrize("tag", PREFIXES)
def test_what_was_drawn_by_a_stand_in_is_called_an_illustration(pages: FlaskClient, tag: str) -> None:
    assert translate(tag)("Illustrations of the styles, made from sample photos.") in words(pages, tag, "/")


@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize("path", ["/", "/packs", "/terms", "/refunds", "/safety", "/contact", "/privacy/versions"])
def test_a_page_has_one_heading_above_all_others_and_skips_none(pages: FlaskClient, tag: str, path: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", pages.get(address(tag, path)).text)]
    assert Counter(levels)[1] == 1
    assert levels[0] == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []
