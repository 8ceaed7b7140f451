"""A person's credits: /balance, /packs, /limit, /paysupport, and the taps that buy a pack or give it back."""

from __future__ import annotations

import re
from datetime import timedelta

from billing import ledger, statement
from billing.prices import PACKS, PRICES, Pack, seconds_of
from bot.context import Context
from bot.update import Update
from database import Unit
from errors import Rejected
from generation.chat import Person
from models import Account
from policy.limits import LARGEST_LIMIT, REFUND_WITHIN
from providers.telegram_calls import Call, send_invoice, send_text
from traffic.names import SALES
from wording import money
from wording.message import Message

LATELY = 8  # movements shown
DAY = timedelta(hours=24)


def balance(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    has = ledger.balance(account.id)
    lines = [money.MovementLine(m.kind, m.what, m.credits, m.at) for m in statement.movements(account.id, limit=LATELY)]
    text = money.balance(
        person.translate,
        free=has.free,
        held=has.held,
        movements=lines,
        limit=account.daily_limit,
        spent=statement.spent_since(account.id, unit.now - DAY),
    )
    return [_say(person, text)]


def show_packs(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    return [packs(context, account, person)]


def packs(context: Context, account: Account, person: Person) -> Call:
    """Raises Rejected("sales.paused"), and so does `invoice`."""
    context.traffic.pauses.demand_open(SALES)
    free = ledger.balance(account.id).free
    lines = [_line(pack) for pack in PACKS.values()]
    prices = _prices(context)
    return _say(person, money.packs(person.translate, free=free, prices=prices, packs=lines, days=REFUND_WITHIN.days))


def invoice(context: Context, unit: Unit, account: Account, person: Person, pack: Pack) -> Call:
    """An invoice for this person only: its payload is a row that names them."""
    context.traffic.pauses.demand_open(SALES)
    offered = context.payments.offer(unit, account=account.id, pack=pack)
    within = REFUND_WITHIN.days
    title, description = money.invoice(person.translate, pack=_line(pack), prices=_prices(context), days=within)
    return send_invoice(person.chat, title=title, description=description, payload=offered.id, stars=offered.stars)


def pay_support(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    refundable = [
        money.PackLine(payment.id, _name(payment.pack), payment.credits, payment.stars)
        for payment in context.refunds.possible(unit, account.id)
    ]
    text = money.pay_support(
        person.translate, refundable=refundable, days=REFUND_WITHIN.days, support_email=context.support_email
    )
    return [_say(person, text)]


def give_back(context: Context, unit: Unit, account: Account, person: Person, *, payment: str) -> Message:
    """The tap on an untouched pack: credits leave now, the Stars follow."""
    row = context.refunds.ask(unit, account=account.id, payment=payment)
    return money.refund_begun(person.translate, name=_name(row.pack), stars=row.stars)


def limit(context: Context, unit: Unit, account: Account, person: Person, update: Update) -> list[Call]:
    """/limit shows it, /limit 30 sets it, /limit off lifts it. Raises Rejected("limit.unclear")."""
    words = (update.text or "").split()[1:]
    wanted = account.daily_limit
    if words:
        wanted = _read_limit(words)
        Account.update(daily_limit=wanted).where(Account.id == account.id).execute()
    spent = statement.spent_since(account.id, unit.now - DAY)
    return [_say(person, money.limit(person.translate, limit=wanted, spent=spent))]


def _read_limit(words: list[str]) -> int | None:
    word = words[0].lower()
    if len(words) == 1 and word == "off":
        return None
    if len(words) == 1 and re.fullmatch(r"[0-9]{1,6}", word) and int(word) <= LARGEST_LIMIT:
        return int(word)
    raise Rejected("limit.unclear")


def _prices(context: Context) -> dict[str, int]:
    """What can be ordered here: nobody buys credits for videos that there are not."""
    return {kind: price for kind, price in PRICES.items() if context.videos or seconds_of(kind) is None}


def _line(pack: Pack) -> money.PackLine:
    return money.PackLine(pack.id, pack.name, pack.credits, pack.stars)


def _name(pack: str | None) -> str:
    """A pack that is no longer sold is still called something."""
    return PACKS[pack].name if pack in PACKS else pack or ""


def _say(person: Person, text: Message) -> Call:
    return send_text(person.chat, text.text, text.keyboard)
