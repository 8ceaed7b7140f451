"""Tickets past their period: key, words and rows go at once, the sealed files by a row of work each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from custody import destroy
from custody.keys import Keys
from database import Unit
from generation.kinds import DESTROY
from models import KeyRow, Media, Ticket, TicketMessage, Work, new_id
from privacy.sweep import Rows


@dataclass(frozen=True, kw_only=True)
class Tickets(Rows):
    """Without its key nothing of a ticket can be read, however long the store is away."""

    keys: Keys

    def let_go(self, unit: Unit, now: datetime) -> int:
        tickets = [row.id for row in self.batch(now, Ticket.id)]
        for ticket in tickets:
            self.keys.destroy(unit, ticket, (KeyRow.TICKET,))
        _destroy_later(unit, Media.select().where(Media.account.in_(tickets)))
        TicketMessage.delete().where(TicketMessage.ticket.in_(tickets)).execute()
        return int(Ticket.delete().where(Ticket.id.in_(tickets)).execute())


def _destroy_later(unit: Unit, files: Iterable[Media]) -> None:
    """No bell: the clock rings for what is due."""
    due = {"kind": DESTROY, "due_at": unit.now, "created_at": unit.now}
    work = [
        {"id": new_id(), "subject": media.id, "account": media.account, **due}
        for media in files
        if destroy.intend(unit, media.id)
    ]
    if work:
        Work.insert_many(work).execute()
