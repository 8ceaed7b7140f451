"""What there was of a person at one moment: the keys of their rows, table by table. What comes later is not in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from peewee import BlobField

from custody.fields import Fields
from database import Database
from errors import Rejected
from models import Base, Sealed
from privacy.holdings import Whose, begun, given_out, key_of, personal, theirs

PURPOSE = "rights"
BATCH = 200  # rows opened in one transaction, with the record of each opening

Row = dict[str, Any]  # column -> value, opened; times as text


def freeze(whose: Whose) -> str:
    """The manifest as text. Called inside the unit of the asking."""
    keys: dict[str, list[Any]] = {}
    for model in personal():
        key = key_of(model)
        rows = model.select(key).where(theirs(model, whose)).order_by(begun(model), key)
        if found := [_plain(getattr(row, key.name)) for row in rows]:
            keys[model._meta.table_name] = found
    return json.dumps(keys, separators=(",", ":"))


@dataclass
class Records:
    """The rows of a manifest that are still there, by table and in its order; how many of each table are not."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)

    def of(self, model: type[Base]) -> list[Row]:
        return self.rows.get(model._meta.table_name, [])


def read(database: Database, fields: Fields, manifest: str) -> Records:
    """Every column that may be given out, sealed ones opened for a right; each opening is recorded.

    Raises Permanent("custody.key_destroyed") where the account has ended meanwhile.
    """
    found, keys = Records(), json.loads(manifest)
    for model in personal():
        name, wanted = model._meta.table_name, keys.get(model._meta.table_name, [])
        rows = [
            row
            for start in range(0, len(wanted), BATCH)
            for row in _batch(database, fields, model, wanted[start : start + BATCH])
        ]
        found.rows[name] = rows
        if missing := len(wanted) - len(rows):
            found.gone[name] = missing
    return found


def _batch(database: Database, fields: Fields, model: type[Base], keys: list[Any]) -> Iterator[Row]:
    key: Any = key_of(model)
    blob = isinstance(key, BlobField)
    with database.unit():  # one commit for the records of all these openings
        wanted = [bytes.fromhex(one) for one in keys] if blob else keys
        rows = {_plain(getattr(row, key.name)): row for row in model.select().where(key.in_(wanted))}
        opened = {one: _opened(fields, model, row) for one, row in rows.items()}
    yield from (opened[one] for one in keys if one in opened)


def _opened(fields: Fields, model: type[Base], row: Base) -> Row:
    found: Row = {}
    for column in given_out(model):
        value = getattr(row, column.name)
        if isinstance(column, Sealed):
            value = None if value is None else _text(fields, column, row)
        found[column.name] = _plain(value)
    return found


def _text(fields: Fields, column: Sealed, row: Base) -> str | None:
    """None for what nobody may open for now: the address of a picture is locked with the pictures."""
    try:
        return fields.open(column, row, purpose=PURPOSE)
    except Rejected as error:
        if error.code != "account.frozen":
            raise
        return None


def _plain(value: Any) -> Any:
    """As JSON has it: times as UTC, hashes in hex."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def moment(text: str) -> datetime:
    """A time of a row, back from text. Naive UTC."""
    return datetime.fromisoformat(text.removesuffix("Z"))
