"""What a person asks about their data: /privacy, where photos went; and what they answer to a new policy."""

from __future__ import annotations

from bot.context import Context
from bot.steps import StatusOf, Step
from bot.update import Update
from consent.record import accept
from consent.renewal import before, last_agreed
from consent.whereabouts import photo, things
from database import Unit
from errors import Rejected
from generation.chat import Person
from models import Acceptance, Account
from policy.versions import BY_ID, CURRENT
from providers.telegram_calls import Call, edit_text, send_text
from wording import failures
from wording import privacy as says
from wording import whereabouts as says_where
from wording.buttons import Tap
from wording.message import Message

RENEW = "consent.renew"  # the code of a generation that waits for an answer
UNDER_WAY = "orders.already_made"  # of one that was placed before


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/privacy: the policy in short, and the ways to the rest."""
    text = says.summary(
        person.translate,
        providers=context.providers,
        site=context.site,
        support_email=context.support_email,
        today=unit.now.date(),
    )
    return [_say(person, text)]


def where_command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/where: who got which photo, when, and how much longer they may keep it."""
    return [_say(person, _page(unit, account, person, 1))]


def where(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The same by a button; the arrows turn the page in its place."""
    text = _page(unit, account, person, int(tap.id or 1))
    return [_instead(person, update, text) if tap.id else _say(person, text)]


def went(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The same for one photo, asked under it."""
    thing = photo(account.id, tap.id)
    if thing is None:
        raise Rejected("photo.gone")
    return [_say(person, says_where.one(person.translate, thing, now=unit.now))]


def make(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Step]:
    """Place the order. Who has not agreed to the policy that binds today is asked, in the offer's place."""
    try:
        context.orders.place(unit, account=account.id, order=tap.id, message=update.message)
    except Rejected as error:
        if error.code != RENEW:
            raise
        return [_question(context, account, person, update, tap.id)]
    return [StatusOf(tap.id)]


def renew(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Step]:
    """A yes to a version is written down beside the earlier ones; the order that waited for it is placed at once."""
    if tap.id not in BY_ID:
        raise Rejected("button.unknown")
    accept(unit, account=account.id, kind=Acceptance.NOTICE, version=tap.id)
    if not tap.word:
        return [_instead(person, update, says.thanks(person.translate, version=tap.id))]
    try:
        with context.database.part():  # the yes stands, whatever keeps the order from being placed
            context.orders.place(unit, account=account.id, order=tap.word, message=update.message)
    except Rejected as error:
        if error.code == RENEW:  # a yes to a version that a newer one has replaced meanwhile
            return [_question(context, account, person, update, tap.word)]
        if error.code == UNDER_WAY:  # tapped twice: the message tells how the order stands, and must go on to
            return [StatusOf(tap.word)]
        why = failures.sentence(person.translate, error)
        return [_instead(person, update, says.thanks(person.translate, version=tap.id, but=why, order=tap.word))]
    return [StatusOf(tap.word)]


def not_renew(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """A no changes nothing; they are told what they can do."""
    text = says.declined(person.translate, order=tap.word, version=tap.id, support_email=context.support_email)
    return [_instead(person, update, text)]


def _question(context: Context, account: Account, person: Person, update: Update, order: str) -> Call:
    old = last_agreed(account.id) or before(CURRENT.id)
    text = says.question(person.translate, order=order, version=CURRENT, old=old, site=context.site)
    return _instead(person, update, text)


def _page(unit: Unit, account: Account, person: Person, number: int) -> Message:
    return says_where.page(person.translate, things(account.id), number=number, now=unit.now)


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)


def _instead(person: Person, update: Update, text: Message) -> Call:
    return edit_text(person.chat, update.message, text.text, text.keyboard)
