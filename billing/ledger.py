"""The ledger: double entry, appended only, balanced, one entry per business key, no balance below zero.

Credits lie in lots (trial first, then oldest). A hold moves them from lots to the person's hold account; a charge moves
them on to the service; giving back returns them to the lots they came from. A refund empties a lot and closes it: what
an order gives back to it later leaves at once. Credits that were used are never taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from peewee import SQL, fn

from database import Unit
from errors import Permanent, Rejected
from models import LedgerAccount, LedgerEntry, LedgerLine, new_id
from rows import Row, execute, find, write_all

TRIAL = "trial"
CANARY = "canary"  # the service's own person, who is nobody
GIVEN = (TRIAL, CANARY)
OWNERS = 500  # whose books are looked into by one statement
RANKS = {TRIAL: 0, CANARY: 0}  # lots of a lower rank are used first, then older ones

# By hand what each order does.
LOTS = f"owner = ? AND kind = '{LedgerAccount.LOT}' AND balance > 0 ORDER BY rank, created_at, id"
RAISE_HOLD = f"""
UPDATE ledger_account SET balance = balance + ? WHERE owner = ? AND kind = '{LedgerAccount.HOLD}' RETURNING id
"""  # noqa: S608  names of ours
HELD = """
SELECT ledger_entry.what, ledger_line.place, ledger_line.amount
FROM ledger_entry JOIN ledger_line ON ledger_line.entry = ledger_entry.id WHERE ledger_entry.business_key = ?
"""
MOVE = "UPDATE ledger_account SET balance = balance + ? WHERE id = ? AND balance + ? >= 0"


@dataclass(frozen=True)
class Balance:
    """Credits that are free to use, and those on hold for orders under way."""

    free: int
    held: int


def open_books(unit: Unit, owner: str) -> None:
    """The person's hold account. Lots are opened by what fills them."""
    LedgerAccount.insert(id=new_id(), owner=owner, kind=LedgerAccount.HOLD, balance=0, created_at=unit.now).execute()


def grant(unit: Unit, *, owner: str, credits: int, source: str, key: str) -> str | None:
    """Fill a new lot; its id. None when this business key was booked before: nothing is done then."""
    if credits <= 0:
        raise ValueError("a grant is a positive number of credits")
    lot = new_id()
    origin = LedgerAccount.GRANTS if source in GIVEN else LedgerAccount.SOLD
    lines = [(origin, -credits), (lot, credits)]
    if not _enter(unit, key=key, kind=LedgerEntry.GRANT, owner=owner, lines=lines, what=source):
        return None
    LedgerAccount.insert(
        id=lot,
        owner=owner,
        kind=LedgerAccount.LOT,
        source=source,
        rank=RANKS.get(source, 1),
        balance=credits,
        created_at=unit.now,
    ).execute()
    return lot


def hold(unit: Unit, *, owner: str, order: str, credits: int, what: str | None = None) -> set[str]:
    """Set credits aside for an order of kind `what`; what they came from: "trial", names of packs.

    Raises Rejected("credits.too_few") with what is free.
    """
    # Raising the hold first locks the person's row: two orders at once take turns and never share a credit.
    [(account,)] = execute(LedgerAccount, RAISE_HOLD, credits, owner).fetchall()
    lots = find(LedgerAccount, LOTS, owner)
    free = sum(lot.balance for lot in lots)
    if free < credits:
        raise Rejected("credits.too_few", free=free, needed=credits)
    taken, sources, wanted = [], set(), credits
    for lot in lots:
        part = min(wanted, lot.balance)
        taken.append((lot.id, -part))
        sources.add(lot.source or "")
        wanted -= part
        if not wanted:
            break
    lines = [(account, credits), *taken]
    if not _enter(unit, key=f"hold:{order}", kind=LedgerEntry.HOLD, owner=owner, order=order, lines=lines, what=what):
        raise Permanent("ledger.already_held", order=order)
    _move(taken)
    return sources


