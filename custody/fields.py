"""Sealing and opening of columns. Opening names a purpose; one that the register does not grant raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custody.keys import Keys
from custody.purpose import PurposeCheck
from models import Sealed
from vault.fields import binding
from vault.index import BlindIndex

if TYPE_CHECKING:
    from models import Base


class Fields:
    """Knows which key locks a column, and that a sealed value belongs to one table, column and row."""

    def __init__(self, keys: Keys, index: BlindIndex, purposes: PurposeCheck) -> None:
        self._keys = keys
        self._index = index
        self._purposes = purposes

    def seal(self, column: Any, *, row: str, account: str, value: str | None) -> bytes | None:
        """Ciphertext for `Model.column` of the row with this id; None stays None. `account`: whose key locks it."""
        if value is None:
            return None
        key = self._keys.get_or_make(account, _sealed(column).key_kind)
        return key.seal(value.encode(), binding=_place(column, row))

    def open(self, column: Any, row: Base, *, purpose: str) -> str | None:
        """The text of a sealed column of this row. Raises Permanent("custody.purpose_not_granted")."""
        declared = _sealed(column)
        account = owner(row)
        self._purposes.demand(purpose, declared.declared, account=account, subject=row.id)
        sealed = getattr(row, column.name)
        if sealed is None:
            return None
        key = self._keys.get(str(getattr(row, declared.holder)) if declared.holder else account, declared.key_kind)
        return key.open(bytes(sealed), binding=_place(column, row.id)).decode()

    def index(self, column: Any, value: str) -> bytes:
        """What stands in a blind index column for this value, to write it."""
        return self._index.of(f"{column.model._meta.table_name}.{column.name}", value)

    def indexes(self, column: Any, value: str) -> list[bytes]:
        """What may stand there, to find it: one value for each version of the index key."""
        return self._index.all_of(f"{column.model._meta.table_name}.{column.name}", value)


def owner(row: Base) -> str:
    """The account a row belongs to: its own id for an account."""
    return str(getattr(row, "account", row.id))


def _sealed(column: Any) -> Sealed:
    if not isinstance(column, Sealed):
        raise TypeError(f"{column.name} is not a sealed column")
    return column


def _place(column: Any, row: str) -> bytes:
    return binding(column.model._meta.table_name, column.column_name, row)
