"""From an update to the calls that answer it. Whatever it changes is committed before the first call goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import crash
import logs
from bot import deletion, messages, payments, reports, strangers, support, taps
from bot.context import Context
from bot.steps import StatusOf, Step
from bot.update import Update, read
from consent.language import spoken
from database import Unit
from errors import Failure, Permanent, Rejected
from generation.chat import PURPOSE, Person
from models import Account, SeenUpdate
from providers.telegram_calls import LONGEST_ALERT, Call, answer, chat_action, send_text
from rows import Row, execute
from wording import failures
from wording.language import Translate
from wording.message import escape

FIRST_TIME = "INSERT INTO seen_update (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id"

log = logs.get()


def handle(context: Context, raw: Any) -> Sequence[Step]:
    """The answer to one update; nothing for a repetition. Raises Temporary when the database is away."""
    update = read(raw)
    if update is None:
        return []
    if update.kind in payments.KINDS:
        return payments.handle_payment(context, update)
    if _received_unseen(context, update):
        return [_on_its_way(update)]
    with context.database.connection():
        account = context.accounts.find(update.who.telegram_id)
        if account is not None:
            speaks = spoken(context.fields, account, purpose=PURPOSE, said=update.who.language_code)
    if account is None:
        return strangers.meet(context, update)
    person = Person(account.id, update.chat, speaks)
    to_support = support.addressed(context, account, update)
    try:
        if update.kind == "photo" and (update.caption or "").strip() and not to_support:
            context.orders.check_prompt(update.caption or "")  # what is refused gets into no table, sealed or not
        if update.kind == "photo" and not to_support and _received_at_once(context, account.id, update):
            return [_on_its_way(update)]
        with context.database.unit() as unit:
            if not _first_time(unit, update.id):
                return []
            if context.accounts.refresh(account, update.who) and not account.reachable:
                context.deliver.bring_back(unit, account.id)
                context.announcements.bring_back(unit, account.id)
                context.tickets.bring_back(unit, account.id)
            steps = _act(context, unit, account, person, update)
            crash.at("update.acting")
            return steps
    except Rejected as error:  # the unit is rolled back; the person is told why
        log.info("update.rejected", code=error.code)
        return _told(person.translate, update, error)
    except Permanent as error:  # delivering the update again would fail again, and block this chat's later ones
        log.error("update.failed", exc_info=error)
        return _told(person.translate, update, error)


def perform(context: Context, steps: Sequence[Step]) -> None:
    """Take the steps one by one. One that fails is logged; the others still go out: what they tell of is committed, and
    the update would not be handled again."""
    crash.at("update.handled")
    for step in steps:
        try:
            if isinstance(step, StatusOf):
                context.status.say(step.order)
            else:
                context.telegram.call(step)
        except Failure as error:
            log.warning("call.failed", method=getattr(step, "method", None), code=error.code)
    crash.at("update.answered")


def _act(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> Sequence[Step]:
    if update.kind == "membership":
        if not update.member:
            Account.update(reachable=False).where(Account.id == account.id).execute()
        return []
    if reports.awaited(context, unit, account, update):
        return reports.words(context, unit, account, person, update)
    to_support = support.addressed(context, account, update)
    if messages.waits_for_its_end(account, update) and not to_support:
        return deletion.waits(context, unit, account, person, update)
    closed = messages.closed_to(account, update)
    if closed is not None and not to_support:
        # Told in the unit: that they are back here is kept, whatever they may do here.
        log.info("update.rejected", code=closed.code)
        return _told(person.translate, update, closed)
    if update.kind == "tap":
        return taps.tapped(context, unit, account, person, update)
    return messages.received(context, unit, account, person, update)


def _received_unseen(context: Context, update: Update) -> bool:
    """Without a look at the account, where it was seen a moment ago. A caption may have to be refused, and is left to
    the long way."""
    if update.kind != "photo" or (update.caption or "").strip():
        return False
    account = context.accounts.lately(update.who.telegram_id)
    try:
        return account is not None and _received_at_once(context, account, update)
    except (Rejected, Permanent):  # their keys are gone, or held back: the long way says so
        return False


def _received_at_once(context: Context, account: str, update: Update) -> bool:
    """The most frequent update, in one statement. False leaves it to the long way, which finds out why."""
    return context.photos.receive_once(
        lambda at: Row(SeenUpdate, {"id": update.id, "at": at}),
        account=account,
        names=context.accounts.names_index(update.who),
        file_id=update.file_id or "",
        caption=update.caption,
        message=update.message,
    )


def _on_its_way(update: Update) -> Call:
    return chat_action(update.chat, "upload_photo")


def _first_time(unit: Unit, number: int) -> bool:
    return execute(SeenUpdate, FIRST_TIME, number, unit.now).fetchone() is not None


def _told(_: Translate, update: Update, error: Failure) -> list[Call]:
    sentence = failures.sentence(_, error)
    if update.kind != "tap":
        return [send_text(update.chat, escape(sentence), reply_to=update.message)]
    if len(sentence) <= LONGEST_ALERT:
        return [answer(update.query, sentence, alert=True)]
    return [answer(update.query), send_text(update.chat, escape(sentence))]
