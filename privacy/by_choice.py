"""Photos that go earlier than the register says, because their person chose so. Each carries its end in its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from peewee import SQL

from database import Unit
from generation.keeping import AT_ONCE, HAS_END, NOT_IN_USE, let_go
from jobs.desk import Desk
from models import GOES, Photo
from policy.categories import NOT_KEPT
from privacy.sweep import Rows


@dataclass(frozen=True, kw_only=True)
class ByChoice(Rows):
    """They go as a deletion by hand goes; what is being made of one is waited for, and is no mistake."""

    desk: Desk

    def let_go(self, unit: Unit, now: datetime) -> int:
        return let_go(unit, self.desk, Photo.goes_at <= now, limit=AT_ONCE)


def by_choice(desk: Desk) -> ByChoice:
    # The choice's period is in the row's end, which was written when the photo came or the choice was made.
    return ByChoice(
        name="photo_by_choice",
        category="photos",
        model=Photo,
        start=Photo.goes_at,
        period=NOT_KEPT,
        only=HAS_END & NOT_IN_USE,
        among=SQL(GOES),
        desk=desk,
    )
