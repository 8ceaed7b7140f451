"""/delete: what shall go, what that means, the one tap that does it, and the way back for an account that waits."""

from __future__ import annotations

from datetime import datetime

from billing import ledger
from billing.prices import PACKS
from bot.context import Context
from bot.update import Update
from database import Unit
from generation.chat import Person
from models import Account, Erasure
from privacy.erasure_chat import messages_of
from privacy.erasure_gather import PHOTOS, PROMPTS, RESULTS
from privacy.erasure_preview import Preview
from privacy.erasures import MAY_BE_UNDONE
from providers.telegram_calls import Call, answer, edit_text, send_text
from wording import buttons
from wording import deletion as says
from wording.buttons import Tap
from wording.message import Message
from wording.money import PackLine

AT_ONCE = (PHOTOS, RESULTS, PROMPTS)  # what goes without waiting for the account's end


def command(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/delete: three scopes."""
    return [_say(person, _asked(context, unit, account, person))]


def show(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The preview of a scope, in the choice's place; the choice again. Without a word the choice as a new message."""
    if not tap.id:
        return command(context, unit, account, person, update)
    if tap.id == buttons.AGAIN or account.state == Account.CLOSING:
        return [_instead(person, update, _asked(context, unit, account, person))]
    return [_instead(person, update, _preview(context, account, person, tap.id))]


def confirmed(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Everything of the scope goes, whatever came since the preview. It has taken effect when the person reads this."""
    shown = messages_of(account.id, tap.id, unit.now)
    waits = context.exports.under_way(account.id)
    erasure = context.erasures.ask(unit, account=account.id, scope=tap.id)
    text = says.done(
        person.translate,
        scope=erasure.scope,
        waits_for_copy=waits,
        young=len(shown.young),
        old=shown.old,
        undo_until=_undo_until(erasure, unit.now),
    )
    return [_instead(person, update, text)]


def keep(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Nothing shall go."""
    if account.state == Account.CLOSING:
        return [_instead(person, update, _closing(context, unit, account, person))]
    return [_instead(person, update, says.kept_all(person.translate))]


def give_back(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """An untouched pack goes back first; then the preview again."""
    row = context.refunds.ask(unit, account=account.id, payment=tap.id)
    return [_instead(person, update, _preview(context, account, person, Erasure.ACCOUNT, back=row.stars))]


def undo(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """The account and its credits are back. The button of an earlier day says how things stand."""
    if context.erasures.undo(unit, account=account.id):
        now: Account = Account.get_by_id(account.id)
        is_open = bool(now.state == Account.ACTIVE and now.frozen_at is None)
        text = says.undone(person.translate, credits=ledger.balance(account.id).free, open_=is_open)
    elif account.state == Account.CLOSING:
        text = says.closing(person.translate, undo_until=None)
    else:
        text = says.not_closing(person.translate)
    return [_instead(person, update, text)]


def at_once(context: Context, unit: Unit, account: Account, person: Person, update: Update, tap: Tap) -> list[Call]:
    """Asked once more: from here on nothing can be undone."""
    if account.state != Account.CLOSING:
        return [_instead(person, update, says.not_closing(person.translate))]
    open_ = context.erasures.open_of(account.id)
    if not tap.id and open_ is not None and _undo_until(open_, unit.now):
        packs = context.refunds.possible(unit, account.id, asked_at=open_.asked_at)
        lost = ledger.balance(account.id).free - sum(pack.credits for pack in packs)
        text = says.really_at_once(person.translate, credits=lost, packs=bool(packs))
    else:
        context.erasures.at_once(unit, account=account.id)
        text = says.closing(person.translate, undo_until=None)
    return [_instead(person, update, text)]


def waits(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """What somebody is told whose account waits for its end, whatever they wanted."""
    said = [_say(person, _closing(context, unit, account, person))]
    return [answer(update.query), *said] if update.kind == "tap" else said


def _asked(context: Context, unit: Unit, account: Account, person: Person) -> Message:
    if account.state == Account.CLOSING:
        return _closing(context, unit, account, person)
    return says.choice(person.translate)


def _closing(context: Context, unit: Unit, account: Account, person: Person) -> Message:
    until = _undo_until(context.erasures.open_of(account.id), unit.now)
    return says.closing(person.translate, undo_until=until)


def _undo_until(erasure: Erasure | None, now: datetime) -> datetime | None:
    """None where nothing can be taken back, or not any more."""
    if erasure is None or erasure.state not in MAY_BE_UNDONE:
        return None
    ends: datetime | None = erasure.ends_at
    return ends if ends is not None and ends > now else None


def _preview(context: Context, account: Account, person: Person, scope: str, *, back: int = 0) -> Message:
    return says.preview(person.translate, plan(context.erasures.preview(account.id, scope)), back=back)


def plan(preview: Preview) -> says.Plan:
    """A preview as it is put into words."""
    return says.Plan(
        scope=preview.scope,
        now={id: count for id, count in preview.goes.items() if id in AT_ONCE},
        later={id: count for id, count in preview.goes.items() if id not in AT_ONCE},
        stays=[says.Left(one.category, one.count, one.until) for one in preview.stays],
        orders=preview.orders,
        packs=[_line(payment.id, payment.pack, payment.credits, payment.stars) for payment in preview.packs],
        credits=preview.credits,
        waits_for_copy=preview.waits_for_copy,
        undo_until=preview.undo_until,
    )


def _line(payment: str, pack: str | None, credits: int, stars: int) -> PackLine:
    return PackLine(payment, PACKS[pack].name if pack in PACKS else pack or "", credits, stars)


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)


def _instead(person: Person, update: Update, text: Message) -> Call:
    return edit_text(person.chat, update.message, text.text, text.keyboard)
