"""Cases that are past their period, and with each the key that locks its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from custody.keys import Keys
from database import Unit
from models import KeyRow
from privacy.sweep import Rows


@dataclass(frozen=True, kw_only=True)
class Cases(Rows):
    """`model` is a table whose rows own a key each, by their id."""

    keys: Keys

    def let_go(self, unit: Unit, now: datetime) -> int:
        model: Any = self.model
        cases = [row.id for row in self.batch(now, model.id)]
        for case in cases:
            self.keys.destroy(unit, case, (KeyRow.CASE,))
        return int(model.delete().where(model.id.in_(cases)).execute())
