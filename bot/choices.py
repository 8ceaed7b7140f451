"""/keep and /providers: how long photos stay, and who never gets them. Said before it is done where something goes."""

from __future__ import annotations

from bot import offers
from bot.context import Context
from bot.update import Update
from consent.choices import choose as choose_receiver
from consent.choices import refused
from database import Unit
from errors import Rejected
from generation.chat import Person
from generation.keeping import choose, known, outlook
from models import Account, Order
from policy.choices import shorter
from providers.telegram_calls import Call, edit_text, send_text
from wording import choices as says
from wording.buttons import Tap
from wording.message import Message


def keep(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/keep"""
    return [_say(person, says.keeping(person.translate, choice=account.keep_photos))]


def stay(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """A choice was tapped. A longer one is for what is still here; a shorter one says first what it does."""
    if not tap.id:
        return keep(context, unit, account, person, update)
    wanted, now = known(tap.id), account.keep_photos
    if wanted is None or not shorter(wanted, now):
        return [_chosen(context, unit, account, person, update, wanted)]
    look = outlook(account.id, wanted, unit.now)
    first = look.first.date() if look.first else None
    text = says.shorter(person.translate, choice=wanted, before=now, now=look.now, later=look.later, first=first)
    return [_instead(person, update, text)]


def stay_yes(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    return [_chosen(context, unit, account, person, update, known(tap.id))]


def providers_command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/providers"""
    text = says.receivers(person.translate, here=context.refusable, refused=refused(account))
    return [_say(person, text)]


def providers(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The same by a button."""
    return providers_command(context, unit, account, person, update)


def send(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """A provider may get photos, or never again. What waits for it ends first, with its credits back."""
    provider, allowed = tap.id, tap.word == "yes"
    ended = 0 if allowed else context.orders.withhold(unit, account=account.id, provider=provider)
    choose_receiver(unit, account.id, provider, allowed=allowed)
    now = Account.get(Account.id == account.id)
    text = says.receivers(
        person.translate,
        here=context.refusable,
        refused=refused(now),
        ended=ended,
        under_way=0 if allowed else _under_way(account.id, provider),
        lead=says.changed(person.translate, provider, allowed=allowed),
    )
    return [_instead(person, update, text)]


def allow(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """In an offer that could not be made: its provider is allowed again, and the offer stands there as usual."""
    order = context.orders.of(account.id, tap.id)
    if order.state != Order.OFFERED:
        raise Rejected("orders.gone")
    choose_receiver(unit, account.id, order.provider, allowed=True)
    return [_instead(person, update, offers.words(context, unit, person, Account.get(Account.id == account.id), order))]


def _chosen(context: Context, unit: Unit, account: Account, person: Person, update: Update, wanted: str | None) -> Call:
    done = choose(unit, context.desk, account.id, wanted)
    return _instead(person, update, says.keeping(person.translate, choice=wanted, done=done))


def _under_way(account: str, provider: str) -> int:
    """What was sent there and is being made; the choice is written, so that nothing joins it."""
    mine = (Order.account == account) & (Order.provider == provider)
    return Order.select().where(mine & Order.state.in_((Order.CALLING, Order.RENDERING))).count()


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)


def _instead(person: Person, update: Update, text: Message) -> Call:
    return edit_text(person.chat, update.message, text.text, text.keyboard)
