"""Any two versions can be compared: each difference is found, and said in a sentence."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from policy.categories import CATEGORIES
from policy.changes import ADDED, CHANGED, REMOVED, TABLES, TEXT, differences
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.snapshots import Snapshot, load
from policy.versions import BY_ID, CURRENT, VERSIONS
from tests.policy.test_page import FACTS, everything
from wording.changes import compare, in_short, in_words
from wording.policy import document
from wording.snapshot import published, snapshot

DAY = 86_400
PAIRS = list(itertools.permutations([v.id for v in VERSIONS], 2))


@pytest.fixture
def now() -> Snapshot:
    return snapshot()


@pytest.fixture
def later(now: Snapshot) -> Snapshot:
    """The same, to be changed."""
    return copy.deepcopy(now)


def said(old: Snapshot, new: Snapshot) -> list[str]:
    return [in_words(str, change, FACTS) for change in differences(old, new)]


@pytest.mark.proves("P13.1")
def test_a_period_that_changed_is_said_from_what_to_what(now: Snapshot, later: Snapshot) -> None:
    later["register"]["categories"]["photos"]["retention"] |= {"period": 90 * DAY, "words": "{period}"}
    assert said(now, later) == [
        "User Content: photos: kept until you ask for deletion or close the account → kept 90 days"
    ]


def test_a_number_alone_that_changed_is_said(now: Snapshot, later: Snapshot) -> None:
    later["register"]["categories"]["transactions"]["retention"]["period"] = 10 * 365 * DAY
    later["register"]["recipients"]["kling"]["keeps"] = 60 * DAY
    later["register"]["periods"]["key_backup"] = 3 * DAY
    assert said(now, later) == [
        "Transaction Data: kept 7 years (legal and tax) → kept 10 years (legal and tax)",
        "Kuaishou Technology (Kling AI): keeps it for 30 days → for 60 days",
        "Age of the backup of keys, at most: 7 days → 3 days",
    ]


def test_who_is_added_as_a_recipient_is_said_with_all_one_wants_to_know(now: Snapshot, later: Snapshot) -> None:
    to = {**later["register"]["recipients"]["kling"], "id": "new", "name": "Seedance", "country": "Japan"}
    later["register"]["recipients"]["new"] = to
    [sentence] = said(now, later)
    assert sentence.startswith("New recipient: Seedance (Japan), AI model provider: making videos. Receives: the photo")
    assert sentence.endswith("Keeps it: for 30 days")
    assert said(later, now) == ["No longer a recipient: Seedance"]


def test_a_purpose_that_is_added_or_may_use_more_is_said(now: Snapshot, later: Snapshot) -> None:
    purposes = later["register"]["purposes"]
    purposes["improving"]["categories"] = ["photos", "technical"]
    purposes["ads"] = {**purposes["promotion"], "id": "ads", "name": "Advertising", "note": ""}
    assert said(now, later) == [
        "Improving the service and fixing bugs: now also User Content: photos",
        "New purpose: Advertising. It may use: Account Data. Legal basis: consent",
    ]
    assert "Improving the service and fixing bugs: no longer User Content: photos" in said(later, now)


def test_a_purpose_may_gain_and_lose_at_once(now: Snapshot, later: Snapshot) -> None:
    later["register"]["purposes"]["support"]["categories"] = ["support", "results"]
    assert said(now, later) == ["Customer support: now also Generated Content; no longer Account Data"]


def test_a_sentence_that_changed_came_or_went_is_said_with_its_section(now: Snapshot, later: Snapshot) -> None:
    cookies = next(s for s in later["sections"] if s["id"] == "cookies")
    cookies["parts"][0]["text"] = "One cookie."
    cookies["parts"].append({"text": "Write to {email}."})
    assert said(now, later) == [
        "Changed in “Cookies”: “This Website uses no cookies and no third-party analytics.” → “One cookie.”",
        "New in “Cookies”: “Write to privacy@miomio.app.”",
    ]
    assert "Gone from “Cookies”: “Write to privacy@miomio.app.”" in said(later, now)


def test_a_section_that_came_went_or_got_another_title_is_said(now: Snapshot, later: Snapshot) -> None:
    later["sections"][10]["title"] = "Cookies and the like"
    gone = later["sections"].pop(11)
    later["sections"].append({"id": "new", "title": "Robots", "parts": [{"text": "None."}]})
    assert said(now, later) == [
        "Section “Cookies” is now called “Cookies and the like”",
        "New section: “Robots”",
        f"Section no longer there: “{gone['title']}”",
    ]


@pytest.mark.proves("P13.1")
def test_any_single_value_of_the_register_that_changes_is_told(now: Snapshot) -> None:
    """Every field of every declaration, one at a time: none can change in silence."""
    silent = []
    for table, id, field, other in values(now):
        changed = copy.deepcopy(now)
        changed["register"][table][id][field] = other
        found = differences(now, changed)
        if [(c.table, c.id, c.kind) for c in found] != [(table, id, CHANGED)] or not said(now, changed)[0]:
            silent.append((table, id, field))
    assert silent == []


def values(now: Snapshot) -> list[tuple[str, str, str, Any]]:
    """Table, id, field, and another value that it could have."""
    found = []
    for table in TABLES:
        if table == "periods":
            continue
        for id, declared in now["register"][table].items():
            for field, value in declared.items():
                if field == "id":
                    continue
                other: Any = f"{value} and more"
                if field == "retention":
                    other = {**value, "words": "for ever", "period": None}
                elif field == "categories":
                    other = ["photos"] if value != ["photos"] else []
                elif field == "keeps":
                    other = (value or 0) + DAY
                elif isinstance(value, bool):
                    other = not value
                elif isinstance(value, list | tuple):
                    other = [*value, "collector.net"]
                found.append((table, id, field, other))
    return found


def test_a_declaration_that_is_added_or_gone_is_told_in_every_table(now: Snapshot) -> None:
    for table in TABLES:
        for id in now["register"][table]:
            without = copy.deepcopy(now)
            del without["register"][table][id]
            if table == "categories":
                for granted in (*without["register"]["purposes"].values(), *without["register"]["recipients"].values()):
                    granted["categories"] = [c for c in granted["categories"] if c != id]
            for old, new, kind in ((without, now, ADDED), (now, without, REMOVED)):
                found = [c for c in differences(old, new) if c.table == table]
                assert [(c.id, c.kind) for c in found] == [(id, kind)]
                assert all(in_words(str, c, FACTS) for c in found)


def test_equal_versions_differ_in_nothing(now: Snapshot) -> None:
    assert differences(now, copy.deepcopy(now)) == []


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_any_two_published_versions_can_be_compared_in_any_order(one: str, other: str) -> None:
    found = compare(str, one, other, FACTS)
    assert found.old.published < found.new.published
    assert found.new.effective == max(BY_ID[one], BY_ID[other], key=lambda v: v.published).effective
    assert found.groups == compare(str, other, one, FACTS).groups
    lines = [line for _, lines in found.groups for line in lines]
    assert lines and not [line for line in lines if "{" in line or not line.strip()]


def test_the_first_published_version_had_no_videos() -> None:
    lines = dict(compare(str, VERSIONS[0].id, VERSIONS[1].id, FACTS).groups)["Who receives data"]
    assert any(line.startswith("New recipient: Kuaishou Technology (Kling AI)") for line in lines)


def test_a_person_in_a_hurry_reads_who_and_what_is_new() -> None:
    lines = in_short(str, "2026-11-23", "2026-11-28")
    assert any(line.startswith("New recipients: ") and "Kling" in line for line in lines)
    assert any(line == "New purposes: Improving the service and fixing bugs" for line in lines)
    assert sum(map(len, lines)) < 1000


@pytest.mark.proves("P13.1")
@pytest.mark.parametrize("version", [v.id for v in VERSIONS])
def test_every_published_version_can_be_read(version: str) -> None:
    page = published(version, FACTS)
    assert (page.version, page.digest) == (version, BY_ID[version].fingerprint)
    text = everything(page)
    assert all(fact in text for fact in (FACTS.controller, FACTS.address, FACTS.email, FACTS.location))
    assert "{" not in text


def test_the_newest_version_reads_as_it_was_published() -> None:
    assert everything(published(CURRENT.id, FACTS)) == everything(document(str, FACTS))


def test_a_version_that_never_was_cannot_be_read_or_compared() -> None:
    with pytest.raises(KeyError):
        published("2020-01-01", FACTS)
    with pytest.raises(KeyError):
        compare(str, CURRENT.id, "2020-01-01", FACTS)


def test_a_sentence_that_is_still_said_is_shown_in_the_reader_s_language(now: Snapshot) -> None:
    old = load(VERSIONS[0].id)
    lines = [
        in_words(lambda text: f"⟦{text}⟧", change, FACTS)
        for change in differences(old, now)
        if change.table == TEXT and change.after and change.field == "text"
    ]
    assert lines and all("“⟦" in line.rpartition(" → ")[2] for line in lines)


def test_a_snapshot_says_nothing_of_how_the_program_uses_the_register(now: Snapshot) -> None:
    assert now["register"]["categories"].keys() == CATEGORIES.keys()
    assert now["register"]["purposes"].keys() == PURPOSES.keys()
    assert now["register"]["recipients"].keys() == RECIPIENTS.keys()
    fields = {field for table in TABLES[:5] for said in now["register"][table].values() for field in said}
    assert fields.isdisjoint({"promises", "promise", "setting", "only_with", "short"})
