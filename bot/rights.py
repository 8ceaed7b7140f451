"""What a person may ask of us about their data: what is held, and a copy of it. By command or by button."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from generation.chat import Person
from models import Account
from privacy.mydata import holdings
from providers.telegram_calls import Call, chat_action, send_text
from wording import export as says
from wording.buttons import Tap


def my_data(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap | None = None
) -> list[Call]:
    """/mydata: by category, how much, why, how long, and what goes next."""
    found = holdings(context.fields, context.sweeps, account=account.id, telegram_id=person.chat)
    text = says.my_data(person.translate, found)
    return [send_text(person.chat, text.text, text.keyboard)]


def export(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap | None = None
) -> list[Call]:
    """/export: frozen now; the worker speaks in the chat as soon as it packs. Raises Rejected("export.under_way")."""
    context.exports.ask(unit, account=account.id, telegram_id=person.chat)
    return [chat_action(person.chat, "upload_document")]
