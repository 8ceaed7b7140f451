"""The difference between two versions of the policy, in sentences for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from policy.changes import ADDED, CHANGED, REMOVED, TEXT, Change, differences
from policy.snapshots import load
from policy.terms import N_, Say
from policy.text import SECTIONS
from policy.versions import BY_ID, Version
from wording.language import Translate, listed
from wording.periods import filled, period
from wording.policy import Facts, facts_of, fillings
from wording.snapshot import UNFILLED

HEADINGS = {
    "categories": N_("What is collected, and for how long"),
    "purposes": N_("What it is used for"),
    "recipients": N_("Who receives data"),
    "locations": N_("Where data is processed"),
    "rights": N_("Your rights"),
    "periods": N_("Other periods"),
    TEXT: N_("The text"),
}
SENTENCES = {
    ("categories", ADDED): N_("New: {name} ({data}); kept: {kept}"),
    ("categories", REMOVED): N_("No longer collected: {name}"),
    ("purposes", ADDED): N_("New purpose: {name}. It may use: {categories}. Legal basis: {basis}"),
    ("purposes", REMOVED): N_("No longer a purpose: {name}"),
    ("recipients", ADDED): N_("New recipient: {name} ({country}), {role}. Receives: {receives}. Keeps it: {keeps}"),
    ("recipients", REMOVED): N_("No longer a recipient: {name}"),
    ("locations", ADDED): N_("New place: {place}: {name}"),
    ("locations", REMOVED): N_("No longer a place: {place}: {name}"),
    ("rights", ADDED): N_("Now described: {name}: {means}"),
    ("rights", REMOVED): N_("No longer described: {name}"),
    ("periods", ADDED): N_("{name}: {period}"),
    ("periods", REMOVED): N_("No longer named: {name}"),
    (TEXT, ADDED): N_("New in “{name}”: “{after}”"),
    (TEXT, REMOVED): N_("Gone from “{name}”: “{before}”"),
    (TEXT, CHANGED): N_("Changed in “{name}”: “{before}” → “{after}”"),
}
FIELDS = {
    "name": N_("{name}: was called “{before}”"),
    "kept": N_("{name}: kept {before} → kept {after}"),
    "keeps": N_("{name}: keeps it {before} → {after}"),
    "period": N_("{name}: {before} → {after}"),
    "basis": N_("{name}: legal basis: {before} → {after}"),
    "data": N_("{name}: data: “{before}” → “{after}”"),
    "source": N_("{name}: source: “{before}” → “{after}”"),
    "receives": N_("{name}: receives: “{before}” → “{after}”"),
    "country": N_("{name}: where: {before} → {after}"),
    "place": N_("{name}: where: {before} → {after}"),
    "role": N_("{name}: what for: {before} → {after}"),
    "model": N_("{name}: AI model: {before} → {after}"),
    "hosts": N_("{name}: network addresses: {before} → {after}"),
    "file_hosts": N_("{name}: network addresses of results: {before} → {after}"),
    "means": N_("{name}: what it means: “{before}” → “{after}”"),
    "how": N_("{name}: how: “{before}” → “{after}”"),
    "own_use": N_("{name}: counts as your own use of your data: {before} → {after}"),
}
OTHER_FIELD = N_("{name}: now “{after}”, before “{before}”")
SHORT = {
    ("recipients", ADDED): N_("New recipients: {names}"),
    ("recipients", REMOVED): N_("No longer recipients: {names}"),
    ("purposes", ADDED): N_("New purposes: {names}"),
    ("purposes", REMOVED): N_("No longer purposes: {names}"),
    ("categories", ADDED): N_("Newly collected or named: {names}"),
    ("categories", REMOVED): N_("No longer collected: {names}"),
}
PERIODS = {
    "key_backup": N_("Age of the backup of keys, at most"),
    "answer_within": N_("Time to answer requests, at most"),
}


@dataclass(frozen=True)
class Comparison:
    """What `new` changes of `old`: a heading and its sentences each. It takes effect on `new.effective`."""

    old: Version
    new: Version
    groups: tuple[tuple[str, tuple[str, ...]], ...]


def compare(_: Translate, one: str, other: str, facts: Facts) -> Comparison:
    """Two versions by their ids, in any order. Raises KeyError for one that never was."""
    old, new = sorted((BY_ID[one], BY_ID[other]), key=lambda version: version.published)
    found = differences(load(old.id), load(new.id))
    groups = []
    for table, heading in HEADINGS.items():
        if lines := tuple(in_words(_, change, facts) for change in found if change.table == table):
            groups.append((_(heading), lines))
    return Comparison(old, new, tuple(groups))


def in_short(_: Translate, one: str, other: str) -> tuple[str, ...]:
    """The same for a person in a hurry: who and what is new, which periods changed; an empty one where nothing is."""
    old, new = sorted((BY_ID[one], BY_ID[other]), key=lambda version: version.published)
    found = differences(load(old.id), load(new.id))
    lines = []
    for (table, kind), sentence in SHORT.items():
        if names := [_(change.name) for change in found if (change.table, change.kind) == (table, kind)]:
            lines.append(_(sentence).format(names=_("; ").join(names)))
    kept = (change for change in found if change.kind == CHANGED and change.field in ("kept", "keeps"))
    return (*lines, *(_register(_, change, _(change.name)) for change in kept))


def in_words(_: Translate, change: Change, facts: Facts) -> str:
    """One sentence: "Photos: kept until you ask for deletion → kept 90 days"."""
    name = _(PERIODS.get(change.name, change.name))
    if change.table == TEXT:
        return _of_text(_, change, name, facts)
    if change.kind != CHANGED:
        said: Mapping[str, Any] = change.after if change.kind == ADDED else change.before
        parts = {field: _value(_, value) for field, value in said.items()}
        if said.get("note"):
            parts["categories"] += f" {parts['note']}"
        return _(SENTENCES[change.table, change.kind]).format(**{**parts, "name": name})
    if change.field == "categories":
        return _granted(_, change, name)
    return _register(_, change, name).format(**fillings(_, facts))


def _register(_: Translate, change: Change, name: str) -> str:
    """A changed value of the register; placeholders of the settings are still in it."""
    before, after = (_value(_, value) for value in (change.before, change.after))
    return _(FIELDS.get(change.field, OTHER_FIELD)).format(name=name, before=before, after=after)


def _of_text(_: Translate, change: Change, name: str, facts: Facts) -> str:
    if change.field != "text":  # of a whole section
        whole = {
            ADDED: _("New section: “{name}”"),
            REMOVED: _("Section no longer there: “{name}”"),
            CHANGED: _("Section “{before}” is now called “{name}”"),
        }
        return whole[change.kind].format(name=name, before=change.before)
    before, after = (_paragraph(_, text or "", facts) for text in (change.before, change.after))
    return _(SENTENCES[TEXT, change.kind]).format(name=name, before=before, after=after)


def _granted(_: Translate, change: Change, name: str) -> str:
    come = [_(category) for id, category in change.after.items() if id not in change.before]
    gone = [_(category) for id, category in change.before.items() if id not in change.after]
    if come and gone:
        both = _("{name}: now also {come}; no longer {gone}")
        return both.format(name=name, come=listed(_, come), gone=listed(_, gone))
    if come:
        return _("{name}: now also {come}").format(name=name, come=listed(_, come))
    return _("{name}: no longer {gone}").format(name=name, gone=listed(_, gone))


def _value(_: Translate, value: Any) -> str:
    """A value of the register in words."""
    if isinstance(value, dict) and "seconds" not in value:
        return _("; ").join(_(category) for category in value.values())
    if isinstance(value, dict):
        seconds = value["seconds"]
        length = None if seconds is None else timedelta(seconds=seconds)
        return filled(_, value["words"], length) if "words" in value else period(_, timedelta(seconds=seconds))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(_, (_(part) for part in value)) or "–"
    return _(value) if value else "–"


def _paragraph(_: Translate, text: str, facts: Facts) -> str:
    """A published paragraph; in the language of `_` where the newest version still says it."""
    declared = _declared_as().get(text)
    return text.format(**facts_of(facts)) if declared is None else _(declared).format(**fillings(_, facts))


@cache
def _declared_as() -> dict[str, str]:
    """Paragraph as it is published -> as it is declared, for translators."""
    words = fillings(str, UNFILLED)
    return {said.text.format(**words): said.text for part in SECTIONS for said in part.says if isinstance(said, Say)}
