"""The purposes for which sealed data may be opened, each with its legal basis and the categories it is granted."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.terms import Purpose

CONTRACT = "performance of contract"
LEGITIMATE = "legitimate interest"
CONSENT = "consent"
LEGAL = "legal obligation"

PURPOSES: dict[str, Purpose] = {
    p.id: p
    for p in (
        Purpose(
            id="generation",
            name="Providing the service: making and delivering pictures and videos",
            basis=CONTRACT,
            categories=frozenset({"account", "photos", "prompts", "results"}),
            promises=("P3.1",),
            own_use=True,
        ),
        Purpose(
            id="payments",
            name="Processing payments and credits",
            basis=CONTRACT,
            categories=frozenset({"account", "transactions"}),
            promises=("P3.2",),
            own_use=True,
        ),
        Purpose(
            id="support",
            name="Customer support",
            basis=LEGITIMATE,
            categories=frozenset({"account"}),
            promises=("P3.3",),
        ),
        Purpose(
            id="abuse",
            name="Preventing abuse and enforcing the Terms",
            basis=LEGITIMATE,
            categories=frozenset({"account", "photos", "prompts", "abuse_marks"}),
            promises=("P3.5",),
        ),
        Purpose(
            id="announcements",
            name="Service announcements, not promotional",
            basis=LEGITIMATE,
            categories=frozenset({"account"}),
            promises=("P3.6",),
        ),
        Purpose(
            id="promotion",
            name="Promotional messages, only if you opted in",
            basis=CONSENT,
            categories=frozenset({"account"}),
            promises=("P3.7",),
        ),
        Purpose(
            id="rights",
            name="Fulfilling your rights and our legal duties",
            basis=LEGAL,
            categories=frozenset(CATEGORIES),
            promises=("P3.9",),
        ),
    )
}


def granted(purpose: str, category: str) -> bool:
    """Whether the register lets data of `category` be opened for `purpose`. Unknown names are never granted."""
    return purpose in PURPOSES and category in PURPOSES[purpose].categories
