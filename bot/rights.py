"""What a person may ask of us about their data: what is held, and a copy of it. By command or by button."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from generation.chat import Person
from models import Account
from privacy.corrections import notes
from privacy.mydata import holdings
from providers.telegram_calls import Call, chat_action, send_text
from wording import corrections as says_corrections
from wording import export as says
from wording.buttons import Tap
from wording.corrections import Note


def my_data(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap | None = None
) -> list[Call]:
    """/mydata: by category, how much, why, how long, and what goes next."""
    found = holdings(context.fields, context.sweeps, account=account.id, telegram_id=person.chat)
    text = says.my_data(person.translate, found, keep_photos=account.keep_photos)
    theirs = [Note(row.at, row.on, words) for row, words in notes(context.fields, account.id)]
    texts = [text, says_corrections.notes(person.translate, theirs)] if theirs else [text]
    return [send_text(person.chat, said.text, said.keyboard) for said in texts]


def not_right(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """How data are corrected, asked under /mydata."""
    text = says_corrections.not_right(person.translate, support_email=context.support_email)
    return [send_text(person.chat, text.text, text.keyboard)]


def export(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap | None = None
) -> list[Call]:
    """/export: frozen now; the worker speaks in the chat as soon as it packs. Raises Rejected("export.under_way")."""
    context.exports.ask(unit, account=account.id, telegram_id=person.chat)
    return [chat_action(person.chat, "upload_document")]
