"""Videos in the conversation: what may be animated, how it shall move, and the offer with its price."""

from __future__ import annotations

from billing.prices import VIDEO_SECONDS
from bot import offers
from bot.context import Context
from bot.update import Update
from custody.media import VIDEO
from database import Unit
from errors import Rejected
from generation.chat import Person
from generation.source import Source
from models import Account, Media
from providers.telegram_calls import Call, edit_text, send_text
from wording import orders as says
from wording import photos as says_photos
from wording.buttons import Tap
from wording.message import Message


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/animate shows the motions for what is at hand; with words behind it, it is an offer for them."""
    context.orders.demand_videos(unit)
    if account.current_photo is None and account.current_origin is None:
        return [_say(person, says_photos.send_first(person.translate))]
    source = _at_hand(context, account)
    words = (update.text or "").partition(" ")[2].strip()
    if not words:
        return [motions(context, person, source)]
    prompt = context.orders.check_prompt(words)
    return [offer(context, unit, account, person, source, motion=None, prompt=prompt)]


def animate_result(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    """The motions for a picture that was made; /animate means this one from here on."""
    context.orders.demand_videos(unit)
    source = _of_result(context, account, tap.id)
    Account.update(current_origin=source.origin).where(Account.id == account.id).execute()
    return [motions(context, person, source)]


def animate_photo(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    """The motions for one of the person's photos."""
    context.orders.demand_videos(unit)
    source = Source.of_photo(context.photos.ready(account.id, tap.id))
    now = {"current_photo": source.photo, "current_origin": None}
    Account.update(**now).where(Account.id == account.id).execute()
    return [motions(context, person, source)]


def motion_of_result(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    source = _of_result(context, account, tap.id)
    return [offer(context, unit, account, person, source, motion=tap.word, prompt=None)]


def motion_of_photo(
    context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap
) -> list[Call]:
    source = Source.of_photo(context.photos.ready(account.id, tap.id))
    return [offer(context, unit, account, person, source, motion=tap.word, prompt=None)]


def length(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The same offer for the other length."""
    order = context.orders.change_length(unit, account=account.id, order=tap.id, seconds=int(tap.word))
    text = offers.words(context, unit, person, account, order)
    return [edit_text(person.chat, update.message, text.text, text.keyboard)]


def motions(context: Context, person: Person, source: Source) -> Call:
    """How it may move."""
    listed = [(motion.id, motion.name) for motion in context.motions]
    of_photo = source.origin is None
    return _say(
        person,
        says.motions(person.translate, source=source.origin or source.photo, photo=of_photo, motions=listed),
    )


def offer(
    context: Context,
    unit: Unit,
    account: Account,
    person: Person,
    source: Source,
    *,
    motion: str | None,
    prompt: str | None,
    seconds: int = VIDEO_SECONDS[0],
) -> Call:
    """Price and provider, before the tap."""
    chosen = context.motions.get(motion) if motion is not None else None
    order = context.orders.offer(unit, source=source, style=chosen, prompt=prompt, seconds=seconds)
    return _say(person, offers.words(context, unit, person, account, order))


def _at_hand(context: Context, account: Account) -> Source:
    if account.current_origin is not None:
        return _of_result(context, account, account.current_origin)
    return Source.of_photo(context.photos.ready(account.id, account.current_photo or ""))


def _of_result(context: Context, account: Account, order: str) -> Source:
    """A picture that was made and is still here. Raises Rejected("results.gone"), also for a video."""
    row = context.orders.of(account.id, order)
    media = Media.get_or_none((Media.id == row.media) & (Media.state == Media.STORED)) if row.media else None
    if media is None or media.kind == VIDEO:
        raise Rejected("results.gone")
    return Source.of_result(row)


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)
