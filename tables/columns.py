"""What a table is made of: columns that say their data category, or why they tell nothing about a person."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from peewee import (
    BlobField,
    DateTimeField,
    Field,
    Model,
)

from policy.terms import NotPersonal


def new_id() -> str:
    """128 random bits as 32 hex digits: says nothing about a person, a time or a sequence."""
    return secrets.token_hex(16)


F = TypeVar("F", bound="Field[Any]")


class UtcField(DateTimeField):
    """Naive UTC. A time zone is refused: Postgres would drop it and SQLite keep it."""

    def db_value(self, value: datetime | None) -> Any:
        if value is not None and value.tzinfo is not None:
            raise ValueError("times are stored as naive UTC")
        return super().db_value(value)  # type: ignore[no-untyped-call]  # peewee's is untyped


class Sealed(BlobField):
    """Ciphertext of one value, bound to table, column and row. `key` is the kind of data key that locks it; `holder`
    names the column that says whose key, where that is not the row's account."""

    def __init__(self, category: str, *, key: str, holder: str | None = None, **options: Any) -> None:
        self.key_kind = key
        self.holder = holder
        super().__init__(**options)
        self.declared = category


def about(field: F, category: str) -> F:
    """Declare that a column belongs to a category of the register."""
    field.declared = category  # type: ignore[attr-defined]  # read back by the gate
    return field


def plain(field: F, reason: str) -> F:
    """Declare that a column tells nothing about a person, and why."""
    field.declared = NotPersonal(reason=reason)  # type: ignore[attr-defined]  # read back by the gate
    return field


ROW_ID = "random number of the row"
STATE = "state from a fixed list"
WHEN = "time of an event of the program"


class Base(Model):
    """Rows are found by random ids; times are naive UTC."""

    if TYPE_CHECKING:
        id: Any
