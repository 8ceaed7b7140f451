"""/confirm and a number: a request about data that came by mail is really this person's."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from generation.chat import Person
from models import Account
from privacy.asked_in_bot import confirm
from providers.telegram_calls import Call, send_text
from wording import rights as says


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """Somebody else's number is as unknown as one that there never was."""
    number = (update.text or "").partition(" ")[2].strip().lower()
    text = says.confirmed(person.translate) if confirm(account.id, number) else says.unknown(person.translate)
    return [send_text(person.chat, text)]
