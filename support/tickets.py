"""Tickets from their person's side: what is sent while /support is open goes into one, under the ticket's own key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from peewee import fn

from consent.accounts import lock
from custody.fields import Fields
from custody.keys import Keys
from database import Unit
from errors import Permanent, Rejected, Temporary
from jobs.desk import Desk
from models import Account, KeyRow, Ticket, TicketMessage, new_id
from policy.limits import SUPPORT_FILES, SUPPORT_MESSAGES, SUPPORT_REOPENED, SUPPORT_TALK
from states import move, move_all

FETCH: Final = "ticket_file"  # kinds of work: fetch a file somebody sent
NOT_TAKEN: Final = "ticket_refused"  # say that a file was not taken
ANSWER: Final = "ticket_answer"  # bring an answer
RESOLVED: Final = "ticket_resolved"  # say that it is resolved
PURPOSE: Final = "support"
PERSON, STAFF = "person", "staff"  # who writes
ACCOUNT_ENDED: Final = "account_ended"
ALBUM = timedelta(seconds=3)  # the pictures of one come within less
LOWEST, NUMBERS = 100_000, 900_000  # numbers of six digits
DRAWS = 20


def drawn() -> int:
    return LOWEST + secrets.randbelow(NUMBERS)


def writing(account: Account, now: Callable[[], datetime]) -> bool:
    """Whether what this person sends goes to support now."""
    return account.writes_until is not None and account.writes_until > now()


@dataclass(frozen=True)
class Taken:
    """The ticket that a message went into. `silently`: a file so close behind another one that one yes is enough."""

    number: int
    silently: bool


class Tickets:
    """Every method is called inside a unit."""

    def __init__(self, *, fields: Fields, keys: Keys, desk: Desk, draw: Callable[[], int] = drawn) -> None:
        self._fields = fields
        self._keys = keys
        self._desk = desk
        self._draw = draw

    def begin(self, unit: Unit, account: str, *, ticket: str | None = None) -> int | None:
        """Open the conversation. The number of the ticket that it goes on with: the one under way, else `ticket` if it
        was resolved lately; None where the first message opens a new one."""
        to = self._goes_to(account, ticket, unit.now)
        talk = {"writes_until": unit.now + SUPPORT_TALK, "writes_to": to.id if to else None}
        Account.update(**talk).where(Account.id == account).execute()
        return to.number if to else None

    def leave(self, unit: Unit, account: str) -> int | None:
        """End the conversation. The number of the ticket that it was about."""
        del unit
        row = lock(account)
        if row is None:
            return None
        Account.update(writes_until=None, writes_to=None).where(Account.id == account).execute()
        ticket = Ticket.get_or_none((Ticket.id == row.writes_to) & (Ticket.account == account))
        return ticket.number if ticket else None

    def take(self, unit: Unit, account: str, *, text: str | None, file_id: str | None, message: int) -> Taken:
        """Keep a message; its file is fetched later. A resolved ticket opens again.

        Raises Rejected("ticket.full" | "ticket.files").
        """
        row = lock(account)  # an album comes at once: into one ticket
        if row is None:
            raise Permanent("account.gone")
        ticket = self._goes_to(account, row.writes_to, unit.now) or self._open(unit, account)
        silently = self._demand_room(ticket.id, unit.now, with_file=file_id is not None)
        self._write(unit, ticket, text=text, file_id=file_id, message=message)
        again = {"last_at": unit.now, "resolved_at": None, "outcome": None}
        move(Ticket, ticket.id, come_from=(*Ticket.UNDER_WAY, Ticket.RESOLVED), to=Ticket.OPEN, **again)
        talk = {"writes_until": unit.now + SUPPORT_TALK, "writes_to": ticket.id}
        Account.update(**talk).where(Account.id == account).execute()
        return Taken(ticket.number, silently)

    def bring_back(self, unit: Unit, account: str) -> int:
        """Somebody is back in the chat: the answers that could not be brought are brought now. How many."""
        waits = (TicketMessage.account == account) & (TicketMessage.state == TicketMessage.UNREACHABLE)
        rows = list(TicketMessage.select().where(waits).order_by(TicketMessage.at))
        for row in rows:
            move(TicketMessage, row.id, come_from=(TicketMessage.UNREACHABLE,), to=TicketMessage.WAITING, reason=None)
            self._desk.add(unit, ANSWER, subject=row.id, account=account)
        return len(rows)

    def _goes_to(self, account: str, named: str | None, now: datetime) -> Ticket | None:
        theirs = Ticket.account == account
        under_way: Ticket | None = Ticket.get_or_none(theirs & Ticket.state.in_(Ticket.UNDER_WAY))
        if under_way is not None or named is None:
            return under_way
        lately = (Ticket.id == named) & (Ticket.resolved_at > now - SUPPORT_REOPENED)
        found: Ticket | None = Ticket.get_or_none(theirs & lately)
        return found

    def _open(self, unit: Unit, account: str) -> Ticket:
        id = new_id()
        self._keys.ensure(unit, id, KeyRow.TICKET)
        for _ in range(DRAWS):
            made = {"id": id, "number": self._draw(), "account": account, "opened_at": unit.now, "last_at": unit.now}
            if not Ticket.select().where(Ticket.number == made["number"]).exists():
                Ticket.insert(**made).execute()
                return Ticket(**made)
        raise Temporary("ticket.no_number")

    def _demand_room(self, ticket: str, now: datetime, *, with_file: bool) -> bool:
        """Whether it is a file and another one came just before."""
        mine = (TicketMessage.ticket == ticket) & (TicketMessage.author == PERSON)
        if TicketMessage.select().where(mine & ~_answered(ticket)).count() >= SUPPORT_MESSAGES:
            raise Rejected("ticket.full")
        if not with_file:
            return False
        files = mine & (TicketMessage.media.is_null(False) | TicketMessage.file_id.is_null(False))
        if TicketMessage.select().where(files).count() >= SUPPORT_FILES:
            raise Rejected("ticket.files")
        last = TicketMessage.select(fn.MAX(TicketMessage.at)).where(files).scalar()
        return last is not None and _time(last) > now - ALBUM

    def _write(self, unit: Unit, ticket: Ticket, *, text: str | None, file_id: str | None, message: int) -> None:
        row = new_id()

        def sealed(column: object, value: str | None) -> bytes | None:
            return self._fields.seal(column, row=row, account=ticket.id, value=value)

        TicketMessage.insert(
            id=row,
            ticket=ticket.id,
            account=ticket.account,
            author=PERSON,
            state=TicketMessage.INCOMING if file_id else TicketMessage.KEPT,
            text=sealed(TicketMessage.text, text or None),
            file_id=sealed(TicketMessage.file_id, file_id),
            message_id=message,
            at=unit.now,
        ).execute()
        if file_id:
            self._desk.add(unit, FETCH, subject=row, account=ticket.account)


def end_with_account(unit: Unit, account: str) -> int:
    """Nobody is left to answer: what is under way is resolved, and its period begins. What was to be fetched or brought
    is so no more. How many tickets that were."""
    ended = {"reason": "account.closed", "file_id": None}
    for state, to in (
        (TicketMessage.INCOMING, TicketMessage.REFUSED),
        (TicketMessage.WAITING, TicketMessage.UNREACHABLE),
    ):
        move_all(TicketMessage, TicketMessage.account == account, come_from=(state,), to=to, **ended)
    resolved = {"resolved_at": unit.now, "outcome": ACCOUNT_ENDED}
    return move_all(Ticket, Ticket.account == account, come_from=Ticket.UNDER_WAY, to=Ticket.RESOLVED, **resolved)


def _answered(ticket: str) -> Any:
    """The condition that a message of this ticket stands before an answer."""
    answer = TicketMessage.alias()
    later = (answer.ticket == ticket) & (answer.author == STAFF) & (answer.at >= TicketMessage.at)
    return fn.EXISTS(answer.select(answer.id).where(later))


def _time(found: object) -> datetime:
    """SQLite gives texts for what it computes."""
    return found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
