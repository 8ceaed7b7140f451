"""What may go wrong with personal data, and what the register of breaches says of it: each from a fixed list."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "disclosure": "somebody saw or got data who may not",
    "loss": "data are gone, or destroyed, that should be here",
    "alteration": "data were changed by who may not, or by mistake",
    "unavailability": "data are here, and nobody can get at them for now",
}

HAPPENED, DATA, DONE, ASSESSMENT = "happened", "data", "done", "assessment"
# What an entry is about; together they are what both the PCPD's form and the GDPR's article 33 ask for.
PARTS: dict[str, str] = {
    HAPPENED: "what happened",
    DATA: "which data, and how many people",
    DONE: "what was done about it",
    ASSESSMENT: "what harm it may do, and why",
}

# Whether a breach is likely to do real harm: decided by an entry, not known before.
YES, NO, UNKNOWN = "yes", "no", "unknown"
DECISIONS = (YES, NO)
