"""What support writes: an answer is a row until it is in the chat, and comes rather twice than never."""

from __future__ import annotations

import crash
import logs
from custody.fields import Fields
from database import Database, Unit
from errors import Failure, Permanent, Temporary
from jobs.claim import Claim
from models import Ticket, TicketMessage
from states import move
from support.campaigns import Chats
from support.tickets import PURPOSE
from wording import support as says

CLOSED_CHAT = ("telegram.blocked", "account.gone")

log = logs.get()


class Answers:
    """Work of the rights process. `chats`: the way to a person, opened for support."""

    def __init__(self, *, database: Database, fields: Fields, chats: Chats) -> None:
        self._database = database
        self._fields = fields
        self._chats = chats

    def bring(self, claim: Claim) -> None:
        """WAITING to SENT; to UNREACHABLE where the chat is closed: staff see it and answer by mail."""
        with self._database.connection():
            waits = (TicketMessage.id == claim.subject) & (TicketMessage.state == TicketMessage.WAITING)
            row = TicketMessage.get_or_none(waits)
            ticket = Ticket.get_or_none(Ticket.id == row.ticket) if row else None
        if row is None or ticket is None:
            with claim.finish():
                return
        words, id, number = self._fields.open(TicketMessage.text, row, purpose=PURPOSE) or "", ticket.id, ticket.number
        try:
            sent = self._chats.write(claim.account, lambda _: says.answer(_, ticket=id, number=number, words=words))
        except Permanent as error:
            if error.code not in CLOSED_CHAT:
                raise
            with claim.finish():
                self._unreachable(row.id, error.code)
            return
        crash.at("ticket_answer.sent")
        with claim.finish():
            here = {"message_id": sent.message_id if sent else None, "reason": None}
            move(TicketMessage, row.id, come_from=(TicketMessage.WAITING,), to=TicketMessage.SENT, **here)

    def not_brought(self, claim: Claim, failure: Failure, unit: Unit) -> None:
        del unit
        self._unreachable(claim.subject, failure.code)
        log.error("ticket.not_answered", work=claim.id, code=failure.code)

    def tell_resolved(self, claim: Claim) -> None:
        """After the answers, and only while it is. Where the chat is closed there is nobody to tell.

        Raises Temporary("ticket.answer_first").
        """
        with self._database.connection():
            ticket = Ticket.get_or_none((Ticket.id == claim.subject) & (Ticket.state == Ticket.RESOLVED))
            mine = (TicketMessage.ticket == claim.subject) & (TicketMessage.state == TicketMessage.WAITING)
            if TicketMessage.select().where(mine).exists():
                raise Temporary("ticket.answer_first", retry_after=2.0)
        if ticket is not None:
            id, number = ticket.id, ticket.number
            try:
                self._chats.write(claim.account, lambda _: says.resolved(_, ticket=id, number=number))
            except Permanent as error:
                if error.code not in CLOSED_CHAT:
                    raise
        with claim.finish():
            pass

    def _unreachable(self, message: str, reason: str) -> None:
        waits = (TicketMessage.WAITING,)
        move(TicketMessage, message, come_from=waits, to=TicketMessage.UNREACHABLE, reason=reason)
