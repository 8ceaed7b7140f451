"""People who have not answered the notice. Nothing about them is written before they say yes."""

from __future__ import annotations

from peewee import IntegrityError

from billing import ledger
from bot import reports
from bot.context import Context
from bot.languages import menu_at_first
from bot.messages import command_of
from bot.update import Update
from policy.versions import CURRENT
from providers.telegram_calls import Call, answer, edit_text, send_text
from wording import buttons, notice
from wording import support as says_support
from wording.language import translate
from wording.pages import page


def meet(context: Context, update: Update) -> list[Call]:
    """The notice, or what follows from its two buttons."""
    _ = translate(update.who.language_code)
    tap = buttons.parse(update.data) if update.kind == "tap" else None
    if update.kind == "membership":
        return []
    if tap is not None and tap.verb == buttons.MINOR:
        return [answer(update.query), edit_text(update.chat, update.message, notice.under_age(_).text)]
    if tap is not None and tap.verb == buttons.AGREE and tap.id == CURRENT.id:
        return _agreed(context, update)
    if update.kind == "text" and (update.text or "").partition("@")[0].split()[:1] in (["/support"], ["/paysupport"]):
        said = says_support.stranger(_, support_email=context.support_email)
        return [send_text(update.chat, said.text, said.keyboard)]
    if update.kind == "text" and command_of(update.text or "") == "report":
        return reports.for_strangers(context, update)
    text = notice.notice(
        _,
        receivers=context.receivers,
        support_email=context.support_email,
        policy_url=page(_, context.site, "/privacy"),
        terms_url=page(_, context.site, "/terms"),
        photo_waiting=update.kind == "photo",
    )
    calls = [answer(update.query)] if update.kind == "tap" else []
    return [*calls, send_text(update.chat, text.text, text.keyboard)]


def _agreed(context: Context, update: Update) -> list[Call]:
    _ = translate(update.who.language_code)
    if update.chat != update.who.telegram_id:
        return [answer(update.query)]
    try:
        with context.database.unit() as unit:
            account = context.accounts.open(unit, update.who, version=CURRENT.id)
            credits = ledger.balance(account.id).free
    except IntegrityError:  # tapped twice at once: the other tap has opened the account
        return [answer(update.query)]
    text = notice.welcome(_, credits=credits)
    return [answer(update.query), edit_text(update.chat, update.message, text.text), *menu_at_first(update, _)]
