"""What somebody may report, and why somebody may be banned: each from a fixed list, with the words that people see."""

from __future__ import annotations

from policy.terms import N_

CHILD, CONSENT, INTIMATE, OTHER = "child", "consent", "intimate", "other"

KINDS: dict[str, str] = {
    CHILD: N_("A child gave you data, or is shown"),
    CONSENT: N_("Somebody in a picture never agreed"),
    INTIMATE: N_("An intimate picture of somebody"),
    OTHER: N_("Something else"),
}

# Class of the reason -> what the person is told it was for.
BANS: dict[str, str] = {
    "minors": N_("pictures that have to do with minors"),
    "intimate": N_("sexual or intimate pictures"),
    "consent": N_("pictures of people who did not agree"),
    "payments": N_("misuse of payments"),
    "abuse": N_("misuse of the service"),
}
