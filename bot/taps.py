"""Taps on buttons: each verb has one handler; what is not exactly a button of ours is answered politely."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from billing import ledger
from billing.prices import PACKS, seconds_of
from bot import (
    choices,
    deletion,
    film,
    gallery,
    languages,
    offers,
    privacy,
    promotions,
    purse,
    reports,
    rights,
    support,
)
from bot.context import Context
from bot.steps import StatusOf, Step
from bot.update import Update
from consent.accounts import lock
from consent.record import accept
from database import Unit
from errors import Rejected
from generation.chat import Person
from generation.kinds import ORIGINAL
from generation.source import Source
from models import Acceptance, Account, Order
from privacy.erasures import ACCOUNT
from providers.telegram_calls import (
    Call,
    answer,
    delete,
    edit_caption,
    edit_text,
    send_text,
)
from wording import buttons as b
from wording import notice
from wording import orders as says
from wording.buttons import Tap
from wording.message import Message

Handler = Callable[[Context, Unit, Account, Person, Update, Tap], Sequence[Step]]


def tapped(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Step]:
    """The answer to a tap. A button in somebody else's chat is not theirs to press."""
    if update.chat != update.who.telegram_id:
        raise Rejected("button.not_yours")
    tap = b.parse(update.data)
    if tap is None or tap.verb not in VERBS:
        raise Rejected("button.unknown")
    steps = VERBS[tap.verb](context, unit, account, person, update, tap)
    done = answer(update.query)
    return [*steps, done] if any(isinstance(step, StatusOf) for step in steps) else [done, *steps]


