"""The purposes for which sealed data may be opened, each with its legal basis and the categories it is granted."""

from __future__ import annotations

from policy.categories import CATEGORIES
from policy.terms import N_, Purpose

CONTRACT = N_("performance of contract")
LEGITIMATE = N_("legitimate interest")
CONSENT = N_("consent")
LEGAL = N_("legal obligation")

PURPOSES: dict[str, Purpose] = {
    p.id: p
    for p in (
        Purpose(
            id="generation",
            name=N_("Providing the service: making and delivering pictures and videos"),
            basis=CONTRACT,
            categories=frozenset({"account", "photos", "prompts", "results", "links", "features"}),
            promises=("P3.1",),
            own_use=True,
        ),
        Purpose(
            id="payments",
            name=N_("Processing payments and credits"),
            basis=CONTRACT,
            categories=frozenset({"account", "transactions", "invoices"}),
            promises=("P3.2",),
            own_use=True,
        ),
        Purpose(
            id="support",
            name=N_("Customer support"),
            basis=LEGITIMATE,
            categories=frozenset({"account", "support"}),
            promises=("P3.3",),
        ),
        Purpose(
            id="improving",
            name=N_("Improving the service and fixing bugs"),
            basis=LEGITIMATE,
            categories=frozenset({"technical"}),
            note=N_("and aggregate usage statistics, which tell nothing about one person"),
            promises=("P3.4",),
        ),
        Purpose(
            id="abuse",
            name=N_("Preventing abuse and enforcing the Terms"),
            basis=LEGITIMATE,
            categories=frozenset({"account", "photos", "prompts", "technical", "ip_hash", "abuse_marks"}),
            promises=("P3.5",),
        ),
        Purpose(
            id="announcements",
            name=N_("Service announcements, not promotional"),
            basis=LEGITIMATE,
            categories=frozenset({"account"}),
            note=N_("(only the Telegram ID, and the language to write in)"),
            promises=("P3.6",),
        ),
        Purpose(
            id="promotion",
            name=N_("Promotional messages, only if you opted in"),
            basis=CONSENT,
            categories=frozenset({"account"}),
            note=N_("(only the Telegram ID, and the language to write in)"),
            promises=("P3.7",),
        ),
        Purpose(
            id="rights",
            name=N_(
                "Fulfilling your rights and our legal duties: access, correction, export, breach notices, lawful orders"
            ),
            basis=LEGAL,
            categories=frozenset(CATEGORIES),
            promises=("P3.9",),
        ),
    )
}


def granted(purpose: str, category: str) -> bool:
    """Whether the register lets data of `category` be opened for `purpose`. Unknown names are never granted."""
    return purpose in PURPOSES and category in PURPOSES[purpose].categories
