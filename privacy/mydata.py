"""What is held of a person now, by category: how many records, and when the next of them goes by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from custody.fields import Fields
from custody.media import KINDS
from models import Export, Media, Sealed
from policy.categories import CATEGORIES, COPY_OF_DATA
from privacy.holdings import Whose, category_of, columns, home, personal, theirs
from privacy.sweep import Rows, Sweep, as_time
from wording.export import Holding

FILES = ("photos", "results")  # counted as the files that they are
ITSELF = "account"  # the account is one record, whatever work was done for it


def holdings(fields: Fields, sweeps: Iterable[Sweep], *, account: str, telegram_id: int) -> list[Holding]:
    """In the order of the register, those with something in them. Called with a connection."""
    whose = Whose.of(fields, account, telegram_id)
    counts, goes = _counts(whose), _next(whose, sweeps)
    return [Holding(id, counts[id], goes.get(id)) for id in CATEGORIES if counts.get(id)]


def _counts(whose: Whose) -> dict[str, int]:
    """Photos, pictures and copies are counted as files; everything else as rows, under the category of the row and of
    what is sealed in it."""
    found: Counter[str] = Counter()
    for model in personal():
        rows = model.select().where(theirs(model, whose))
        found[home(model)] += rows.count()
        sealed: dict[str, list[Any]] = {}
        for column in columns(model):
            category = category_of(column)
            if isinstance(column, Sealed) and category and category != home(model):
                sealed.setdefault(category, []).append(~column.is_null())
        for category, filled in sealed.items():
            found[category] += rows.where(reduce(or_, filled)).count()
    for kind_category in FILES:
        kinds = [kind for kind, (category, _key) in KINDS.items() if category == kind_category]
        stored = theirs(Media, whose) & (Media.state == Media.STORED) & Media.kind.in_(kinds)
        found[kind_category] = Media.select().where(stored).count()
    found[ITSELF] = 1
    return found


def _next(whose: Whose, sweeps: Iterable[Sweep]) -> dict[str, date]:
    """Category -> the day its next record goes, from the rules that let it go."""
    known = personal()
    ends: dict[str, list[datetime]] = {}
    for rule in sweeps:
        if not isinstance(rule, Rows) or rule.model not in known or rule.category not in CATEGORIES:
            continue
        if rule.category == ITSELF:  # it stays while the account does, whatever traces of work go before
            continue
        rows = rule.model.select(fn.MIN(rule.start)).where(theirs(rule.model, whose))
        if first := as_time((rows if rule.only is None else rows.where(rule.only)).scalar()):
            ends.setdefault(rule.category, []).append(first + rule.period)
    waiting = Export.select(fn.MIN(Export.made_at)).where(theirs(Export, whose) & Export.made_at.is_null(False))
    if made := as_time(waiting.scalar()):
        ends.setdefault("exports", []).append(made + COPY_OF_DATA)
    return {id: min(found).date() for id, found in ends.items()}
