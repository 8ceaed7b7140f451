"""Support and reports, each case under a key of its own."""

from __future__ import annotations

from typing import ClassVar

from peewee import SQL, BigIntegerField, IntegerField, TextField

from tables.columns import STATE, Base, Sealed, UtcField, about, new_id, plain
from tables.people import KeyRow


class Report(Base):
    """Somebody says that a picture or an account should not be here: a case with a clock, from whoever it comes.

    Its words are sealed under the case's own key, so that they outlive no account and no account outlives them.
    """

    OPEN, FROZEN = "open", "frozen"
    ERASED, RELEASED, UNFOUNDED = "erased", "released", "unfounded"
    MOVES: ClassVar = {
        OPEN: {FROZEN, ERASED, UNFOUNDED},
        FROZEN: {ERASED, RELEASED},
        ERASED: set(),
        RELEASED: set(),
        UNFOUNDED: set(),
    }
    UNDER_WAY: ClassVar = (OPEN, FROZEN)

    id = about(TextField(primary_key=True), "support")  # random, and short enough to be typed
    kind = about(TextField(), "support")
    source = plain(TextField(), "bot, web or mail")
    state = plain(TextField(default=OPEN), STATE)
    reporter = about(TextField(null=True, index=True), "support")  # the account it came from, where it was the bot
    accused = about(TextField(null=True, index=True), "support")  # the account it is about, as soon as that is known
    photo = about(TextField(null=True), "support")
    order = about(TextField(null=True, column_name="order_id"), "support")
    words = Sealed("support", key=KeyRow.CASE, null=True)
    place = Sealed("support", key=KeyRow.CASE, null=True)  # where it was seen
    contact = Sealed("support", key=KeyRow.CASE, null=True)
    words_until = plain(UtcField(null=True), "until when the next message counts as its words")
    received_at = about(UtcField(), "support")
    due_at = about(UtcField(), "support")
    decided_at = about(UtcField(null=True), "support")  # when staff first did something about it
    ended_at = about(UtcField(null=True), "support")

    class Meta:
        table_name = "report"


Report.add_index(Report.index(Report.due_at, where=SQL("ended_at IS NULL"), name="report_open"))
Report.add_index(Report.index(Report.ended_at, where=SQL("ended_at IS NOT NULL"), name="report_ended"))


class Ticket(Base):
    """Something that a person and support write to each other about. Its key is its own: it outlives the account."""

    OPEN, ANSWERED, RESOLVED = "open", "answered", "resolved"
    MOVES: ClassVar = {
        OPEN: {OPEN, ANSWERED, RESOLVED},
        ANSWERED: {ANSWERED, OPEN, RESOLVED},
        RESOLVED: {OPEN},  # its person wrote again in time
    }
    UNDER_WAY: ClassVar = (OPEN, ANSWERED)

    id = about(TextField(primary_key=True, default=new_id), "support")
    number = about(IntegerField(unique=True), "support")  # drawn at random: what people call it by
    account = about(TextField(index=True), "support")
    state = plain(TextField(default=OPEN), STATE)
    outcome = plain(TextField(null=True), "what became of it, from a fixed list")
    opened_at = about(UtcField(), "support")
    last_at = about(UtcField(), "support")  # the last word, whose ever
    resolved_at = about(UtcField(null=True), "support")

    class Meta:
        table_name = "ticket"


Ticket.add_index(Ticket.index(Ticket.account, unique=True, where=SQL("state <> 'resolved'"), name="ticket_under_way"))
Ticket.add_index(Ticket.index(Ticket.resolved_at, where=SQL("resolved_at IS NOT NULL"), name="ticket_resolved"))


class TicketMessage(Base):
    """One message of a ticket, of its person or of the staff, with a file or without."""

    KEPT, INCOMING, REFUSED = "kept", "incoming", "refused"  # a person's: its file is still fetched, or was not taken
    WAITING, SENT, UNREACHABLE = "waiting", "sent", "unreachable"  # an answer
    MOVES: ClassVar = {
        KEPT: set(),
        INCOMING: {KEPT, REFUSED},
        REFUSED: set(),
        WAITING: {SENT, UNREACHABLE},
        SENT: set(),
        UNREACHABLE: {WAITING},  # they are back
    }

    id = about(TextField(primary_key=True, default=new_id), "support")
    ticket = about(TextField(index=True), "support")
    account = about(TextField(index=True), "support")
    author = plain(TextField(), "person or staff")
    state = plain(TextField(), STATE)
    text = Sealed("support", key=KeyRow.TICKET, holder="ticket", null=True)
    file_id = Sealed("support", key=KeyRow.TICKET, holder="ticket", null=True)  # Telegram's, dropped once fetched
    media = about(TextField(null=True), "support")
    message_id = about(BigIntegerField(null=True), "support")
    reason = plain(TextField(null=True), "code of a failure from a fixed list")
    at = about(UtcField(), "support")

    class Meta:
        table_name = "ticket_message"
