"""The tables of the policy's page, each from the register. Cells are plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policy.categories import CATEGORIES, NOT_KEPT
from policy.locations import LOCATIONS
from policy.purposes import PURPOSES
from policy.rights import RIGHTS
from policy.terms import Purpose, Recipient
from wording.language import Translate
from wording.periods import keeps, kept


@dataclass(frozen=True)
class Table:
    """`rows` are as long as `head`; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    promises: tuple[str, ...] = ()


# Language, recipients as configured, what fills placeholders, promises.
Make = Callable[[Translate, Sequence[Recipient], Mapping[str, str], tuple[str, ...]], Table]


def models(_: Translate, recipients: Sequence[Recipient]) -> list[str]:
    """The AI models in use, by name."""
    return [_(r.model) for r in recipients if r.model]


def used(_: Translate, purpose: Purpose) -> str:
    """The data that a purpose may use, in words."""
    if purpose.categories == CATEGORIES.keys():
        return _("all categories")
    names = [_(c.name) for c in CATEGORIES.values() if c.id in purpose.categories]
    return _("; ").join(names) + (f" {_(purpose.note)}" if purpose.note else "")


def _collected(_: Translate, __: Sequence[Recipient], ___: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("Everything that is collected"),
        (_("Category"), _("Data"), _("Source")),
        tuple(
            (_(c.name), _(c.data), _(c.source))
            for c in CATEGORIES.values()
            if c.retention.period != NOT_KEPT or c.id == "technical"
        ),
        promises,
    )


def _purposes(_: Translate, __: Sequence[Recipient], ___: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("Every purpose"),
        (_("Purpose"), _("Data used"), _("Legal basis")),
        tuple((_(p.name), used(_, p), _(p.basis)) for p in PURPOSES.values()),
        promises,
    )


def _models(_: Translate, to: Sequence[Recipient], __: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("The AI models"),
        (_("Model"), _("Receives"), _("Keeps it")),
        tuple((_(r.model), _(r.receives), keeps(_, r)) for r in to if r.model),
        promises,
    )


def _recipients(_: Translate, to: Sequence[Recipient], __: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("Everybody who receives data"),
        (_("Recipient"), _("Receives"), _("What for"), _("Where"), _("Keeps it")),
        tuple((_(r.name), _(r.receives), _(r.role), _(r.country), keeps(_, r)) for r in to),
        promises,
    )


def _retention(_: Translate, __: Sequence[Recipient], ___: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("How long each category is kept"),
        (_("Category"), _("Kept")),
        tuple((_(c.name), kept(_, c.retention)) for c in CATEGORIES.values()),
        promises,
    )


def _places(_: Translate, to: Sequence[Recipient], words: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    theirs = {r.country for r in to}
    return Table(
        _("Where data is processed"),
        (_("Who"), _("Where")),
        tuple(
            (_(place.what), words["location"] if place.setting else _(place.place))
            for place in LOCATIONS.values()
            if place.place in theirs
        ),
        promises,
    )


def _rights(_: Translate, __: Sequence[Recipient], words: Mapping[str, str], promises: tuple[str, ...]) -> Table:
    return Table(
        _("Your rights and how to use them"),
        (_("Right"), _("What it means"), _("How")),
        tuple((_(r.name), _(r.means), _(r.how).format(**words)) for r in RIGHTS),
        promises,
    )


TABLES: Mapping[str, Make] = {
    "collected": _collected,
    "purposes": _purposes,
    "models": _models,
    "recipients": _recipients,
    "retention": _retention,
    "places": _places,
    "rights": _rights,
}
