"""The policy's page: 14 sections, every fact of the settings and of the register in them, every sentence translated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from config import Settings
from policy.categories import CATEGORIES
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.terms import Recipient
from policy.versions import CURRENT
from wording.periods import keeps, kept
from wording.policy import Document, Facts, Paragraph, Section, document, facts
from wording.policy_markdown import markdown
from wording.policy_tables import Table

FACTS = Facts(
    controller="Mio Limited",
    address="12 Queen's Road, Hong Kong",
    email="privacy@miomio.app",
    location="Singapore",
    recipients=tuple(RECIPIENTS.values()),
)
TITLES = (
    *("controller", "collected", "purposes", "ai", "sharing", "retention", "security"),
    *("transfers", "rights", "children", "cookies", "breaches", "changes", "contact"),
)
# What each promise must at least say, in words of the page itself.
SAYS = {
    "P1.1": ("Mio Limited", "12 Queen's Road, Hong Kong", "privacy@miomio.app"),
    "P1.2": ("Telegram bot", "Website", "mail to support"),
    "P1.3": ("Cap. 486", "DPP1 to DPP6", "GDPR", "EEA", "endeavour"),
    "P2.1": ("Telegram user ID", "first name", "last name", "username", "language code"),
    "P2.2": ("photos you upload", "text prompts and commands"),
    "P2.3": ("images and videos",),
    "P2.4": ("pack purchases", "usage history", "payment confirmation IDs", "never prompt, style or picture"),
    "P2.5": ("device type", "operating system", "Telegram client version", "User-Agent", "1 hour", "No access log"),
    "P2.6": ("messages and attachments you send to support",),
    "P2.7": ("card numbers", "bank account", "government IDs", "precise geolocation", "EXIF, XMP and IPTC"),
    "P2.8": ("complete",),
    "P3.4": ("aggregate usage statistics",),
    "P3.6": ("only the Telegram ID",),
    "P3.7": ("only if you opted in", "consent"),
    "P3.8": ("explicit consent",),
    "P4.1": ("face geometry, skin tone, hair", "not to identify anyone, not to train, not to profile"),
    "P4.2": ("Gemini (Google DeepMind)", "Kling (Kuaishou Technology)", "may change"),
    "P4.3": ("random attempt ID", "data processing agreements", "username, Telegram ID"),
    "P4.4": ("new generations", "deletion at any time"),
    "P4.5": ("feature vectors", "ephemeral"),
    "P5.0": ("Telegram", "exports included"),
    "P5.1": ("payment processor", "no photos"),
    "P5.2": ("all data, encrypted at rest",),
    "P5.3": ("up to 55 days", "for 30 days"),
    "P5.4": ("Law enforcement",),
    "P5.5": ("never sold", "bound by contract", "what, to whom, why, when"),
    "P6.0": ("Singapore",),
    "P6.1": ("while the account exists, plus 30 days after a deletion request",),
    "P6.2": ("until you ask for deletion or close the account",),
    "P6.4": ("7 years (legal and tax)",),
    "P6.5": ("not kept",),
    "P6.6": ("2 years after resolution",),
    "P6.8": ("they go with the photo or result",),
    "P6.9": ("1 hour, in Redis only",),
    "P6.10": ("with the account",),
    "P6.11": ("4 years",),
    "P6.12": ("2 years after the account's end",),
    "P6.13": ("2 years",),
    "P6.14": ("5 years",),
    "P6.15": ("2 years", "12 months after the account's end"),
    "P6.7": ("longer than its purpose needs",),
    "P7.1": ("encrypted at rest", "under keys of your own", "random number"),  # the books of credits are not sealed
    "P7.2": ("encrypted in transit", "to Telegram, to the AI providers and to the object store"),
    "P7.3": ("authorised staff", "reason", "audit log"),
    "P7.4": ("review", "No system is perfectly secure", "acknowledge"),
    "P8.1": ("outside Hong Kong", "Singapore", "United States", "United Arab Emirates"),
    "P8.2": ("contractual clauses", "encryption", "no more than the purpose needs"),
    "P9.1": ("a copy", "privacy@miomio.app", "Telegram username"),
    "P9.2": ("inaccurate or incomplete",),
    "P9.3": ("photos you uploaded", "generated content", "account", "30 days"),
    "P9.4": ("promotional messages", "one tap"),
    "P9.5": ("Privacy Commissioner", "www.pcpd.org.hk", "+852 2827 2827"),
    "P9.6": ("40 days", "one month", "alarm"),
    "P10.1": ("18", "age of majority", "whichever is higher", "knowingly", "Telegram ID, and the language of your app"),
    "P10.2": ("child", "prompt deletion"),
    "P11.1": ("no cookies", "no third-party analytics"),
    "P11.2": ("this section", "aggregate"),
    "P11.3": ("Telegram handles its sessions",),
    "P12.1": ("real risk of significant harm", "PCPD", "without undue delay", "what to do", "recorded"),
    "P13.1": ("dated and kept", "compared", "before a material change"),
    "P14.1": ("privacy@miomio.app", "12 Queen's Road", "www.pcpd.org.hk", "+852 2827 2827"),
}


def cells(part: Paragraph | Table) -> Iterator[str]:
    if isinstance(part, Paragraph):
        yield part.text
        return
    yield part.caption
    yield from part.head
    for row in part.rows:
        yield from row


def words(section: Section) -> str:
    return "\n".join(cell for part in section.parts for cell in cells(part))


def everything(page: Document) -> str:
    return "\n".join([page.title, *(f"{s.title}\n{words(s)}" for s in page.sections)])


@pytest.fixture
def page() -> Document:
    return document(str, FACTS)


def test_the_page_has_its_14_sections_in_order(page: Document) -> None:
    assert tuple(s.id for s in page.sections) == TITLES
    assert [s.number for s in page.sections] == list(range(1, 15))
    assert page.sections[8].id == "rights"


@pytest.mark.proves("P1.3", "P7.4", "P8.1", "P8.2", "P9.5", "P11.2", "P11.3", "P14.1")
@pytest.mark.parametrize("promise", SAYS)
def test_the_page_says_what_was_promised_where_it_carries_the_promise_s_id(page: Document, promise: str) -> None:
    parts = [part for s in page.sections for part in s.parts if promise in part.promises]
    said = "\n".join(cell for part in parts for cell in cells(part)).lower()
    assert [phrase for phrase in SAYS[promise] if phrase.lower() not in said] == []
    number = promise[1:].partition(".")[0]
    assert any(promise in part.promises for part in page.sections[int(number) - 1].parts)


def test_every_promise_of_a_section_is_looked_at(page: Document) -> None:
    carried = {id for s in page.sections for part in s.parts for id in part.promises}
    named_by_the_register = {"P3.1", "P3.2", "P3.3", "P3.5", "P3.9", "P6.3"}
    assert carried == SAYS.keys() | named_by_the_register


def test_the_page_shows_version_dates_and_hash(page: Document) -> None:
    assert (page.version, page.published, page.effective) == (CURRENT.id, CURRENT.published, CURRENT.effective)
    assert re.fullmatch(r"[0-9a-f]{64}", page.digest)


def test_no_placeholder_is_left_open(page: Document) -> None:
    assert not re.search(r"[{}]", everything(page))


def test_each_row_of_the_register_is_a_row_of_its_table(page: Document) -> None:
    rows = {row for s in page.sections for part in s.parts if isinstance(part, Table) for row in part.rows}
    for c in CATEGORIES.values():
        assert (c.name, kept(str, c.retention)) in rows
        assert ((c.name, c.data, c.source) in rows) == (c.id != "features")
    for p in PURPOSES.values():
        assert any(row[0] == p.name and row[-1] == p.basis for row in rows)
    for r in RECIPIENTS.values():
        assert (r.name, r.receives, r.role, r.country, keeps(str, r)) in rows


def test_every_row_is_as_long_as_the_head_of_its_table(page: Document) -> None:
    tables = [part for s in page.sections for part in s.parts if isinstance(part, Table)]
    assert len(tables) == 7
    assert all(len(row) == len(t.head) and all(row) for t in tables for row in t.rows)


def test_a_provider_that_is_not_configured_is_nowhere_on_the_page() -> None:
    without: tuple[Recipient, ...] = tuple(r for r in FACTS.recipients if r.id != "kling")
    said = everything(document(str, replace(FACTS, recipients=without)))
    assert "Kling" not in said and "Kuaishou" not in said
    assert "Gemini (Google DeepMind)" in said


@pytest.mark.proves("P4.2")
def test_the_providers_on_the_page_are_those_the_program_is_set_up_to_call(
    make_settings: Callable[..., Settings],
) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    alone, both = make_settings(), make_settings(KLING_API_KEY="demo", CALLBACK_SECRET=secret)
    assert "Kling" not in everything(document(str, facts(alone)))
    assert "Gemini (Google DeepMind), Kling (Kuaishou Technology)" in everything(document(str, facts(both)))


def test_everything_on_the_page_passes_through_the_translator() -> None:
    """A translator that brackets each sentence leaves nothing bare but facts, addresses and numbers."""
    page = document(lambda text: f"⟦{text}⟧", FACTS)
    bare = []
    for section in page.sections:
        for text in (page.title, section.title, *(cell for part in section.parts for cell in cells(part))):
            if not text.startswith("⟦") and text not in (FACTS.location,):
                bare.append(text)
    assert bare == []


def test_the_markdown_for_lawyers_holds_every_sentence_and_every_cell(page: Document) -> None:
    written = markdown(str, page)
    assert [cell for s in page.sections for part in s.parts for cell in cells(part) if cell not in written] == [
        part.caption for s in page.sections for part in s.parts if isinstance(part, Table)
    ]
    assert all(f"## {s.number}. {s.title}" in written for s in page.sections)
    assert page.digest in written and CURRENT.effective.isoformat() in written


def test_a_cell_cannot_break_a_table_of_the_markdown() -> None:
    page = document(str, replace(FACTS, location="A | B"))
    assert "A \\| B |" in markdown(str, page)