def charge(unit: Unit, *, owner: str, order: str) -> bool:
    """The hold of an order becomes the service's. False when it was charged or given back before."""
    return _settle(unit, owner=owner, order=order, kind=LedgerEntry.CHARGE)


def give_back(unit: Unit, *, owner: str, order: str) -> bool:
    """The hold of an order returns to the lots it came from. False when it was charged or given back before."""
    return _settle(unit, owner=owner, order=order, kind=LedgerEntry.GIVE_BACK)


def lock(owner: str) -> None:
    """The person's hold account is the lock of their books: whoever reads them to act upon it takes it first.

    The order for everybody: this account, then a payment, then lots.
    """
    LedgerAccount.update(balance=LedgerAccount.balance).where(
        (LedgerAccount.owner == owner) & (LedgerAccount.kind == LedgerAccount.HOLD)
    ).execute()


def refund(unit: Unit, *, owner: str, lot: str, key: str, whole: int | None = None) -> int:
    """Empty a lot and close it; the number of credits that left. `whole`: only if so many, all of them, lie in it.

    Called under `lock`. Raises Rejected("refund.used") when they do not, or when the lot is closed already.
    """
    row = LedgerAccount.get_or_none(
        (LedgerAccount.id == lot) & (LedgerAccount.owner == owner) & (LedgerAccount.kind == LedgerAccount.LOT)
    )
    if row is None or row.closed or (whole is not None and row.balance != whole):
        raise Rejected("refund.used")
    LedgerAccount.update(closed=True).where(LedgerAccount.id == lot).execute()
    _empty(unit, owner=owner, lot=lot, credits=row.balance, key=key, what=row.source)
    return int(row.balance)


def restore(unit: Unit, *, owner: str, lot: str, key: str) -> int:
    """Undo a refund whose Stars could not go: open the lot and put back all that left it. The number of credits.

    Called under `lock`.
    """
    left = sum(
        line.amount
        for line in LedgerLine.select(LedgerLine.amount)
        .join(LedgerEntry, on=(LedgerLine.entry == LedgerEntry.id))
        .where((LedgerLine.place == lot) & LedgerEntry.kind.in_((LedgerEntry.REFUND, LedgerEntry.RESTORE)))
    )
    row = LedgerAccount.get(LedgerAccount.id == lot)
    LedgerAccount.update(closed=False).where(LedgerAccount.id == lot).execute()
    lines = [(LedgerAccount.SOLD, left), (lot, -left)]
    if left:
        _enter_new(unit, key=key, kind=LedgerEntry.RESTORE, owner=owner, lines=lines, what=row.source)
        _move(lines)
    return -left


def balance(owner: str) -> Balance:
    """What the person has."""
    totals: dict[str, int] = {}
    for row in LedgerAccount.select().where(LedgerAccount.owner == owner):
        totals[row.kind] = totals.get(row.kind, 0) + int(row.balance)
    return Balance(free=totals.get(LedgerAccount.LOT, 0), held=totals.get(LedgerAccount.HOLD, 0))


def unsettled(before: datetime, *, limit: int, at_once: int = OWNERS) -> list[tuple[str, str]]:
    """(owner, order) of holds that were placed before then and have neither become a charge nor gone back. Only the
    books of people who have something on hold are looked into: few, however many have come."""
    found: list[tuple[str, str]] = []
    after = ""
    # In two statements: in one, Postgres takes a third of all people to have something on hold, and reads everything.
    while len(found) < limit and (owners := _having_on_hold(after, at_once)):
        found += [(entry.owner, entry.order or "") for entry in _unsettled_of(owners, before, limit - len(found))]
        after = owners[-1]
    return found


def _having_on_hold(after: str, at_once: int) -> list[str]:
    """The next owners, in their order."""
    held = (LedgerAccount.kind == LedgerAccount.HOLD) & (LedgerAccount.balance > 0) & (LedgerAccount.owner > after)
    rows = LedgerAccount.select(LedgerAccount.owner).where(held).order_by(LedgerAccount.owner).limit(at_once)
    return [row.owner for row in rows]


