"""/support: what somebody sends from now on goes into a ticket, until they are done, cancel, or use a command."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from errors import Rejected
from generation.chat import Person
from models import Account
from providers.telegram_calls import Call, edit_text, send_text
from support.tickets import writing
from wording import support as says
from wording.buttons import Tap
from wording.message import Message


def addressed(context: Context, account: Account, update: Update) -> bool:
    """Whether this goes to support: a message, but no command, of somebody who is writing there."""
    if update.kind not in ("text", "photo", "unsupported") or is_command(update):
        return False
    return writing(account, context.database.clock.now)


def is_command(update: Update) -> bool:
    return update.kind == "text" and (update.text or "").startswith("/")


def command(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap | None = None
) -> list[Call]:
    """By command, or by a button, which may name the ticket to answer in."""
    context.reports.wait_no_more(account.id)  # what they write next is no part of a report
    number = context.tickets.begin(unit, account.id, ticket=tap.id if tap and tap.id else None)
    return [_say(person, says.begin(person.translate, number=number))]


def received(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """A message that goes to support. Raises Rejected("ticket.kind" | "ticket.full" | "ticket.files")."""
    if update.kind == "unsupported":
        raise Rejected("ticket.kind")
    taken = context.tickets.take(
        unit,
        account.id,
        text=update.caption if update.kind == "photo" else update.text,
        file_id=update.file_id if update.kind == "photo" else None,
        message=update.message,
    )
    return [] if taken.silently else [_say(person, says.taken(person.translate, number=taken.number))]


def done(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    number = context.tickets.leave(unit, account.id)
    text = says.left(person.translate) if number is None else says.done(person.translate, number=number)
    return [edit_text(person.chat, update.message, text.text, text.keyboard)]


def cancel(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    context.tickets.leave(unit, account.id)
    text = says.left(person.translate)
    return [edit_text(person.chat, update.message, text.text, text.keyboard)]


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)
