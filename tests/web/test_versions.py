"""Every published version can be read and any two compared, in every language, to the byte where somebody checks."""

from __future__ import annotations

import hashlib
import html
import itertools
import re

import pytest
from flask.testing import FlaskClient

from policy.versions import CURRENT, VERSIONS, Version
from web.site_languages import PREFIXES, address
from web.site_versions import PATH, difference
from wording.changes import compare
from wording.language import translate
from wording.policy import facts
from workers.house import House

IDS = [version.id for version in VERSIONS]
FILLED = re.compile(r"\{(?:controller|address|email|location)\}")
PAIRS = list(itertools.combinations(IDS, 2))


def read(pages: FlaskClient, where: str) -> str:
    answer = pages.get(where)
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize("tag", PREFIXES)
def test_the_list_has_every_version_with_its_dates_and_its_digest(pages: FlaskClient, tag: str) -> None:
    page = read(pages, address(tag, PATH))
    for version in VERSIONS:
        said = (version.published.isoformat(), version.effective.isoformat(), version.fingerprint)
        assert [part for part in said if part not in page] == []
        assert f'href="{address(tag, PATH)}/{version.id}"' in page


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize("version", VERSIONS, ids=IDS)
def test_a_version_reads_as_it_was_published(pages: FlaskClient, version: Version) -> None:
    published = pages.get(f"{PATH}/{version.id}.json")
    assert published.mimetype == "application/json"
    assert hashlib.sha256(published.data).hexdigest() == version.fingerprint
    page = read(pages, f"{PATH}/{version.id}")
    told = [version.fingerprint]
    for section in published.get_json()["sections"]:
        told.append(section["title"])
        for part in section["parts"]:
            told += [part["text"]] if "text" in part else [cell for row in part["rows"] for cell in row]
    assert [said for said in told if FILLED.sub("", said) == said and said not in page] == []
    assert FILLED.findall(page) == [], "what the settings say stands in its place"
    assert "support@miomio.invalid" in page


@pytest.mark.parametrize("tag", [tag for tag in PREFIXES if tag != "en"])
def test_an_earlier_version_says_that_it_is_english(pages: FlaskClient, tag: str) -> None:
    assert '<div lang="en">' in read(pages, address(tag, f"{PATH}/{IDS[0]}"))
    assert '<div lang="en">' not in read(pages, address(tag, f"{PATH}/{CURRENT.id}"))


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize(("older", "newer"), PAIRS)
def test_two_versions_are_compared_in_words_with_the_day_it_takes_effect(
    house: House, pages: FlaskClient, tag: str, older: str, newer: str
) -> None:
    page = read(pages, address(tag, difference(older, newer)))
    found = compare(translate(tag), older, newer, facts(house.settings))
    assert found.groups
    told = [line for heading, lines in found.groups for line in (heading, *lines)]
    assert [line for line in told if line not in page] == []
    assert found.new.effective.isoformat() in page


@pytest.mark.parametrize("tag", PREFIXES)
def test_the_order_of_two_versions_does_not_matter(pages: FlaskClient, tag: str) -> None:
    older, newer = PAIRS[0]
    answer = pages.get(address(tag, f"{PATH}/{newer}/{older}"))
    assert (answer.status_code, answer.headers["Location"]) == (308, address(tag, f"{PATH}/{older}/{newer}"))
    same = pages.get(address(tag, f"{PATH}/{older}/{older}"))
    assert (same.status_code, same.headers["Location"]) == (308, address(tag, f"{PATH}/{older}"))


@pytest.mark.parametrize("tag", PREFIXES)
def test_the_form_leads_to_the_comparison(pages: FlaskClient, tag: str) -> None:
    page = pages.get(address(tag, PATH))
    assert f'action="{address(tag, PATH)}/compare"' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    older, newer = PAIRS[0]
    answer = pages.get(address(tag, f"{PATH}/compare"), query_string={"one": newer, "other": older})
    assert (answer.status_code, answer.headers["Location"]) == (303, address(tag, f"{PATH}/{older}/{newer}"))


@pytest.mark.parametrize(
    "rest", ["/2020-01-01", "/2020-01-01.json", "/a/b", f"/{IDS[0]}/b", "/compare", "/compare?one=a&other=b", "/..%2f"]
)
def test_what_was_never_published_is_not_there(pages: FlaskClient, rest: str) -> None:
    assert pages.get(PATH + rest).status_code == 404
