"""Whose a row is. Read from the models, so that a new table or column is in every copy and every count without anybody
thinking of it; a table about people that does not say whose its rows are is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from peewee import BlobField, Field, Select, Value

from custody.fields import Fields
from models import (
    TABLES,
    AbuseMark,
    Account,
    AuditEntry,
    Base,
    Cost,
    Erasure,
    Incident,
    IncidentNote,
    KeyRow,
    LedgerEntry,
    LedgerLine,
    Media,
    Order,
    Receipt,
    Refusal,
    Report,
    RightsRequest,
    Ticket,
    UtcField,
)
from policy.terms import NotPersonal


@dataclass(frozen=True, repr=False)
class Whose:
    """An account, and the marks that its Telegram id may have left."""

    account: str
    marks: tuple[bytes, ...]

    @classmethod
    def of(cls, fields: Fields, account: str, telegram_id: int) -> Whose:
        return cls(account, tuple(fields.indexes(AbuseMark.mark, str(telegram_id))))


class Unowned(AssertionError):
    """A table about people that nobody said the owner of: a mistake in our code."""


# Tables whose rows name their person in another way than by `account` or `owner`.
OWNED_BY: Mapping[type[Base], Callable[[Whose], Any]] = {
    Account: lambda whose: Account.id == whose.account,
    LedgerLine: lambda whose: LedgerLine.entry.in_(
        LedgerEntry.select(LedgerEntry.id).where(LedgerEntry.owner == whose.account)
    ),
    Cost: lambda whose: Cost.order.in_(Order.select(Order.id).where(Order.account == whose.account)),
    AbuseMark: lambda whose: AbuseMark.mark.in_(whose.marks),
    Receipt: lambda whose: Receipt.erasure.in_(Erasure.select(Erasure.id).where(Erasure.account == whose.account)),
    KeyRow: lambda whose: KeyRow.account.in_(_itself_and(_tickets(whose), whose)),
    Media: lambda whose: Media.account.in_(_itself_and(_tickets(whose), whose)),
    Refusal: lambda whose: Refusal.request.in_(_requests(whose)),
    Report: lambda whose: Report.reporter == whose.account,  # what others report is theirs, whomever it is about
    # Nobody's: an incident names no account, and its words are the staff's, under their key.
    Incident: lambda whose: Incident.id.is_null(),
    IncidentNote: lambda whose: IncidentNote.id.is_null(),
    AuditEntry: lambda whose: AuditEntry.subject.in_(_itself_and(_requests(whose).union_all(_tickets(whose)), whose)),
}
# Columns that are about somebody else than the row's person, and why.
WITHHELD: Mapping[tuple[type[Base], str], str] = {
    (AuditEntry, "actor"): "the member of the staff who acted",
    (AuditEntry, "reason"): "words of the staff, which may name others",
    (Report, "accused"): "whom their report is about",
}


def personal() -> list[type[Base]]:
    """The tables that hold something about people."""
    return [model for model in TABLES if any(category_of(column) for column in columns(model))]


def theirs(model: type[Base], whose: Whose) -> Any:
    """The condition that a row is about this person. Raises Unowned."""
    if model in OWNED_BY:
        return OWNED_BY[model](whose)
    for name in ("account", "owner"):
        column = model._meta.fields.get(name)
        if column is not None and category_of(column):
            return column == whose.account
    raise Unowned(f"{model.__name__}: say in privacy/holdings.py whose its rows are")


def _requests(whose: Whose) -> Any:
    return RightsRequest.select(RightsRequest.id).where(RightsRequest.account == whose.account)


def _tickets(whose: Whose) -> Any:
    return Ticket.select(Ticket.id).where(Ticket.account == whose.account)


def _itself_and(ids: Any, whose: Whose) -> Any:
    """As one list: for `this or one of those` Postgres reads a table from end to end."""
    return ids.union_all(Select(columns=[Value(whose.account)]))


def columns(model: type[Base]) -> list[Field[Any]]:
    return list(model._meta.sorted_fields)


def key_of(model: type[Base]) -> Field[Any]:
    """What a row is found by."""
    return cast("Field[Any]", model._meta.primary_key)


def given_out(model: type[Base]) -> list[Field[Any]]:
    """The columns that go into a copy: not keys, which say nothing, and not what is about somebody else."""
    return [
        column
        for column in columns(model)
        if (model, column.name) not in WITHHELD
        and (category_of(column) or not isinstance(column, BlobField))  # a key, locked by another one
    ]


def category_of(column: Field[Any]) -> str | None:
    """The category of the register that a column belongs to; None where it tells nothing about a person."""
    said = getattr(column, "declared", None)
    return None if said is None or isinstance(said, NotPersonal) else str(said)


def home(model: type[Base]) -> str:
    """The category that a whole row of a table is counted under: that of its owner, else of its first column."""
    named = [model._meta.fields[name] for name in ("account", "owner") if name in model._meta.fields]
    return next(category for column in (*named, *columns(model)) if (category := category_of(column)))


def begun(model: type[Base]) -> Any:
    """The column that tells when a row began, by which rows are put in order; the key where there is none."""
    times = [column for column in columns(model) if isinstance(column, UtcField) and not column.null]
    return times[0] if times else key_of(model)
