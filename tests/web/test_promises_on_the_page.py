"""What the policy promises to say is on the page that is served, in every language, with the facts of the settings."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from policy.promises import PROMISES
from web.app import create_app
from web.site_languages import PREFIXES, address
from wording.language import translate
from wording.policy import Document, Paragraph, document, facts
from workers.house import House

FACTS: dict[str, Any] = {
    "controller_name": "Miomio Ünlimited",
    "controller_address": "1 Nathan Road, Kowloon",
    "support_email": "help@miomio.invalid",
    "data_location": "Frankfurt am Main",
}
# What a sentence has to hold in every language: names, numbers and addresses.
HOLDS = {
    "P1.1": ("Miomio Ünlimited", "1 Nathan Road, Kowloon", "help@miomio.invalid"),
    "P1.3": ("486", "GDPR"),
    "P4.2": ("Gemini",),
    "P6.0": ("Frankfurt am Main",),
    "P8.1": ("Frankfurt am Main",),
    "P9.5": ("www.pcpd.org.hk", "+852 2827 2827"),
    "P14.1": ("help@miomio.invalid", "Miomio Ünlimited", "www.pcpd.org.hk", "+852 2827 2827"),
}


@pytest.fixture
def known(house: House) -> House:
    return replace(house, settings=replace(house.settings, **FACTS))


@pytest.fixture
def shown(known: House) -> FlaskClient:
    return create_app(known).test_client()


def words(client: FlaskClient, tag: str) -> str:
    """The policy's page as it is read: no markup, single blanks."""
    answer = client.get(address(tag, "/privacy"))
    assert answer.status_code == 200
    main = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def said(page: Document, promise: str) -> list[str]:
    """Every paragraph and cell that stands for a promise."""
    texts: list[str] = []
    for part in (part for section in page.sections for part in section.parts if promise in part.promises):
        if isinstance(part, Paragraph):
            texts.append(part.text)
        else:
            texts += [part.caption, *part.head, *(cell for row in part.rows for cell in row)]
    return [" ".join(text.split()) for text in texts]


@pytest.mark.proves("P1.1", "P1.3", "P4.2", "P6.0", "P7.4", "P8.1", "P8.2", "P9.5", "P11.2", "P11.3", "P14.1")
@pytest.mark.parametrize("tag", PREFIXES)
def test_every_promise_is_said_on_the_page_that_is_served(known: House, shown: FlaskClient, tag: str) -> None:
    page, on_it = document(translate(tag), facts(known.settings)), words(shown, tag)
    for promise in PROMISES:
        texts = said(page, promise)
        assert texts, promise
        assert [text for text in texts if text not in on_it] == [], promise


@pytest.mark.proves("P1.1", "P1.3", "P4.2", "P6.0", "P8.1", "P9.5", "P14.1")
@pytest.mark.parametrize("tag", PREFIXES)
@pytest.mark.parametrize("promise", HOLDS)
def test_it_holds_the_facts_in_every_language(known: House, tag: str, promise: str) -> None:
    text = " ".join(said(document(translate(tag), facts(known.settings)), promise))
    assert [fact for fact in HOLDS[promise] if fact not in text] == []


@pytest.mark.parametrize("tag", [tag for tag in PREFIXES if tag != "en"])
def test_no_sentence_of_the_policy_is_left_in_english(known: House, tag: str) -> None:
    english, page = (document(translate(each), facts(known.settings)) for each in ("en", tag))
    for before, after in zip(english.sections, page.sections, strict=True):
        assert before.title != after.title
        for one, other in zip(before.parts, after.parts, strict=True):
            if isinstance(one, Paragraph) and isinstance(other, Paragraph):
                assert one.text != other.text, one.text


@pytest.mark.proves("P4.2")
@pytest.mark.parametrize("tag", PREFIXES)
def test_kling_is_named_where_videos_are_made_and_nowhere_else(known: House, tag: str) -> None:
    without = create_app(known).test_client()
    with_key = replace(known, settings=replace(known.settings, kling_api_key="k" * 32))
    assert "Kling" not in " ".join(said(document(translate(tag), facts(known.settings)), "P4.2"))
    assert "Kuaishou" not in words(without, tag)
    assert "Kling" in words(create_app(with_key).test_client(), tag)
