"""Incidents that are past their period, and with each all that was written about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from database import Unit
from models import Incident, IncidentNote
from privacy.sweep import Rows


@dataclass(frozen=True, kw_only=True)
class Breaches(Rows):
    """The staff's key locks other words, too, and stays: the rows themselves go."""

    def let_go(self, unit: Unit, now: datetime) -> int:
        del unit
        incidents = [row.id for row in self.batch(now, Incident.id)]
        IncidentNote.delete().where(IncidentNote.incident.in_(incidents)).execute()
        return int(Incident.delete().where(Incident.id.in_(incidents)).execute())
