"""Entries of the ledger that are past their period. Books stay balanced: what the entries of a person had left in each
place becomes one opening entry, which tells nothing but today's balance; books of an ended account go with their last
entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from database import Unit
from models import Account, LedgerAccount, LedgerEntry, LedgerLine, new_id
from privacy.sweep import Rows

Settlement = LedgerEntry.alias()
# What is on hold is needed to settle it, however old it is.
SETTLED = (LedgerEntry.kind != LedgerEntry.HOLD) | fn.EXISTS(
    Settlement.select(Settlement.id).where(
        (Settlement.order == LedgerEntry.order) & Settlement.kind.in_((LedgerEntry.CHARGE, LedgerEntry.GIVE_BACK))
    )
)


@dataclass(frozen=True, kw_only=True)
class Books(Rows):
    """An opening entry is as old as itself, so that it ages like any other and is carried on in its turn."""

    def let_go(self, unit: Unit, now: datetime) -> int:
        due = self.batch(now, LedgerEntry.id, LedgerEntry.owner)
        owners = sorted({entry.owner for entry in due})
        _lock(owners)
        opening = (LedgerEntry.kind == LedgerEntry.OPENING) & LedgerEntry.owner.in_(owners)
        entries = list(LedgerEntry.select().where(LedgerEntry.id.in_([entry.id for entry in due]) | opening))
        left = _left(entries)
        _forget(entries)
        _open_anew(unit, left)
        _close_empty_lots({place for places in left.values() for place, amount in places.items() if not amount})
        forget_ended(owners)
        return len({entry.id for entry in entries} & {entry.id for entry in due})


def forget_ended(owners: Collection[str]) -> None:
    """The books of accounts that have ended, where nothing but an opening entry stands in them any more."""
    here = {row.id for row in Account.select(Account.id).where(Account.id.in_(owners))}
    real = LedgerEntry.owner.in_(owners) & (LedgerEntry.kind != LedgerEntry.OPENING)
    busy = {entry.owner for entry in LedgerEntry.select(LedgerEntry.owner).where(real).distinct()}
    over = sorted(set(owners) - here - busy)
    _forget(list(LedgerEntry.select().where(LedgerEntry.owner.in_(over))))
    LedgerAccount.delete().where(LedgerAccount.owner.in_(over)).execute()


def _lock(owners: Sequence[str]) -> None:
    """As billing.ledger does for one: their hold accounts are the locks of their books."""
    holds = (LedgerAccount.kind == LedgerAccount.HOLD) & LedgerAccount.owner.in_(owners)
    LedgerAccount.update(balance=LedgerAccount.balance).where(holds).execute()


def _left(entries: Sequence[LedgerEntry]) -> dict[str, dict[str, int]]:
    """Owner -> place -> what these entries moved there, on balance."""
    owner_of = {entry.id: entry.owner for entry in entries}
    left: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in LedgerLine.select().where(LedgerLine.entry.in_(list(owner_of))):
        left[owner_of[line.entry]][line.place] += int(line.amount)
    return left


def _forget(entries: Sequence[LedgerEntry]) -> None:
    ids = [entry.id for entry in entries]
    LedgerLine.delete().where(LedgerLine.entry.in_(ids)).execute()
    LedgerEntry.delete().where(LedgerEntry.id.in_(ids)).execute()


def _open_anew(unit: Unit, left: dict[str, dict[str, int]]) -> None:
    entries: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for owner, places in left.items():
        moved = [(place, amount) for place, amount in places.items() if amount]
        if not moved:
            continue
        entry = new_id()
        key, kind = f"opening:{entry}", LedgerEntry.OPENING
        entries.append({"id": entry, "business_key": key, "kind": kind, "owner": owner, "at": unit.now})
        lines += [{"id": new_id(), "entry": entry, "place": place, "amount": amount} for place, amount in moved]
    if entries:
        LedgerEntry.insert_many(entries).execute()
        LedgerLine.insert_many(lines).execute()


def _close_empty_lots(places: set[str]) -> None:
    """A lot that nothing moves through any more tells only when it was bought."""
    used = LedgerLine.select(LedgerLine.place).where(LedgerLine.place.in_(places))
    empty = (LedgerAccount.kind == LedgerAccount.LOT) & (LedgerAccount.balance == 0)
    LedgerAccount.delete().where(LedgerAccount.id.in_(places) & empty & LedgerAccount.id.not_in(used)).execute()
