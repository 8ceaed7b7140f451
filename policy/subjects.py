"""Whose data it is, for the Article 30 record: classes of people, each with the categories that are about them."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.terms import Subjects

SUBJECTS: tuple[Subjects, ...] = (
    Subjects(name="People who use the bot (adults)", categories=frozenset(CATEGORIES) - {"technical", "ip_hash"}),
    Subjects(
        name="People shown in their photos, who agreed to it",
        categories=frozenset({"photos", "prompts", "results", "features"}),
    ),
    Subjects(name="Visitors of the Website", categories=frozenset({"technical", "ip_hash"})),
    Subjects(
        name="People who write to support or report a picture",
        categories=frozenset({"support", "requests", "refusals", "breaches"}),
    ),
    Subjects(name="Staff of the service", categories=frozenset({"access"})),
)
