"""What is left of an account that has ended: at first whatever hangs on it, later the record of what was agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from custody.keys import KINDS
from database import Unit
from models import (
    TABLES,
    Acceptance,
    Account,
    Base,
    CorrectionNote,
    Disclosure,
    EndedAccount,
    Export,
    Invoice,
    KeyRow,
    Link,
    Media,
    Order,
    Photo,
    VideoTask,
    Work,
)
from privacy.old_books import forget_ended
from privacy.sweep import BATCH, Rows

# Closing deletes these at once; what was written at that very moment is found here.
WITH_THE_ACCOUNT: tuple[Any, ...] = (
    *(Photo, Order, VideoTask, Disclosure, Link, Export, Invoice, CorrectionNote),
    Work,
)
MINE = EndedAccount.account
OPEN_WORK = Work.select(Work.id).where((Work.account == MINE) & Work.state.in_((Work.DUE, Work.HELD)))
NOTHING_UNDER_WAY = ~fn.EXISTS(OPEN_WORK) & ~fn.EXISTS(Media.select(Media.id).where(Media.account == MINE))


def write_down_ends(unit: Unit) -> int:
    """Accounts that ended and nobody wrote it down, as by a release that did not yet: from now on. How many."""
    here, known = Account.select(Account.id), EndedAccount.select(EndedAccount.account)
    unknown = Acceptance.account.not_in(here) & Acceptance.account.not_in(known)
    rows = Acceptance.select(Acceptance.account).where(unknown).distinct().limit(BATCH)
    ended = [{"account": row.account, "asked_at": unit.now, "ended_at": unit.now} for row in rows]
    if ended:
        EndedAccount.insert_many(ended).on_conflict_ignore().execute()
    return len(ended)


def records_of(category: str) -> list[Any]:
    """The tables whose rows belong to an account and stay as long as this category is kept."""
    return [model for model in TABLES if model is not EndedAccount and _owner_declared(model) == category]


@dataclass(frozen=True, kw_only=True)
class Clearing(Rows):
    """Whatever carries the number of an ended account and is not kept by a rule of its own."""

    def let_go(self, unit: Unit, now: datetime) -> int:
        accounts = [row.account for row in self.batch(now, EndedAccount.account)]
        for model in WITH_THE_ACCOUNT:
            model.delete().where(model.account.in_(accounts)).execute()
        KeyRow.delete().where(KeyRow.account.in_(accounts) & KeyRow.kind.in_(KINDS)).execute()
        forget_ended(accounts)
        here = EndedAccount.account.in_(accounts) & EndedAccount.cleared_at.is_null()
        return int(EndedAccount.update(cleared_at=unit.now).where(here).execute())


@dataclass(frozen=True, kw_only=True)
class Consents(Rows):
    """Acceptances and what else the register counts as consents, and last the row that says when the account ended."""

    def let_go(self, unit: Unit, now: datetime) -> int:
        del unit
        accounts = [row.account for row in self.batch(now, EndedAccount.account)]
        gone = 0
        for model in records_of(self.category):
            gone += model.delete().where(model.account.in_(accounts)).execute()
        EndedAccount.delete().where(EndedAccount.account.in_(accounts)).execute()
        return gone


def _owner_declared(model: type[Base]) -> object:
    return getattr(model._meta.fields.get("account"), "declared", None)
