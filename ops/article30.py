"""The record of processing activities that Article 30 of the GDPR asks for, as Markdown, from the register."""

from __future__ import annotations

from datetime import date

from policy.categories import CATEGORIES, KEY_BACKUP
from policy.subjects import SUBJECTS
from policy.versions import CURRENT
from wording.periods import period
from wording.policy import Facts, Paragraph, document, fillings
from wording.policy_markdown import table
from wording.policy_tables import TABLES, Table

ENGLISH = str  # what the register is written in


def record(facts: Facts, *, today: date) -> str:
    """Article 30(1), (a) to (g), in its order. Names classes of people and of data, and nobody."""
    parts = {
        "(a) Controller": [f"{facts.controller}, {facts.address}, {facts.email}"],
        "(b) Purposes": _table("purposes", facts),
        "(c) Categories of people and of personal data": [*_people(), "", *_table("collected", facts)],
        "(d) Recipients": _table("recipients", facts),
        "(e) Transfers to other countries, and safeguards": [
            *_table("places", facts),
            "",
            *_paragraphs("transfers", facts),
        ],
        "(f) Time limits for erasure": [
            *_table("retention", facts),
            "",
            f"Backups of keys: at most {period(ENGLISH, KEY_BACKUP)}.",
        ],
        "(g) Security measures": _paragraphs("security", facts),
    }
    lines = ["# Record of processing activities (GDPR, Article 30)", ""]
    lines += [f"As of {today.isoformat()}; register of version {CURRENT.id}, SHA-256 {CURRENT.fingerprint}."]
    for title, said in parts.items():
        lines += ["", f"## {title}", "", *said]
    return "\n".join(lines) + "\n"


def _people() -> list[str]:
    rows = [(s.name, "; ".join(c.name for c in CATEGORIES.values() if c.id in s.categories)) for s in SUBJECTS]
    return table(("People", "Categories of data"), rows)


def _table(name: str, facts: Facts) -> list[str]:
    made: Table = TABLES[name](ENGLISH, facts.recipients, fillings(ENGLISH, facts), ())
    return table(made.head, made.rows)


def _paragraphs(section: str, facts: Facts) -> list[str]:
    """The sentences of a section of the page."""
    [found] = [s for s in document(ENGLISH, facts).sections if s.id == section]
    said = [part.text for part in found.parts if isinstance(part, Paragraph)]
    return [f"- {sentence}" for sentence in said]
