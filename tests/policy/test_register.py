"""The register says what the policy must say: sources, purposes, legal bases, recipients, periods and places."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from models import TABLES
from policy.categories import CATEGORIES, KEY_BACKUP
from policy.locations import LOCATIONS
from policy.purposes import CONSENT, CONTRACT, LEGAL, LEGITIMATE, PURPOSES
from policy.recipients import RECIPIENTS
from policy.rights import ANSWER_WITHIN, RIGHTS
from policy.subjects import SUBJECTS
from policy.terms import NotPersonal, Retention
from wording.periods import keeps, kept, period

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)
# Id of the promise, category, days after its start (None: until the start itself happens).
PERIODS: tuple[tuple[str, str, float | None], ...] = (
    ("P6.1", "account", 30),
    ("P6.2", "photos", None),
    ("P6.3", "results", None),
    ("P6.4", "transactions", 7 * 365),
    ("P6.5", "features", 0),
    ("P6.6", "support", 2 * 365),
    ("P6.8", "prompts", None),
    ("P6.9", "ip_hash", 1 / 24),
    ("P6.10", "disclosures", None),
    ("P6.11", "refusals", 4 * 365),
    ("P6.12", "consents", 2 * 365),
    ("P6.13", "access", 2 * 365),
    ("P6.14", "breaches", 5 * 365),
    ("P6.15", "erasures", 2 * 365),
    ("P6.15", "abuse_marks", 365),
)
CONTENT = {"photos", "prompts"}  # User Content
GRANTED: tuple[tuple[str, str, str, set[str]], ...] = (
    ("P3.1", "generation", CONTRACT, {"account", *CONTENT, "results", "links", "features"}),
    ("P3.2", "payments", CONTRACT, {"account", "transactions", "invoices"}),
    ("P3.3", "support", LEGITIMATE, {"account", "support"}),
    ("P3.4", "improving", LEGITIMATE, {"technical"}),
    ("P3.5", "abuse", LEGITIMATE, {"account", *CONTENT, "technical", "ip_hash", "abuse_marks"}),
    ("P3.6", "announcements", LEGITIMATE, {"account"}),
    ("P3.7", "promotion", CONSENT, {"account"}),
    ("P3.9", "rights", LEGAL, set(CATEGORIES)),
)


@pytest.mark.parametrize(("promise", "category", "days"), PERIODS)
def test_the_register_keeps_each_category_as_long_as_was_promised(
    promise: str, category: str, days: float | None
) -> None:
    said = CATEGORIES[category]
    assert promise in said.promises
    assert said.retention.period == (None if days is None else days * DAY)


def test_the_keys_backup_and_the_time_to_answer_are_values_of_the_register() -> None:
    assert (7 * DAY, 40 * DAY) == (KEY_BACKUP, ANSWER_WITHIN)


@pytest.mark.proves("P3.1", "P3.2", "P3.3", "P3.4", "P3.5", "P3.6")
@pytest.mark.parametrize(("promise", "purpose", "basis", "categories"), GRANTED)
def test_each_purpose_has_its_legal_basis_and_exactly_its_data(
    promise: str, purpose: str, basis: str, categories: set[str]
) -> None:
    said = PURPOSES[purpose]
    assert (said.basis, set(said.categories)) == (basis, categories)
    assert promise in said.promises


def test_there_is_no_purpose_beside_those() -> None:
    assert set(PURPOSES) == {purpose for _, purpose, _, _ in GRANTED}
    assert set().union(*(p.categories for p in PURPOSES.values())) == set(CATEGORIES)


@pytest.mark.proves("P1.2")
def test_every_column_that_is_about_a_person_has_a_source() -> None:
    """Bot, Website and mail to support: each category says where its data come from."""
    for model in TABLES:
        for column in model._meta.sorted_fields:
            if not isinstance(column.declared, NotPersonal):
                assert CATEGORIES[column.declared].source.strip()
    sources = " ".join(c.source for c in CATEGORIES.values())
    assert all(origin in sources for origin in ("bot", "Telegram", "Website", "mail", "support", "the service"))


@pytest.mark.parametrize(("promise", "recipient"), [(p, r.id) for r in RECIPIENTS.values() for p in r.promises])
def test_each_recipient_gets_declared_categories_in_a_declared_place(promise: str, recipient: str) -> None:
    to = RECIPIENTS[recipient]
    assert promise.startswith(("P4.", "P5."))
    assert to.categories <= set(CATEGORIES)
    assert to.country in {place.place for place in LOCATIONS.values()}
    assert to.role and to.receives and to.keeps_words


def test_the_recipients_of_the_policy_are_all_there_and_only_providers_have_models() -> None:
    assert {p for r in RECIPIENTS.values() for p in r.promises if p.startswith("P5")} == {
        *("P5.0", "P5.1", "P5.2", "P5.3", "P5.4")
    }
    assert {r.id for r in RECIPIENTS.values() if r.model} == {r.id for r in RECIPIENTS.values() if "P5.3" in r.promises}
    assert all("photos" not in RECIPIENTS[id].categories for id in ("stars",))
    assert RECIPIENTS["authorities"].hosts == ()


def test_every_place_is_somebody_s_and_every_category_is_about_somebody() -> None:
    assert {place.place for place in LOCATIONS.values()} == {r.country for r in RECIPIENTS.values()}
    assert set().union(*(s.categories for s in SUBJECTS)) == set(CATEGORIES)


def test_the_five_rights_are_named_with_how_to_use_them() -> None:
    assert [r.promise for r in RIGHTS] == ["P9.1", "P9.2", "P9.3", "P9.4", "P9.5"]
    assert all("{email}" in r.how or "{pcpd_hotline}" in r.how for r in RIGHTS)


def test_the_words_of_a_period_are_made_from_its_number() -> None:
    for said in CATEGORIES.values():
        number = said.retention.period
        assert ("{period}" in said.retention.words) == bool(number), said.id
    for to in RECIPIENTS.values():
        assert ("{period}" in to.keeps_words) == (to.keeps is not None), to.id


def test_no_sentence_of_the_policy_names_a_number_of_days_hours_or_years() -> None:
    """Each number exists once, in the declarations: a sentence has a placeholder for it."""
    number = re.compile(r"\d+[ -](second|minute|hour|day|week|month|year)")
    found = []
    for source in (*(ROOT / "policy").glob("*.py"), ROOT / "wording/policy.py", ROOT / "wording/policy_tables.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and number.search(node.value):
                found.append(f"{source.name}:{node.lineno}")
    assert found == []


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=24), "24 hours"),
        (7 * DAY, "7 days"),
        (30 * DAY, "30 days"),
        (365 * DAY, "12 months"),
        (2 * 365 * DAY, "2 years"),
        (400 * DAY, "400 days"),
    ],
)
def test_a_period_is_said_as_people_say_it(length: timedelta, words: str) -> None:
    assert period(str, length) == words


def test_a_period_that_has_no_words_is_refused() -> None:
    with pytest.raises(ValueError, match="whole hours"):
        period(str, timedelta(seconds=90))


def test_another_number_gives_other_words_in_any_language() -> None:
    account = CATEGORIES["account"].retention
    longer = Retention(start=account.start, period=90 * DAY, words=account.words)
    assert kept(str, longer) == "while the account exists, plus 90 days after a deletion request"
    assert (
        kept(lambda text: f"[{text}]", account) == "[while the account exists, plus [30 days] after a deletion request]"
    )
    assert keeps(str, RECIPIENTS["kling"]) == "for 30 days"
