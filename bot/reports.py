"""/report, and the button under a picture: a kind by a tap, then words as the next message. Open to who is banned."""

from __future__ import annotations

from bot.context import Context
from bot.update import Update
from database import Unit
from errors import Rejected
from generation.chat import Person
from models import Account, Photo
from privacy.reports import Said
from privacy.requests import BOT
from providers.telegram_calls import Call, answer, edit_text, send_text
from wording import reports as says
from wording.buttons import Tap
from wording.language import translate
from wording.message import Message
from wording.pages import page

PAGE = "/report"


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    return [_say(person, says.question(person.translate))]


def asked(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The button under a photo or a result. Raises Rejected("photo.gone" | "orders.gone") for what is not theirs."""
    thing = _thing(context, account, f"{tap.id}:{tap.word}")
    return [_say(person, says.question(person.translate, thing=thing))]


def opened(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """A kind was chosen: the case is open from here on, and its clock runs. Raises what `Reports.open` raises."""
    thing = _thing(context, account, tap.word)
    context.tickets.leave(unit, account.id)  # what they write next is about this, not to support
    context.reports.wait_no_more(account.id)  # nor about what they reported before
    what, id = thing or ("", None)
    row = context.reports.open(
        unit,
        Said(
            kind=tap.id,
            source=BOT,
            reporter=account.id,
            accused=account.id if thing else None,  # whoever made it made it here
            photo=id if what == says.PHOTO else None,
            order=id if what == says.RESULT else None,
        ),
    )
    return [_instead(person, update, says.received(person.translate, number=row.id, more=True))]


def done(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Nothing more to say: what they write next is no part of the report."""
    row = context.reports.waiting(account.id, unit.now)
    context.reports.wait_no_more(account.id)
    if row is None:
        return []
    return [_instead(person, update, says.received(person.translate, number=row.id, more=False))]


def awaited(context: Context, unit: Unit, account: Account, update: Update) -> bool:
    """Whether this message is what a report of theirs waits for. A command is not, and ends the waiting."""
    if update.kind != "text":
        return False
    if (update.text or "").startswith("/"):
        context.reports.wait_no_more(account.id)
        return False
    return context.reports.waiting(account.id, unit.now) is not None


def words(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """Raises Rejected("report.too_long"), and goes on waiting."""
    row = context.reports.waiting(account.id, unit.now)
    if row is None:
        raise Rejected("report.unknown")
    context.reports.add_words(unit, row, update.text or "")
    return [_say(person, says.added(person.translate, number=row.id))]


def for_strangers(context: Context, update: Update) -> list[Call]:
    """Somebody without an account: nothing is written down here, the website takes it."""
    _ = translate(update.who.language_code)
    text = says.for_strangers(_, address=page(_, context.site, PAGE), support_email=context.support_email)
    calls = [answer(update.query)] if update.kind == "tap" else []
    return [*calls, send_text(update.chat, text.text, text.keyboard)]


def _thing(context: Context, account: Account, said: str) -> tuple[str, ...]:
    """What is reported and its id; nothing where no picture is meant. Deleted or locked, it can still be reported."""
    what, _, id = said.partition(":")
    if not id:
        return ()
    if what == says.RESULT:
        context.orders.of(account.id, id)
    elif not Photo.select().where((Photo.id == id) & (Photo.account == account.id)).exists():
        raise Rejected("photo.gone")
    return (what, id)


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)


def _instead(person: Person, update: Update, text: Message) -> Call:
    return edit_text(person.chat, update.message, text.text, text.keyboard)