def _already(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    text = notice.welcome_back(person.translate, credits=ledger.balance(account.id).free)
    return [edit_text(person.chat, update.message, text.text)]


def _minor(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Their account ends without the days in which others may think better of it, and waits for no copy."""
    context.exports.end(unit, account=account.id, reason="account.minor")
    context.erasures.ask(unit, account=account.id, scope=ACCOUNT, at_once=True)
    return [edit_text(person.chat, update.message, notice.minor_with_account(person.translate).text)]


def _people(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    lock(account.id)  # a photo that is being written down is released, too
    accept(unit, account=account.id, kind=Acceptance.PEOPLE)
    context.photos.release(unit, account.id)
    return [delete(person.chat, update.message)]


def _style(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    photo = context.photos.ready(account.id, tap.id)
    if tap.word not in context.catalogue:
        raise Rejected("orders.gone")
    return [_offer(context, unit, account, person, Source.of_photo(photo), style=tap.word, prompt=None)]


def _offer(
    context: Context,
    unit: Unit,
    account: Account,
    person: Person,
    source: Source,
    *,
    style: str | None,
    prompt: str | None,
) -> Call:
    chosen = context.catalogue.get(style) if style else None
    order = context.orders.offer(unit, source=source, style=chosen, prompt=prompt)
    text = offers.words(context, unit, person, account, order)
    return send_text(person.chat, text.text, text.keyboard)


def _drop(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    context.orders.drop(unit, account=account.id, order=tap.id)
    return [edit_text(person.chat, update.message, says.dropped(person.translate).text)]


def _cancel(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Step]:
    context.orders.cancel(unit, account=account.id, order=tap.id)
    return [StatusOf(tap.id)]


def _original(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    order = _with_result(context, account, tap)
    context.desk.add(unit, ORIGINAL, subject=order.id, account=account.id)
    return []


def _again(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The same once more, from the same photo or picture."""
    order = _with_result(context, account, tap)
    source = Source.of(order)
    if source.media() is None:
        raise source.gone()
    style, prompt = context.orders.wanted(order)
    chosen, words = (style.id, None) if style else (None, prompt)
    if (seconds := seconds_of(order.kind)) is not None:
        return [film.offer(context, unit, account, person, source, motion=chosen, prompt=words, seconds=seconds)]
    return [_offer(context, unit, account, person, source, style=chosen, prompt=words)]


def _other(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Another style for the photo; for a video another motion of what it was made from."""
    order = context.orders.of(account.id, tap.id)
    source = Source.of(order)
    if source.media() is None:
        raise source.gone()
    if seconds_of(order.kind) is not None:
        return [film.motions(context, person, source)]
    return [context.boards.send(person.chat, person.translate, photo=source.photo)]


def _delete(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    order = _with_result(context, account, tap)
    text = says.really_delete(person.translate, order=order.id, title=context.orders.title(order))
    return [_reworded(person, update, text)]


def _keep(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    order = _with_result(context, account, tap)
    return [_reworded(person, update, context.deliver.caption(person, order))]


def _delete_yes(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    if not context.orders.delete_result(unit, account=account.id, order=tap.id):
        raise Rejected("results.gone")
    return gallery.gone(person, update, says.deleted(person.translate).text)


def _reworded(person: Person, update: Update, text: Message) -> Call:
    """Other words under a result, or for one that is too large to be shown and has words only."""
    edit = edit_caption if update.captioned else edit_text
    return edit(person.chat, update.message, text.text, text.keyboard)


def _packs(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    return [purse.packs(context, account, person)]


def _pack(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    if tap.id not in PACKS:
        raise Rejected("payment.stale")
    return [purse.invoice(context, unit, account, person, PACKS[tap.id])]


def _refund(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    text = purse.give_back(context, unit, account, person, payment=tap.id)
    return [edit_text(person.chat, update.message, text.text, text.keyboard)]


def _with_result(context: Context, account: Account, tap: Tap) -> Order:
    order = context.orders.of(account.id, tap.id)
    if order.media is None:
        raise Rejected("results.gone")
    return order


VERBS: dict[str, Handler] = {
    b.AGREE: _already,
    b.MINOR: _minor,
    b.PEOPLE: _people,
    b.BOARD: gallery.board,
    b.STYLE: _style,
    b.MAKE: privacy.make,
    b.DROP: _drop,
    b.CANCEL: _cancel,
    b.ORIGINAL: _original,
    b.AGAIN: _again,
    b.OTHER: _other,
    b.DELETE: _delete,
    b.DELETE_YES: _delete_yes,
    b.KEEP: _keep,
    b.PHOTOS: gallery.turn,
    b.PHOTO: gallery.use,
    b.PHOTO_DELETE: gallery.ask_to_delete,
    b.PHOTO_DELETE_YES: gallery.delete_for_good,
    b.PHOTO_KEEP: gallery.keep,
    b.PACKS: _packs,
    b.PACK: _pack,
    b.REFUND: _refund,
    b.ANIMATE: film.animate_result,
    b.ANIMATE_PHOTO: film.animate_photo,
    b.MOTION_OF_RESULT: film.motion_of_result,
    b.MOTION_OF_PHOTO: film.motion_of_photo,
    b.LENGTH: film.length,
    b.LANGUAGE: languages.chosen,
    b.RENEW: privacy.renew,
    b.NOT_RENEW: privacy.not_renew,
    b.NOT_RIGHT: rights.not_right,
    b.STAY: choices.stay,
    b.STAY_YES: choices.stay_yes,
    b.RECEIVERS: choices.providers,
    b.SEND: choices.send,
    b.ALLOW: choices.allow,
    b.WHERE: privacy.where,
    b.MY_DATA: rights.my_data,
    b.EXPORT: rights.export,
    b.PROMOTIONS: promotions.tapped,
    b.SUPPORT: support.command,
    b.SUPPORT_DONE: support.done,
    b.SUPPORT_CANCEL: support.cancel,
    b.WENT: privacy.went,
    b.ERASE: deletion.show,
    b.ERASE_YES: deletion.confirmed,
    b.ERASE_KEEP: deletion.keep,
    b.ERASE_REFUND: deletion.give_back,
    b.UNDO: deletion.undo,
    b.AT_ONCE: deletion.at_once,
    b.REPORT: reports.asked,
    b.REPORT_KIND: reports.opened,
    b.REPORT_DONE: reports.done,
}
