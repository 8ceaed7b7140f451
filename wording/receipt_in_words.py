"""A receipt in words for a page: everything in it, in the reader's language. What it names and we do not know any more
is shown as it stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy.categories import CATEGORIES
from policy.recipients import RECIPIENTS
from policy.terms import N_
from wording.language import Translate
from wording.periods import keeps, kept

GENUINE, ALTERED, UNKNOWN_KEY, NO_RECEIPT = "genuine", "altered", "unknown key", "no receipt"  # verdicts

NO_DAY = "–"  # what it ends with stands beside it

# Verdict -> what it is called, and what it means.
VERDICTS = {
    GENUINE: (
        N_("Genuine"),
        N_("This receipt is ours, and nothing in it was changed since we signed it."),
    ),
    ALTERED: (
        N_("Altered"),
        N_("This is not as we signed it: something was changed, added or left out. Do not rely on what it says."),
    ),
    UNKNOWN_KEY: (
        N_("Unknown key"),
        N_(
            "It names a key that is none of ours, so we did not sign it, or it is another service's. Do not rely on "
            "what it says."
        ),
    ),
    NO_RECEIPT: (
        N_("Not a receipt"),
        N_(
            "This is no receipt. A receipt is the .json file from the chat, whole, from its first curly bracket to its last."
        ),
    ),
}
STAGES = {
    1: N_("Receipt 1 of 3: sealed. Keys are destroyed, so that nobody can open what is to be deleted."),
    2: N_("Receipt 2 of 3: gone. Files and rows are deleted."),
    3: N_("Receipt 3 of 3: the last copy is gone, also from backups and from AI providers."),
}
SCOPES = {
    "photos": N_("photos"),
    "generated": N_("generated pictures and videos"),
    "account": N_("the whole account"),
}
COUNTS = {
    ("database", "photos"): N_("entries of photos in the database"),
    ("database", "results"): N_("entries of pictures and videos in the database"),
    ("database", "prompts"): N_("prompts and styles"),
    ("database", "orders"): N_("orders that were stopped and given back"),
    ("objects", "sealed"): N_("files whose keys were destroyed"),
    ("objects", "removed"): N_("files removed from the object store"),
    ("chat", "deleted"): N_("messages that the bot deleted in the chat"),
}


@dataclass(frozen=True)
class Told:
    """`facts` and `destroyed` are names and values; the others are rows of tables."""

    head: str
    facts: Sequence[tuple[str, str]]
    destroyed: Sequence[tuple[str, str]]
    stays: Sequence[tuple[str, str, str]]
    copies: Sequence[tuple[str, str, str]]


def told(_: Translate, body: Mapping[str, Any]) -> Told:
    """Everything that a genuine receipt says."""
    return Told(
        head=_(STAGES.get(body["stage"], str(body["stage"]))),
        facts=_facts(_, body),
        destroyed=[
            (_counted(_, store, what), str(count))
            for store, counts in sorted(body["destroyed"].items(), reverse=True)  # files before their rows
            for what, count in counts.items()
        ],
        stays=[_stays(_, one) for one in body["stays"]],
        copies=[_copy(_, one) for one in body["copies_elsewhere"]],
    )


def _facts(_: Translate, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    scope = _(SCOPES.get(body["scope"], body["scope"]))
    if body["undone"]:
        scope = _("{scope}, until its person took the deletion back").format(scope=scope)
    named = [
        (_("Number"), body["number"]),
        (_("What was to be deleted"), scope),
        (_("Asked for"), when(body["asked_at"])),
        (_("Keys destroyed"), when(body["keys_destroyed_at"])),
        (_("May be taken back until"), when(body["may_be_undone_until"])),
        (_("Files and rows gone"), when(body["gone_at"])),
        (_("No backup of a key left"), body["key_backups_gone_on"]),
        (_("No copy left, but in the chat"), body["last_copy_gone_on"]),
        (_("Signed"), when(body["issued_at"])),
        (_("Key"), body["key"]),
        (_("Version of the Privacy Policy"), body["policy"]),
        (_("Version of the program"), body["program"]),
    ]
    return [(name, value) for name, value in named if value]


def _stays(_: Translate, one: Mapping[str, Any]) -> tuple[str, str, str]:
    known = CATEGORIES.get(one["category"])
    if known is None:
        return one["name"], one["kept"], one["until"] or NO_DAY
    return _(known.name), kept(_, known.retention), one["until"] or NO_DAY


def _counted(_: Translate, store: str, what: str) -> str:
    return _(COUNTS[store, what]) if (store, what) in COUNTS else f"{store}: {what}"


def _copy(_: Translate, one: Mapping[str, Any]) -> tuple[str, str, str]:
    known = RECIPIENTS.get(one["provider"])
    name, how_long = (_(known.name), keeps(_, known)) if known else (one["name"], one["kept"])
    if one.get("messages"):
        how_long += " · " + _("{number} messages that only the person can delete").format(number=one["messages"])
    return name, how_long, when(one["until"]) or NO_DAY


def when(moment: str | None) -> str:
    """`2026-11-28T12:00:05Z` as people read it."""
    return (moment or "").replace("T", " ").replace("Z", " UTC")
