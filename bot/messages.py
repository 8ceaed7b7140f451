"""Messages of people with an account: commands, photos, prompts, and what we cannot use."""

from __future__ import annotations

from collections.abc import Callable

from billing import ledger
from bot import (
    choices,
    confirmations,
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
from bot.update import Update
from consent.accounts import lock
from consent.record import accepted
from database import Unit
from errors import Rejected
from generation.chat import Person
from generation.source import Source
from models import Acceptance, Account, Photo
from providers.telegram_calls import Call, chat_action, send_text
from wording import buttons, notice
from wording import photos as says_photos
from wording.message import Message

Handler = Callable[[Context, Unit, Account, Person, Update], list[Call]]


def received(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """The answer to a message."""
    if support.addressed(context, account, update):
        return support.received(context, unit, account, person, update)
    if account.writes_until is not None and support.is_command(update):
        context.tickets.leave(unit, account.id)
    if update.kind == "unsupported":
        raise Rejected("message.unsupported")
    if update.kind == "photo":
        return _photo(context, unit, account, person, update)
    text = update.text or ""
    if text.startswith("/"):
        return COMMANDS.get(command_of(text), _help)(context, unit, account, person, update)
    return _prompt(context, unit, account, person, update)


def closed_to(account: Account, update: Update) -> Rejected | None:
    """Why this person may not have what they ask for, however they stand with us."""
    if account.state == Account.BANNED and not is_open_to_all(update):
        return Rejected("account.banned")
    if account.frozen_at is not None and (shows_pictures(update) or not is_open_to_all(update)):
        return Rejected("account.frozen")
    return None


def waits_for_its_end(account: Account, update: Update) -> bool:
    """Whether all there is to say is that this account is being deleted: it has its rights still, and its Stars."""
    if account.state != Account.CLOSING:
        return False
    return shows_pictures(update) or not is_open_to_all(update)


def shows_pictures(update: Update) -> bool:
    """Whether the answer would be a picture of theirs."""
    if update.kind == "tap":
        tap = buttons.parse(update.data)
        return tap is not None and tap.verb == buttons.PHOTOS
    return command_of(update.text or "") == "photos"


def is_open_to_all(update: Update) -> bool:
    """Whether also a person who may not use the service is answered: what the law and Telegram's terms ask for."""
    if update.kind == "tap":
        tap = buttons.parse(update.data)
        return tap is not None and tap.verb in TAPS_OPEN_TO_ALL
    return update.kind == "text" and command_of(update.text or "") in OPEN_TO_ALL


def command_of(text: str) -> str:
    """The command without its slash; empty for other text."""
    return text[1:].split(maxsplit=1)[0].split("@")[0].lower() if text.startswith("/") and len(text) > 1 else ""


def _photo(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    agreed = accepted(account.id, Acceptance.PEOPLE)
    if not agreed:  # an album comes at once, and the answer may come with it: one after the other
        lock(account.id)
        agreed = accepted(account.id, Acceptance.PEOPLE)
    asked = not agreed and _waits(account.id)
    context.photos.receive(
        unit,
        account=account.id,
        file_id=update.file_id or "",
        caption=update.caption,
        message=update.message,
        agreed=agreed,
    )
    if agreed:
        return [chat_action(person.chat, "upload_photo")]
    return [] if asked else [_say(person, notice.people(person.translate))]  # asked once for a whole album


def _waits(account: str) -> bool:
    return bool(Photo.select().where((Photo.account == account) & (Photo.state == Photo.WAITING)).exists())


def _prompt(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """Words without a picture are about the photo at hand."""
    prompt = context.orders.check_prompt(update.text or "")
    if account.current_photo is None:
        return [_say(person, says_photos.send_first(person.translate))]
    photo = context.photos.ready(account.id, account.current_photo)
    order = context.orders.offer(unit, source=Source.of_photo(photo), style=None, prompt=prompt)
    return [_say(person, offers.words(context, unit, person, account, order))]


def _start(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    context.deliver.bring_back(unit, account.id)
    return [_say(person, notice.welcome_back(person.translate, credits=ledger.balance(account.id).free))]


def _help(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    return [_say(person, says_photos.help_text(person.translate, support_email=context.support_email))]


def _styles(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    if account.current_photo is None:
        return [_say(person, says_photos.send_first(person.translate))]
    photo = context.photos.ready(account.id, account.current_photo)
    return [context.boards.send(person.chat, person.translate, photo=photo.id)]


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)


# To know and to delete what is kept is a right that no ban takes, and an untouched pack goes back whoever bought it.
OPEN_TO_ALL = (
    "help", "language", "privacy", "support", "paysupport", "where", "photos", "mydata", "export", "delete",
    "promotions", "confirm", "report", "keep", "providers",
)  # fmt: skip
TAPS_OPEN_TO_ALL = (
    buttons.LANGUAGE, buttons.WHERE, buttons.WENT, buttons.MY_DATA, buttons.EXPORT, buttons.PROMOTIONS,
    buttons.PHOTOS, buttons.PHOTO_DELETE, buttons.PHOTO_DELETE_YES, buttons.PHOTO_KEEP,
    buttons.DELETE, buttons.DELETE_YES, buttons.KEEP,
    buttons.STAY, buttons.STAY_YES, buttons.RECEIVERS, buttons.SEND, buttons.NOT_RIGHT,
    buttons.ERASE, buttons.ERASE_YES, buttons.ERASE_KEEP, buttons.ERASE_REFUND, buttons.UNDO, buttons.AT_ONCE,
    buttons.REPORT, buttons.REPORT_KIND, buttons.REPORT_DONE, buttons.MINOR, buttons.REFUND,
    buttons.SUPPORT, buttons.SUPPORT_DONE, buttons.SUPPORT_CANCEL,
)  # fmt: skip
COMMANDS: dict[str, Handler] = {
    "start": _start,
    "help": _help,
    "styles": _styles,
    "animate": film.command,
    "photos": gallery.command,
    "balance": purse.balance,
    "packs": purse.show_packs,
    "support": support.command,
    "paysupport": purse.pay_support,
    "limit": purse.limit,
    "language": languages.command,
    "where": privacy.where_command,
    "keep": choices.keep,
    "providers": choices.providers_command,
    "privacy": privacy.command,
    "mydata": rights.my_data,
    "export": rights.export,
    "delete": deletion.command,
    "promotions": promotions.command,
    "confirm": confirmations.command,
    "report": reports.command,
}
