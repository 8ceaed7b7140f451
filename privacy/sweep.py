"""The shape of a rule of retention, and the plain one: rows of one table, a period from one of their columns on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from peewee import SQL

import crash
from database import Database, Unit
from models import Base
from policy.categories import CATEGORIES

BATCH = 1000  # rows in one transaction, where several statements are about them
AT_ONCE = 20_000  # where one statement is: some tens of milliseconds, and no table is locked
NOBODY = ""  # in place of a category: it is about nobody

Book = Callable[[Unit, int], None]  # writes into the same transaction how much went


class Sweep(Protocol):
    """A rule. Everything but `step` only reads, with a connection; `now` is the same for a whole run."""

    @property
    def name(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def period(self) -> timedelta: ...

    def due(self, now: datetime) -> bool:
        """Whether anything is to go: one look into an index."""

    def step(self, database: Database, now: datetime, book: Book) -> int:
        """Let one batch go, in one transaction; how much went. May be stopped anywhere and run again."""

    def count(self, now: datetime) -> int:
        """How much would go."""

    def held_back(self, now: datetime) -> int:
        """How much is past its period and may not go: a mistake of ours, or something else must happen first."""

    def all_gone(self, gone: int) -> bool:
        """Whether a step that let go so much has surely left nothing that is past its period."""

    def oldest(self, *, after: datetime | None = None) -> datetime | None:
        """From when the oldest is that is there. `after`: none is older, so that what has just gone is not passed over
        once more."""


def period_of(category: str) -> timedelta:
    """The number of the register. ValueError for a category that ends by an event."""
    period = CATEGORIES[category].retention.period
    if period is None:
        raise ValueError(f"{category} is kept until something happens")
    return period


@dataclass(frozen=True, kw_only=True)
class Rows:
    """`start` is what the period counts from. `only` says which rows the rule is about, `may_go` which of those whose
    period is over may go. Rows go whole, or `forget` says what their columns become."""

    name: str
    category: str
    model: type[Base]
    start: Any
    period: timedelta
    only: Any = None
    may_go: Any = None
    forget: Mapping[str, Any] = field(default_factory=dict)
    among: Any = None  # the rows among which the oldest is looked for, where an index has them and not `only`

    def due(self, now: datetime) -> bool:
        return self._exists(self.past(now, may_go=True))

    def step(self, database: Database, now: datetime, book: Book) -> int:
        with database.unit() as unit:
            unit.after(lambda: crash.at("retention.saved"))
            gone = self.let_go(unit, now)
            book(unit, gone)
            crash.at("retention.saving")
        return gone

    def let_go(self, unit: Unit, now: datetime) -> int:
        """One statement, by the condition itself: rows gathered by where they lie cost a database three times as much.
        A batch that is not the last ends with a whole moment."""
        del unit
        due = self.past(now, may_go=True)
        ordered = self.model.select(self.start).where(due).order_by(self.start)
        if (last := ordered.offset(AT_ONCE - 1).limit(1).scalar()) is not None:
            due &= self.start <= last
        statement = self.model.update(**self.forget) if self.forget else self.model.delete()
        return int(statement.where(due).execute())

    def batch(self, now: datetime, *columns: Any) -> list[Any]:
        """The rows of one batch, oldest first, for rules that do more than to delete them."""
        due = self.model.select(*columns).where(self.past(now, may_go=True))
        return list(due.order_by(self.start).limit(BATCH))

    def count(self, now: datetime) -> int:
        return int(self.model.select().where(self.past(now, may_go=True)).count())

    def held_back(self, now: datetime) -> int:
        if self.may_go is None or not self._exists(self._over(now)):
            return 0
        return int(self.model.select().where(self.past(now, may_go=False)).count())

    def all_gone(self, gone: int) -> bool:
        return gone < AT_ONCE and self.may_go is None and type(self).let_go is Rows.let_go

    def oldest(self, *, after: datetime | None = None) -> datetime | None:
        rows, among = self.model.select(self.start), self.only if self.among is None else self.among
        rows = rows if among is None else rows.where(among)
        rows = rows if after is None else rows.where(self.start > after)
        return as_time(rows.order_by(self.start).limit(1).scalar())

    def past(self, now: datetime, *, may_go: bool) -> Any:
        """The condition that the period is over, and that a row may, or may not, go."""
        past = self._over(now)
        if self.may_go is None:
            return past
        return past & (self.may_go if may_go else ~self.may_go)

    def _over(self, now: datetime) -> Any:
        over = self.start <= now - self.period
        return over if self.only is None else over & self.only

    def _exists(self, condition: Any) -> bool:
        """In the order of the index: without it a database that expects many may read the whole table to find none."""
        first = self.model.select(SQL("1")).where(condition).order_by(self.start).limit(1)
        return next(iter(first.tuples()), None) is not None


def as_time(found: Any) -> datetime | None:
    """SQLite gives texts for what it computes."""
    if found is None or isinstance(found, datetime):
        return found
    return datetime.combine(found, time()) if isinstance(found, date) else datetime.fromisoformat(found)
