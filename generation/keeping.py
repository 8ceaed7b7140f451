"""How long a person's photos stay, where they chose a shorter time than the register's. Each photo that has an end
carries it in its row; one that something is being made from waits until that is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import SQL, fn

import crash
from consent.accounts import lock
from consent.choices import write_down
from database import Unit
from errors import Permanent, Rejected
from generation.kinds import SHORTEN
from generation.photos import delete_photo, end_of
from generation.source import BY_CHOICE
from jobs.claim import Claim
from jobs.desk import Desk
from models import GOES, Account, Order, Photo
from policy.choices import ALWAYS, KEEP_PHOTOS, KEEPINGS

AT_ONCE = 20  # photos in one transaction
HAS_RESULT = (Order.KEPT, Order.DELIVERED, Order.HELD_BACK, Order.DELETED)
HAS_END = SQL(f"({GOES})")  # in words that the partial index has, too
# A result of a result needs the photo no more.
MADE_FROM = Order.select(Order.id).where((Order.photo == Photo.id) & Order.origin.is_null())
NOT_IN_USE = ~fn.EXISTS(MADE_FROM.where(Order.state.in_((*Order.OPEN, Order.KEPT))))


@dataclass(frozen=True)
class Outlook:
    """What a choice would mean for the photos that are here: how many go now, how many later, and the first of those
    when."""

    now: int
    later: int
    first: datetime | None


def outlook(account: str, choice: str | None, now: datetime) -> Outlook:
    """Called with a connection."""
    ends = [end for end in _ends(account, choice, now).values() if end is not None]
    later = sorted(end for end in ends if end > now)
    return Outlook(len(ends) - len(later), len(later), later[0] if later else None)


def choose(unit: Unit, desk: Desk, account: str, choice: str | None) -> bool:
    """From now on, and for the photos that are here. What is due by then goes at once, by a row of work. None: as long
    as the register says. False when it stands like that already. Raises Permanent("account.gone").
    """
    row = lock(account)  # a photo that is just being taken in finds the new choice, or is found here
    if row is None:
        raise Permanent("account.gone")
    if row.keep_photos == choice:
        return False
    Account.update(keep_photos=choice).where(Account.id == account).execute()
    write_down(unit, account, what=KEEP_PHOTOS, value=choice or ALWAYS)
    due = _write_ends(_ends(account, choice, unit.now), unit.now)
    if due:
        desk.add(unit, SHORTEN, subject=account, account=account)
    return True


def after_result(unit: Unit, desk: Desk, order: Order) -> None:
    """A result is in its person's hands, and they want the photo gone then. Another order from it is waited for."""
    if order.origin is not None:
        return
    mine = (Photo.id == order.photo) & (Photo.account == order.account) & HAS_END
    if Photo.update(goes_at=unit.now).where(mine).execute():
        for photo in list(Photo.select(Photo.id).where(mine & NOT_IN_USE)):
            delete_photo(unit, desk, account=order.account, photo=photo.id, reason=BY_CHOICE)


def let_go(unit: Unit, desk: Desk, due: Any, *, limit: int = AT_ONCE) -> int:
    """Delete photos that fulfil `due`, as a deletion by hand does; how many. Person by person: their books are locked,
    and two who do the same must not wait for each other."""
    rows = list(Photo.select(Photo.id, Photo.account).where(due & HAS_END & NOT_IN_USE).limit(limit))
    found = sorted(rows, key=lambda photo: (photo.account, photo.id))
    return sum(delete_photo(unit, desk, account=row.account, photo=row.id, reason=BY_CHOICE) for row in found)


def shorten(desk: Desk, claim: Claim) -> None:
    """The work that a shorter choice leaves: what is past its new end goes."""
    while True:
        with claim.checkpoint() as unit:
            gone = let_go(unit, desk, (Photo.account == claim.account) & (Photo.goes_at <= unit.now))
        crash.at("shorten.batch_gone")
        if gone < AT_ONCE:
            break
    with claim.finish():
        pass


def known(choice: str) -> str | None:
    """A choice as it comes from a button. Raises Rejected("button.unknown")."""
    if choice != ALWAYS and choice not in KEEPINGS:
        raise Rejected("button.unknown")
    return None if choice == ALWAYS else choice


def _write_ends(ends: Mapping[str, datetime | None], now: datetime) -> bool:
    """Whether any of them is over by now."""
    dated = [Photo(id=photo, goes_at=end) for photo, end in ends.items() if end is not None]
    endless = [photo for photo, end in ends.items() if end is None]
    if dated:
        Photo.bulk_update(dated, fields=[Photo.goes_at], batch_size=200)  # type: ignore[no-untyped-call]  # peewee's is
    if endless:
        Photo.update(goes_at=None).where(Photo.id.in_(endless)).execute()
    return any(photo.goes_at <= now for photo in dated)


def _ends(account: str, choice: str | None, now: datetime) -> Mapping[str, datetime | None]:
    """Photo that is here -> when it would go."""
    ready = (Photo.account == account) & (Photo.state == Photo.READY)
    sent = {row.id: row.created_at for row in Photo.select(Photo.id, Photo.created_at).where(ready)}
    after_result = choice in KEEPINGS and KEEPINGS[choice].after_result
    used = _used(account) if after_result else frozenset[str]()
    return {photo: now if photo in used else end_of(at, choice) for photo, at in sent.items()}


def _used(account: str) -> frozenset[str]:
    """Photos of which there is, or was, a result."""
    made = (Order.account == account) & Order.origin.is_null() & Order.state.in_(HAS_RESULT)
    return frozenset(row.photo for row in Order.select(Order.photo).where(made).distinct())
