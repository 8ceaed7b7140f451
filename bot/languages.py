"""/language: which of the languages the bot speaks with this person, whatever their app speaks."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from consent.language import choose
from database import Unit
from generation.chat import Person
from models import Account
from providers.telegram_calls import Call, edit_text, send_text, set_commands
from wording import languages as says
from wording.buttons import Tap
from wording.commands import menu, menus
from wording.language import CHINESE, Translate, translate


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    text = says.offer(person.translate)
    return [send_text(person.chat, text.text, text.keyboard)]


def chosen(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Said in the new language at once; the chat's menu follows."""
    choose(context.fields, account, tap.id)
    new = translate(tap.id)
    text = says.chosen(new)
    return [
        edit_text(person.chat, update.message, text.text, text.keyboard),
        *(set_commands(menu(new), chat=person.chat, language=letters) for letters in menus()),
    ]


def menu_at_first(update: Update, _: Translate) -> list[Call]:
    """Telegram chooses a menu by two letters. A chat where they mislead gets one of its own under the same letters."""
    mislead = (update.who.language_code or "").startswith(CHINESE) and translate(CHINESE) is not _
    return [set_commands(menu(_), chat=update.chat, language=CHINESE)] if mislead else []
