"""What the books say to their owner: what was spent lately, and the last movements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import LedgerAccount, LedgerEntry, LedgerLine


@dataclass(frozen=True)
class Movement:
    """One entry as its person sees it: credits gained (above 0) or gone, by what, when."""

    kind: str
    what: str
    credits: int
    at: datetime


def spent_since(owner: str, since: datetime) -> int:
    """Credits held or charged for orders placed since then; what was given back does not count."""
    lately = (LedgerEntry.owner == owner) & (LedgerEntry.at >= since)
    holds = {e.id: e.order for e in LedgerEntry.select().where(lately & (LedgerEntry.kind == LedgerEntry.HOLD))}
    returned = LedgerEntry.select().where(lately & (LedgerEntry.kind == LedgerEntry.GIVE_BACK))
    back = {entry.order for entry in returned}
    spent = [entry for entry, order in holds.items() if order not in back]
    lines = LedgerLine.select().where(LedgerLine.entry.in_(spent) & (LedgerLine.amount > 0))
    return sum(int(line.amount) for line in lines)


def movements(owner: str, *, limit: int) -> list[Movement]:
    """The person's last gains and losses, newest first. A hold that was given back is neither."""
    shown = (LedgerEntry.GRANT, LedgerEntry.CHARGE, LedgerEntry.REFUND, LedgerEntry.RESTORE)
    entries = list(
        LedgerEntry.select()
        .where((LedgerEntry.owner == owner) & LedgerEntry.kind.in_(shown))
        .order_by(LedgerEntry.at.desc(), LedgerEntry.id)
        .limit(limit)
    )
    of_service = LedgerLine.place.in_(LedgerAccount.SERVICE) & LedgerLine.entry.in_([e.id for e in entries])
    amounts = {line.entry: -int(line.amount) for line in LedgerLine.select().where(of_service)}
    return [Movement(entry.kind, entry.what or "", amounts[entry.id], entry.at) for entry in entries]
