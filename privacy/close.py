"""The end of an account: open work ended and given back, keys destroyed, objects marked, rows deleted.

What stays is what the register keeps: payments and credit movements, the consent record, all under a random number, and
a keyed hash that keeps free credits from being given twice. Packs that were not touched go back.
"""

from __future__ import annotations

from datetime import datetime

import logs
from billing import ledger
from billing.payments import REFUND
from billing.refunds import Refunds
from consent.accounts import Accounts
from custody import destroy
from custody.fields import Fields
from custody.keys import PICTURES, Keys
from database import Unit
from generation.kinds import DESTROY
from jobs.desk import Desk
from models import (
    Account,
    CorrectionNote,
    Disclosure,
    EndedAccount,
    Erasure,
    Export,
    Invoice,
    Link,
    Media,
    Order,
    Photo,
    Telling,
    VideoTask,
    Work,
)
from privacy.erasures import ERASE
from states import move
from support.tickets import end_with_account

OUTLAST = (DESTROY, REFUND, ERASE)  # kinds of work that go on when its account has ended

log = logs.get()


def empty_account(
    unit: Unit,
    *,
    desk: Desk,
    keys: Keys,
    fields: Fields,
    refunds: Refunds,
    account: str,
    asked_at: datetime | None = None,
) -> None:
    """All that goes but the way to the chat, by which its person can be told once more. May be repeated.

    `asked_at`: when its end was asked for, if that is not now. A pack that could go back then goes back.
    """
    row = Account.get_or_none(Account.id == account)
    if row is not None and not Accounts(fields, keys).mark(unit, row):
        log.warning("account.unmarked")
    end_everything(unit, desk=desk, account=account)
    asked = asked_at or unit.now
    for payment in refunds.possible(unit, account, asked_at=asked):  # after the orders: what they held is back by now
        refunds.ask(unit, account=account, payment=payment.id, asked_at=asked)
    drop_rows(unit, keys=keys, account=account)


def end_everything(unit: Unit, *, desk: Desk, account: str) -> None:
    """Orders are given back, work is withdrawn, files are marked."""
    for order in Order.select().where((Order.account == account) & Order.state.in_(Order.OPEN)):
        if move(Order, order.id, come_from=Order.OPEN, to=Order.FAILED, reason="account.closed", ended_at=unit.now):
            ledger.give_back(unit, owner=account, order=order.id)
    for work in Work.select().where((Work.account == account) & Work.state.in_((Work.DUE, Work.HELD))):
        if work.kind not in OUTLAST:
            desk.withdraw(unit, subject=work.subject, kinds=(work.kind,))
    for telling in Telling.select().where(Telling.account == account):
        untold = (Telling.WAITING, Telling.UNREACHABLE)
        move(Telling, telling.id, come_from=untold, to=Telling.SPARED, reason="account.closed")
    for media in Media.select().where(Media.account == account):
        if destroy.intend(unit, media.id):
            desk.add(unit, DESTROY, subject=media.id, account=account)


def drop_rows(unit: Unit, *, keys: Keys, account: str) -> None:
    """The rows that go with an account, and what locked its pictures."""
    end_with_account(unit, account)
    keys.destroy(unit, account, PICTURES)
    for model in (Photo, Order, VideoTask, Disclosure, Link, Export, Invoice, CorrectionNote):
        model.delete().where(model.account == account).execute()


def forget_account(
    unit: Unit, *, keys: Keys, account: str, asked_at: datetime, ended_at: datetime | None = None
) -> None:
    """The last of it: who it was, and the key that locked it. Deletions that were carried out name nobody any more.
    `ended_at`: where that is not now."""
    keys.destroy(unit, account)
    keys.destroy_aside(unit, account, PICTURES)
    ended = {"asked_at": asked_at, "ended_at": ended_at or unit.now}
    EndedAccount.insert(account=account, **ended).on_conflict_ignore().execute()
    over = (Erasure.account == account) & Erasure.state.not_in(Erasure.OPEN)
    Erasure.update(account=None, request=None).where(over).execute()
    Account.delete().where(Account.id == account).execute()
