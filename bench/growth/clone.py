"""One real person's rows, written again for as many people as wanted: the same shapes, with numbers of their own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from psycopg.sql import Literal

from bench.growth.life import Town
from models import TABLES, Base, Invoice, Lease, Link, Pacing, RetentionRun, SeenUpdate, Slots

ID = re.compile(r"([0-9a-f]{32,})")
OF_NOBODY: tuple[type[Base], ...] = (Lease, Pacing, RetentionRun, Slots)
# The others lived up to so much earlier: close to the shortest period after which retention would take it.
SHORT: tuple[type[Base], ...] = (SeenUpdate, Invoice, Link)
MINUTES, MINUTES_OF_SHORT = 28 * 24 * 60, 20 * 60
AT_ONCE = 10_000  # people in one transaction


class Template:
    """The rows of a database in which one person has lived, and nobody else."""

    def __init__(self, town: Town) -> None:
        self._database = town.house.database
        with self._database.connection():
            self._inserts = [
                _insert(model, row) for model in TABLES if model not in OF_NOBODY for row in self._of(model)
            ]

    @property
    def rows(self) -> int:
        """Of one person."""
        return len(self._inserts)

    def write(self, first: int, last: int) -> None:
        """People `first` to `last` - 1."""
        for start in range(first, last, AT_ONCE):
            numbers = f"generate_series({start}, {min(start + AT_ONCE, last) - 1}) AS s(n)"
            with self._database.unit():
                connection = self._database.raw.connection()
                for insert in self._inserts:
                    connection.execute(f"{insert} FROM {numbers}")

    def _of(self, model: type[Base]) -> list[tuple[Any, ...]]:
        return self._database.rows(f'SELECT {_names(model)} FROM "{model._meta.table_name}"')  # noqa: S608  our names


def _names(model: type[Base]) -> str:
    return ", ".join(f'"{field.column_name}"' for field in model._meta.sorted_fields)


def _insert(model: type[Base], row: tuple[Any, ...]) -> str:
    """Without the numbers `n` that it is for."""
    values = [
        _value(
            value,
            own=field.unique or (model is SeenUpdate and field.primary_key),
            minutes=MINUTES_OF_SHORT if model in SHORT else MINUTES,
        )
        for field, value in zip(model._meta.sorted_fields, row, strict=True)
    ]
    return f'INSERT INTO "{model._meta.table_name}" ({_names(model)}) SELECT {", ".join(values)}'


def _value(value: Any, *, own: bool, minutes: int) -> str:
    """In SQL. Ids are others for each person and the same in every table; so are values that may stand only once."""
    if isinstance(value, str) and ID.search(value):
        pieces = [f"md5({_text(piece)} || n)" if ID.fullmatch(piece) else _text(piece) for piece in ID.split(value)]
        return " || ".join(piece for piece in pieces if piece != _text(""))
    if isinstance(value, datetime):
        return f"{_text(value)}::timestamp - (n % {minutes}) * interval '1 minute'"
    if own and isinstance(value, bytes | memoryview):
        return f"decode(md5('{bytes(value).hex()}' || n), 'hex')"
    if own and isinstance(value, int):
        return f"{value} + 1000 * n::bigint"
    return _text(value)


def _text(value: Any) -> str:
    return Literal(value).as_string(None)


def tidy(town: Town) -> None:
    """What a database does by itself after so many new rows."""
    with town.house.database.connection():
        town.house.database.rows("VACUUM ANALYZE")
        town.house.database.rows("CHECKPOINT")
