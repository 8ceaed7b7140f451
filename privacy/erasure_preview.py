"""What a deletion would do, said before it is asked for: what goes, what stays and until when, what comes back.

Counts are those of /mydata; what stays, why and how long is read from the register.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from peewee import fn

from billing import ledger
from custody.fields import Fields
from database import Database, Unit
from errors import Permanent
from models import Account, Erasure, Order, Payment, RightsRequest
from policy.categories import ACCOUNT_GRACE, ACCOUNT_UNDO, CATEGORIES
from privacy.erasure_chat import Messages, messages_of
from privacy.erasure_gather import CATEGORIES as OF_SCOPE
from privacy.erasure_gather import PROMPTS, orders_of
from privacy.holdings import Whose, home, personal, theirs
from privacy.mydata import holdings
from privacy.sweep import Rows, Sweep, as_time

PURPOSE = "rights"
FROM_THE_END = "the account's end"  # the register's word for what begins with it


class Packs(Protocol):
    """The packs that a person can give back."""

    def possible(self, unit: Unit, account: str) -> list[Payment]: ...


class Copies(Protocol):
    """The copies of their data that people ask for."""

    def under_way(self, account: str) -> bool: ...


@dataclass(frozen=True)
class Stays:
    """What is kept: a category, how much, and the last day; None where it ends by an event that the register names."""

    category: str
    count: int
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`goes`: category -> count. `packs` can be given back in Stars; `credits` are unused ones, which an account's end
    takes with it. `undo_until`: an account's deletion can be taken back until then."""

    scope: str
    goes: Mapping[str, int]
    stays: tuple[Stays, ...]
    orders: int
    packs: tuple[Payment, ...]
    credits: int
    messages: Messages
    waits_for_copy: bool
    undo_until: datetime | None


class Previews:
    """Reads, and changes nothing."""

    def __init__(
        self, *, database: Database, fields: Fields, packs: Packs, copies: Copies, sweeps: Iterable[Sweep]
    ) -> None:
        self._database = database
        self._fields = fields
        self._packs = packs
        self._copies = copies
        self._sweeps = tuple(sweeps)

    def of(self, account: str, scope: str, *, ends_at: datetime | None = None) -> Preview:
        """Called with a connection. `ends_at`: of an account, where it does not wait as long as usual. Raises
        DoesNotExist where there is no account."""
        now = self._database.clock.now()
        whole, end = scope == Erasure.ACCOUNT, ends_at or undo_until(now)
        telegram_id = self._telegram_id(Account.get(Account.id == account))
        held = {
            one.category: one.count
            for one in holdings(self._fields, self._sweeps, account=account, telegram_id=telegram_id)
        }
        return Preview(
            scope=scope,
            goes={id: count for id, count in _going(account, scope, held).items() if count},
            stays=self._staying(Whose.of(self._fields, account, telegram_id), scope, held, end),
            orders=Order.select().where(orders_of(account, scope)).count(),
            packs=tuple(self._packs.possible(Unit(now), account)) if whole else (),
            credits=ledger.balance(account).free if whole else 0,
            messages=messages_of(account, scope, now),
            waits_for_copy=self._copies.under_way(account),
            undo_until=end if whole and end > now else None,
        )

    def _telegram_id(self, row: Account) -> int:
        """0 where the key that locks it was lost: then nothing can be found by it, and the rest goes all the same."""
        try:
            return int(self._fields.open(Account.telegram_id, row, purpose=PURPOSE) or 0)
        except Permanent as failure:
            if failure.code != "custody.key_destroyed":
                raise
            return 0

    def _staying(self, whose: Whose, scope: str, held: Mapping[str, int], end: datetime) -> tuple[Stays, ...]:
        if scope != Erasure.ACCOUNT:
            goes = _going(whose.account, scope, held)
            left = {id: count - goes.get(id, 0) for id, count in held.items()}
            return tuple(Stays(id, count, None) for id, count in left.items() if count > 0)
        return tuple(
            Stays(id, max(held.get(id, 0), 1), self._last_day(whose, id, end))
            for id in outlasting()
            if held.get(id) or _begins_with_it(id)
        )

    def _last_day(self, whose: Whose, category: str, end: datetime) -> date | None:
        """The last day of what there is now."""
        retention = CATEGORIES[category].retention
        if retention.period is None:
            return None
        if _begins_with_it(category):
            return (end + retention.period).date()
        known = personal()
        newest: list[datetime] = []
        for rule in self._sweeps:
            if isinstance(rule, Rows) and rule.model in known and rule.category == category:
                rows: Any = rule.model.select(fn.MAX(rule.start)).where(theirs(rule.model, whose))
                if last := as_time((rows if rule.only is None else rows.where(rule.only)).scalar()):
                    newest.append(last)
                if rule.model.select().where(theirs(rule.model, whose) & rule.start.is_null()).exists():
                    newest.append(end)  # what is open, such as a ticket, ends with the account
        return (max(newest) + retention.period).date() if newest else None


def undo_until(now: datetime, received: datetime | None = None) -> datetime:
    """When the account ends that somebody wants deleted now. What is promised counts from the day on which they asked:
    a letter may have waited. Then less time is left for taking it back, or none."""
    return max(now, (received or now) + ACCOUNT_UNDO)


def outlasting() -> list[str]:
    """Categories that are kept longer than an account waits for its end. In the order of the register."""
    return [id for id, one in CATEGORIES.items() if one.retention.period and one.retention.period > ACCOUNT_GRACE]


def _begins_with_it(category: str) -> bool:
    """What is kept from an account's end on, and the records of the deletion itself."""
    return CATEGORIES[category].retention.start == FROM_THE_END or category in (home(Erasure), home(RightsRequest))


def _going(account: str, scope: str, held: Mapping[str, int]) -> dict[str, int]:
    if scope == Erasure.ACCOUNT:
        stays = outlasting()
        return {id: count for id, count in held.items() if id not in stays}
    return {id: held.get(id, 0) for id in OF_SCOPE[scope]} | {PROMPTS: _words(account, scope)}


def _words(account: str, scope: str) -> int:
    """Prompts and styles that go with the pictures: those of results, or of what made nothing of a photo."""
    with_words = (Order.account == account) & ~(Order.prompt.is_null() & Order.style.is_null())
    of_results = with_words & Order.media.is_null(False)
    if scope == Erasure.GENERATED:
        return int(Order.select().where(of_results).count())
    made_nothing = with_words & Order.media.is_null() & Order.origin.is_null() & (Order.state != Order.RENDERING)
    return int(Order.select().where(made_nothing).count())
