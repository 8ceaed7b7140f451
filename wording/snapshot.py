"""The register and the page's English text as they are published, and a published version as a page again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from policy.categories import CATEGORIES, KEY_BACKUP
from policy.locations import LOCATIONS
from policy.purposes import PURPOSES
from policy.recipients import RECIPIENTS
from policy.rights import ANSWER_WITHIN, RIGHTS
from policy.snapshots import Snapshot, load
from policy.versions import BY_ID
from wording.policy import Document, Facts, Paragraph, Section, document, facts_of
from wording.policy_tables import Table

INTERNAL = frozenset(
    {"promises", "promise", "setting", "only_with", "short"}
)  # how the program uses it, not what it says
# Facts of the settings stay placeholders: who runs the service is no part of a version.
UNFILLED = Facts(
    controller="{controller}",
    address="{address}",
    email="{email}",
    location="{location}",
    recipients=tuple(RECIPIENTS.values()),
)


def snapshot() -> Snapshot:
    """What the newest version says now, ready to be written down or compared."""
    return {"register": _register(), "sections": [_section(section) for section in document(str, UNFILLED).sections]}


def published(version: str, facts: Facts) -> Document:
    """A version as it was published, in English. Raises KeyError for one that never was."""
    known = BY_ID[version]
    words = facts_of(facts)
    return Document(
        title="Privacy Policy",
        version=known.id,
        published=known.published,
        effective=known.effective,
        digest=known.fingerprint,
        sections=tuple(
            Section(number, part["id"], part["title"], tuple(_shown(shown, words) for shown in part["parts"]))
            for number, part in enumerate(load(version)["sections"], start=1)
        ),
    )


def _register() -> dict[str, Any]:
    tables: dict[str, Iterable[Any]] = {
        "categories": CATEGORIES.values(),
        "purposes": PURPOSES.values(),
        "recipients": RECIPIENTS.values(),
        "locations": LOCATIONS.values(),
        "rights": RIGHTS,
    }
    return {
        **{name: {said.id: _plain(asdict(said)) for said in declared} for name, declared in tables.items()},
        "periods": {"key_backup": _plain(KEY_BACKUP), "answer_within": _plain(ANSWER_WITHIN)},
    }


def _plain(value: Any) -> Any:
    """As JSON has it: a period in seconds, a set in order."""
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in INTERNAL}
    return value


def _section(section: Section) -> dict[str, Any]:
    return {"id": section.id, "title": section.title, "parts": [_part(part) for part in section.parts]}


def _part(part: Paragraph | Table) -> dict[str, Any]:
    if isinstance(part, Paragraph):
        return {"text": part.text}
    return {"caption": part.caption, "head": list(part.head), "rows": [list(row) for row in part.rows]}


def _shown(part: dict[str, Any], words: dict[str, str]) -> Paragraph | Table:
    if "text" in part:
        return Paragraph(part["text"].format(**words))
    rows = tuple(tuple(cell.format(**words) for cell in row) for row in part["rows"])
    return Table(part["caption"], tuple(part["head"]), rows)
