"""/promotions: a yes to promotional messages, and the stop, one tap each way. Whoever is banned may stop them, too."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from consent.optin import choose, wants
from database import Unit
from generation.chat import Person
from models import Account
from policy.rights import OPT_OUT
from privacy.asked_in_bot import asked, fulfilled
from providers.telegram_calls import Call, edit_text, send_text
from wording import announcements as says
from wording.buttons import Tap


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    text = says.choice(person.translate, wanted=wants(account.id))
    return [send_text(person.chat, text.text, text.keyboard)]


def tapped(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The choice is written down before anything is said. A stop is a right that was used: it leaves its row."""
    if not tap.id:
        return command(context, unit, account, person, update)
    wanted = tap.id == says.WANT
    if choose(unit, account.id, wanted=wanted) and not wanted:
        asked(unit, kind=OPT_OUT, account=account.id)
        fulfilled(unit, kind=OPT_OUT, account=account.id)
    text = says.choice(person.translate, wanted=True) if wanted else says.stopped(person.translate)
    return [edit_text(person.chat, update.message, text.text, text.keyboard)]