def _unsettled_of(owners: list[str], before: datetime, limit: int) -> list[LedgerEntry]:
    settling = LedgerEntry.alias()
    settled = settling.select(SQL("1")).where(
        (settling.order == LedgerEntry.order) & settling.kind.in_((LedgerEntry.CHARGE, LedgerEntry.GIVE_BACK))
    )
    open_ = (LedgerEntry.kind == LedgerEntry.HOLD) & (LedgerEntry.at < before) & ~fn.EXISTS(settled)
    return list(LedgerEntry.select().where(LedgerEntry.owner.in_(owners) & open_).limit(limit))


def _settle(unit: Unit, *, owner: str, order: str, kind: str) -> bool:
    """A hold ends once: charge and give-back share one business key.

    The hold account's balance moves first, which locks the books: a refund may close a lot at the same moment. Not
    before the entry: of two that settle at once, one would hold the key and the other one the account.
    """
    held = execute(LedgerEntry, HELD, f"hold:{order}").fetchall()
    if not held:
        raise Permanent("ledger.nothing_held", order=order)
    [(what, place, amount)] = [line for line in held if line[2] > 0]
    if kind == LedgerEntry.CHARGE:
        lines = [(place, -amount), (LedgerAccount.USED, amount)]
    else:
        lines = sorted(((place, -amount) for _, place, amount in held), key=lambda line: line[1])
    if not _enter(unit, key=f"settle:{order}", kind=kind, owner=owner, order=order, lines=lines, what=what):
        return False
    _move(lines)
    if kind == LedgerEntry.GIVE_BACK:
        _leave_closed_lots(unit, owner=owner, order=order, lots=[place for place, amount in lines if amount > 0])
    return True


def _leave_closed_lots(unit: Unit, *, owner: str, order: str, lots: Sequence[str]) -> None:
    """What comes back to a refunded lot was refunded with it."""
    closed = LedgerAccount.select().where(LedgerAccount.id.in_(lots) & LedgerAccount.closed)
    for lot in list(closed):
        _empty(unit, owner=owner, lot=lot.id, credits=lot.balance, key=f"refund:{order}:{lot.id}", what=lot.source)


def _empty(unit: Unit, *, owner: str, lot: str, credits: int, key: str, what: str | None) -> None:
    if credits:
        lines = [(lot, -credits), (LedgerAccount.SOLD, credits)]
        _enter_new(unit, key=key, kind=LedgerEntry.REFUND, owner=owner, lines=lines, what=what)
        _move(lines)


def _enter_new(
    unit: Unit, *, key: str, kind: str, owner: str, lines: Sequence[tuple[str, int]], what: str | None
) -> None:
    """Append an entry that cannot be there yet: its business key was chosen under the lock."""
    if not _enter(unit, key=key, kind=kind, owner=owner, lines=lines, what=what):
        raise AssertionError(f"the books have {key} already")


def _enter(
    unit: Unit,
    *,
    key: str,
    kind: str,
    owner: str,
    lines: Sequence[tuple[str, int]],
    order: str | None = None,
    what: str | None = None,
) -> bool:
    """Append an entry. The unique business key decides between two that come at once."""
    if sum(amount for _, amount in lines) != 0:
        raise AssertionError("the lines of an entry sum to zero")
    entry = new_id()
    about = {"business_key": key, "kind": kind, "owner": owner, "order": order, "what": what}
    sides = [Row(LedgerLine, {"entry": entry, "place": place, "amount": amount}) for place, amount in lines]
    return write_all(Row(LedgerEntry, {"id": entry, **about, "at": unit.now}), *sides)


def _move(lines: Sequence[tuple[str, int]]) -> None:
    """Bring the balances of the accounts in line. The database refuses one below zero."""
    for place, amount in lines:
        if place in LedgerAccount.SERVICE:
            continue
        if execute(LedgerAccount, MOVE, amount, place, amount).rowcount != 1:
            raise Rejected("credits.too_few", free=0, needed=-amount)
