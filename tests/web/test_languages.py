"""A page's language is its address: each page in each, told apart by what it says of itself, and by nothing else."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from web.site import PATHS
from web.site_languages import PREFIXES, address, split
from wording.language import LANGUAGES

EVERY = [(tag, path) for tag in LANGUAGES for path in PATHS]
SITE = "http://127.0.0.1:1"


def alternates(page: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))


@pytest.mark.parametrize(("tag", "path"), EVERY)
def test_a_page_says_its_language_and_where_its_fellows_are(pages: FlaskClient, tag: str, path: str) -> None:
    answer = pages.get(address(tag, path))
    page = answer.text
    assert answer.status_code == 200
    assert f'<html lang="{LANGUAGES[tag][1]}">' in page
    assert f'<link rel="canonical" href="{SITE}{address(tag, path)}">' in page
    fellows = {lang: f"{SITE}{address(other, path)}" for other, (_, lang) in LANGUAGES.items()}
    assert alternates(page) == {**fellows, "x-default": f"{SITE}{path}"}


@pytest.mark.parametrize(("tag", "path"), EVERY)
def test_the_switch_keeps_the_page_and_every_other_link_the_language(pages: FlaskClient, tag: str, path: str) -> None:
    page = pages.get(address(tag, path)).text
    switches = dict(re.findall(r'<li><a href="([^"]+)" lang="([^"]+)" hreflang', page))
    assert switches == {address(other, path): lang for other, (_, lang) in LANGUAGES.items()}
    rest = re.sub(r'<nav class="languages".*?</nav>', "", page, flags=re.DOTALL)
    links = [to for to in re.findall(r'<a [^>]*href="(/[^"]*)"', rest) if not to.endswith((".json", ".txt"))]
    assert len(links) > 8
    assert {split(to)[0] for to in links} == {tag}


@pytest.mark.parametrize(("tag", "path"), EVERY)
def test_every_link_to_a_page_leads_to_one(pages: FlaskClient, tag: str, path: str) -> None:
    page = pages.get(address(tag, path)).text
    found = {to.partition("#")[0] for to in re.findall(r'href="(/[^"]*)"', page)}
    assert {to: pages.get(to).status_code for to in found} == dict.fromkeys(found, 200)
    anchors = [to.partition("#")[2] for to in re.findall(r'href="(#[^"]+)"', page)]
    assert [name for name in anchors if f'id="{name}"' not in page] == []


@pytest.mark.parametrize("path", ["/", "/terms"])
def test_neither_header_nor_cookie_chooses_the_language(pages: FlaskClient, path: str) -> None:
    visitor = pages.application.test_client()
    visitor.set_cookie("lang", "zh-hant")
    asked = visitor.get(path, headers={"Accept-Language": "zh-HK,zh;q=0.9"})
    assert '<html lang="en">' in asked.text
    assert "Accept-Language" not in asked.headers.get("Vary", "")


def test_the_chinese_pages_are_chinese(pages: FlaskClient) -> None:
    for tag in PREFIXES:
        words = re.sub(r"<[^>]+>", "", pages.get(address(tag, "/terms")).text.partition("<main")[2])
        han = len(re.findall(r"[\u4e00-\u9fff]", words))
        assert (han > 300) == (tag != "en"), tag


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/", ("en", "/")),
        ("/privacy", ("en", "/privacy")),
        ("/zh-hant/", ("zh-hant", "/")),
        ("/zh-hant", ("zh-hant", "/")),
        ("/zh-hans/privacy/versions", ("zh-hans", "/privacy/versions")),
        ("/zh-hantx/privacy", ("en", "/zh-hantx/privacy")),
        ("/en/privacy", ("en", "/en/privacy")),
        ("", ("en", "")),
    ],
)
def test_an_address_names_its_language_first(given: str, expected: tuple[str, str]) -> None:
    assert split(given) == expected


def test_a_language_without_its_slash_is_sent_to_its_front_page(pages: FlaskClient) -> None:
    answer = pages.get("/zh-hant?x=1", headers={"Host": "somebody.invalid"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/zh-hant/?x=1", "whatever host was asked for, and never by plain http"
    assert "somebody.invalid" not in answer.text
