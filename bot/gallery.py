"""A person's own photos: shown one by one, used again, deleted for good."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from errors import Rejected
from generation.chat import Person
from models import Account, Photo
from providers.telegram_calls import (
    Call,
    Upload,
    delete,
    edit_caption,
    edit_keyboard,
    edit_to_photo,
    send_photo,
    send_text,
)
from wording import photos as says_photos
from wording.buttons import Tap
from wording.message import Message


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    photos = context.photos.all_ready(account.id)
    if not photos:
        return [_say(person, says_photos.no_photos(person.translate))]
    text = _shown(context, person, photos[0], 1, len(photos))
    upload = Upload(lambda: context.photos.picture(photos[0]))
    return [send_photo(person.chat, upload, text.text, text.keyboard)]


def board(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    photo = context.photos.ready(account.id, tap.id)
    return [context.boards.turn(person.chat, update.message, person.translate, photo=photo.id, page=int(tap.word))]


def turn(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    photos = context.photos.all_ready(account.id)
    if not photos:
        raise Rejected("photo.gone")
    number = min(max(int(tap.id), 1), len(photos))
    photo = photos[number - 1]
    text = _shown(context, person, photo, number, len(photos))
    upload = Upload(lambda: context.photos.picture(photo))
    return [edit_to_photo(person.chat, update.message, upload, text.text, text.keyboard)]


def use(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    photo = context.photos.ready(account.id, tap.id)
    Account.update(current_photo=photo.id, current_origin=None).where(Account.id == account.id).execute()
    return [context.boards.send(person.chat, person.translate, photo=photo.id)]


def ask_to_delete(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    photo = context.photos.ready(account.id, tap.id)
    text = says_photos.really_delete_photo(person.translate, photo=photo.id)
    return [edit_caption(person.chat, update.message, text.text, text.keyboard)]


def keep(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    photo = context.photos.ready(account.id, tap.id)
    numbers = [row.id for row in context.photos.all_ready(account.id)]
    text = _shown(context, person, photo, numbers.index(photo.id) + 1, len(numbers))
    return [edit_caption(person.chat, update.message, text.text, text.keyboard)]


def _shown(context: Context, person: Person, photo: Photo, number: int, total: int) -> Message:
    goes = photo.goes_at.date() if photo.goes_at else None
    return says_photos.own_photo(
        person.translate, photo=photo.id, number=number, total=total, animate=context.videos, goes=goes
    )


def delete_for_good(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    if not context.photos.delete(unit, account=account.id, photo=tap.id):
        raise Rejected("photo.gone")
    return gone(person, update, says_photos.photo_deleted(person.translate).text)


def gone(person: Person, update: Update, text: str) -> list[Call]:
    """Take the message away where Telegram still allows it (48 hours); else at least its buttons. Then say so."""
    nothing = edit_keyboard(person.chat, update.message, ())
    return [nothing, delete(person.chat, update.message), send_text(person.chat, text)]


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)
