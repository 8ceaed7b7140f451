"""What is held of a person now, by category: how many records, and when the next of them goes by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from peewee import fn

from custody.fields import Fields
from custody.media import KINDS
from models import Export, Media, Photo
from policy.categories import CATEGORIES, COPY_OF_DATA
from privacy.holdings import OWNED_BY, Whose, home, personal, theirs
from privacy.sweep import Rows, Sweep, as_time
from wording.export import Holding

ITSELF = "account"  # the account is one record, whatever work was done for it


def holdings(fields: Fields, sweeps: Iterable[Sweep], *, account: str, telegram_id: int) -> list[Holding]:
    """In the order of the register, those with something in them. Called with a connection."""
    whose = Whose.of(fields, account, telegram_id)
    counts, goes = _counts(whose), _next(whose, sweeps)
    return [Holding(id, counts[id], goes.get(id)) for id in CATEGORIES if counts.get(id)]


def _counts(whose: Whose) -> dict[str, int]:
    """Photos, pictures and copies are counted as files, everything else as rows of its tables."""
    found: dict[str, int] = {}
    for model in personal():
        if model not in (Media, Photo):
            found[home(model)] = found.get(home(model), 0) + model.select().where(theirs(model, whose)).count()
    stored = Media.select().where(theirs(Media, whose) & (Media.state == Media.STORED))
    for kind, (category, _key) in KINDS.items():
        if category != "exports":
            found[category] = found.get(category, 0) + stored.where(Media.kind == kind).count()
    found[ITSELF] = 1
    return found


def _next(whose: Whose, sweeps: Iterable[Sweep]) -> dict[str, date]:
    """Category -> the day its next record goes, from the rules that let it go."""
    known = {*OWNED_BY, *personal()}
    ends: dict[str, list[datetime]] = {}
    for rule in sweeps:
        if not isinstance(rule, Rows) or rule.model not in known or rule.category not in CATEGORIES:
            continue
        rows = rule.model.select(fn.MIN(rule.start)).where(theirs(rule.model, whose))
        if first := as_time((rows if rule.only is None else rows.where(rule.only)).scalar()):
            ends.setdefault(rule.category, []).append(first + rule.period)
    waiting = Export.select(fn.MIN(Export.made_at)).where(theirs(Export, whose) & Export.made_at.is_null(False))
    if made := as_time(waiting.scalar()):
        ends.setdefault("exports", []).append(made + COPY_OF_DATA)
    return {id: min(found).date() for id, found in ends.items()}
