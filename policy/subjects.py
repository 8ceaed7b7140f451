"""Whose data it is: the classes of people, each with the categories that are about them."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.terms import N_, Subjects

SUBJECTS: tuple[Subjects, ...] = (
    Subjects(name=N_("People who use the bot (adults)"), categories=frozenset(CATEGORIES) - {"technical", "ip_hash"}),
    Subjects(
        name=N_("People shown in their photos, who agreed to it"),
        categories=frozenset({"photos", "prompts", "results", "features"}),
    ),
    Subjects(name=N_("Visitors of the Website"), categories=frozenset({"technical", "ip_hash"})),
    Subjects(name=N_("People who write to support"), categories=frozenset({"support", "refusals", "breaches"})),
)
