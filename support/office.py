"""Tickets from the staff's side: the list without a word of them, and what is read and written for one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from custody.fields import Fields
from custody.media import MediaVault
from database import Database, Unit
from errors import Rejected
from jobs.desk import Desk
from models import Account, Media, Ticket, TicketMessage, new_id
from policy.limits import LONGEST_ANSWER, SUPPORT_REOPENED
from states import move
from support.tickets import ANSWER, PERSON, PURPOSE, RESOLVED, STAFF

BY_STAFF = "resolved"  # what became of a ticket


@dataclass(frozen=True)
class Line:
    """A ticket as it is listed. `unreachable`: answers that cannot be brought into the chat."""

    number: int
    state: str
    opened_at: datetime
    last_at: datetime
    unreachable: int


@dataclass(frozen=True, repr=False)
class Letter:
    """A message, opened. `file`: the number of its file within the ticket, from 1 on; `reason`: why one was not taken,
    or an answer not brought."""

    author: str
    at: datetime
    state: str
    text: str
    file: int | None = None
    mime: str = ""
    size: int = 0
    reason: str = ""


class Office:
    """Who acts, and why, is written down by the caller, in the same unit."""

    def __init__(self, *, database: Database, fields: Fields, media: MediaVault, desk: Desk) -> None:
        self._database = database
        self._fields = fields
        self._media = media
        self._desk = desk

    def listed(self) -> list[Line]:
        """Those under way, and those resolved lately whose answer did not reach the chat. What waits for staff stands
        first, the longest waiting before the others."""
        lost = TicketMessage.state == TicketMessage.UNREACHABLE
        with self._database.connection():
            lately = Ticket.resolved_at > self._database.clock.now() - SUPPORT_REOPENED
            unanswered = lately & Ticket.id.in_(TicketMessage.select(TicketMessage.ticket).where(lost))
            rows = list(Ticket.select().where(Ticket.state.in_(Ticket.UNDER_WAY) | unanswered).order_by(Ticket.last_at))
            of = lost & TicketMessage.ticket.in_([row.id for row in rows])
            unreachable = Counter(str(row.ticket) for row in TicketMessage.select(TicketMessage.ticket).where(of))
        rows.sort(key=lambda row: row.state != Ticket.OPEN)
        return [Line(r.number, r.state, r.opened_at, r.last_at, unreachable[r.id]) for r in rows]

    def get(self, number: int) -> Ticket:
        """Called with a connection. Raises Rejected("ticket.unknown")."""
        found: Ticket | None = Ticket.get_or_none(Ticket.number == number)
        if found is None:
            raise Rejected("ticket.unknown")
        return found

    def last_word(self, ticket: Ticket) -> datetime:
        """When its person wrote last. Called with a connection."""
        theirs = (TicketMessage.ticket == ticket.id) & (TicketMessage.author == PERSON)
        last = TicketMessage.select(TicketMessage.at).where(theirs).order_by(TicketMessage.at.desc()).first()
        found: datetime = last.at if last is not None else ticket.opened_at
        return found

    def letters(self, ticket: Ticket) -> list[Letter]:
        """Everything that was written, the oldest first. Each opening is recorded."""
        with self._database.connection():
            rows = self._rows(ticket)
            files = {media.id: media for media in Media.select().where(Media.account == ticket.id)}
        numbers = {row.id: place for place, row in enumerate((r for r in rows if r.media in files), start=1)}
        found = []
        for row in rows:
            media = files.get(row.media or "")
            text = self._fields.open(TicketMessage.text, row, purpose=PURPOSE) if row.text is not None else ""
            letter = Letter(row.author, row.at, row.state, text or "", reason=row.reason or "")
            if media is not None:
                letter = replace(letter, file=numbers[row.id], mime=media.mime, size=media.size)
            found.append(letter)
        return found

    def file(self, ticket: Ticket, place: int) -> BinaryIO:
        """The bytes of the file with this number. The opening is recorded. Raises Rejected("ticket.no_file")."""
        with self._database.connection():
            files = {media.id: media for media in Media.select().where(Media.account == ticket.id)}
            here = [files[row.media] for row in self._rows(ticket) if row.media in files]
        if not 1 <= place <= len(here):
            raise Rejected("ticket.no_file")
        return self._media.open(here[place - 1], purpose=PURPOSE, person=ticket.account)

    def answer(self, unit: Unit, number: int, text: str) -> Ticket:
        """The answer is on its way once this is committed.

        Raises Rejected("ticket.unknown" | "ticket.resolved" | "ticket.nobody" | "ticket.words").
        """
        words = text.strip()
        if not words or len(words) > LONGEST_ANSWER:
            raise Rejected("ticket.words", most=LONGEST_ANSWER)
        ticket = self.get(number)
        if not Account.select().where(Account.id == ticket.account).exists():
            raise Rejected("ticket.nobody")
        if not move(Ticket, ticket.id, come_from=Ticket.UNDER_WAY, to=Ticket.ANSWERED, last_at=unit.now):
            raise Rejected("ticket.resolved")
        row = new_id()
        TicketMessage.insert(
            id=row,
            ticket=ticket.id,
            account=ticket.account,
            author=STAFF,
            state=TicketMessage.WAITING,
            text=self._fields.seal(TicketMessage.text, row=row, account=ticket.id, value=words),
            at=unit.now,
        ).execute()
        self._desk.add(unit, ANSWER, subject=row, account=ticket.account)
        return ticket

    def resolve(self, unit: Unit, number: int) -> Ticket:
        """Its period begins, and its person is told. Raises Rejected("ticket.unknown" | "ticket.resolved")."""
        ticket = self.get(number)
        ended = {"resolved_at": unit.now, "outcome": BY_STAFF}
        if not move(Ticket, ticket.id, come_from=Ticket.UNDER_WAY, to=Ticket.RESOLVED, **ended):
            raise Rejected("ticket.resolved")
        self._desk.add(unit, RESOLVED, subject=ticket.id, account=ticket.account)
        return ticket

    def _rows(self, ticket: Ticket) -> list[TicketMessage]:
        mine = TicketMessage.select().where(TicketMessage.ticket == ticket.id)
        return list(mine.order_by(TicketMessage.at, TicketMessage.id))
