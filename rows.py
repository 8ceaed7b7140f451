"""Statements by hand for the hot paths: built once and kept. peewee builds each anew, which costs more than it does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from models import Base

M = TypeVar("M", bound=Base)


class Row(NamedTuple):
    """What is to be written; columns that are not named take the defaults of `models.py`."""

    model: type[Base]
    values: Mapping[str, Any]


def insert(model: type[Base], /, **values: object) -> None:
    """One row."""
    names, written = _prepared(Row(model, values))
    execute(model, _insert_into(model, names), *written)


def update(model: type[Base], where: str, /, *values: object, **changes: object) -> int:
    """Changes columns of the rows that fulfil `where`, in which `?` stands for a value; how many there were."""
    fields = model._meta.fields
    written = [fields[name].db_value(value) for name, value in changes.items()]
    return int(execute(model, _update(model, tuple(changes), where), *written, *values).rowcount)


def insert_from(row: Row, source: str, *values: object) -> bool:
    """One row, where `source` ("a table WHERE …", in which `?` stands for a value) has one. On Postgres what `source`
    finds stays as it is until the unit ends; whether the row was written."""
    names, written = _prepared(row)
    sql = _insert_from(row.model, names, source, row.model._meta.database.param == "?")
    return execute(row.model, sql, *written, *values).fetchone() is not None


def write_all(first: Row, *others: Row, given: str = "", values: tuple[object, ...] = ()) -> bool:
    """All these rows, or none when the first one is there already or the condition `given` does not hold."""
    rows = [(row.model, *_prepared(row)) for row in (first, *others)]
    conditions = f"WHERE {given}" if given else "WHERE true"
    if first.model._meta.database.param == "?":  # SQLite writes one table in one statement
        (model, names, written), *rest = rows
        if execute(model, _first_row(model, names, conditions), *written, *values).fetchone() is None:
            return False
        for model, names, written in rest:
            execute(model, _insert_into(model, names), *written)
        return True
    sql = _all_rows(tuple((model, names) for model, names, _ in rows), conditions)
    bound = [*rows[0][2], *values, *(value for _, _, written in rows[1:] for value in written)]
    return execute(first.model, sql, *bound).fetchone() is not None


def find(model: type[M], where: str, *values: object) -> list[M]:
    """The rows that fulfil `where`, in which `?` stands for a value."""
    return returned(model, _select_from(model, where), *values)


def first(model: type[M], where: str, *values: object) -> M | None:
    """One of them, if there is any."""
    return next(iter(find(model, where, *values)), None)


def returned(model: type[M], sql: str, *values: object) -> list[M]:
    """The rows that a statement gives whose columns are `columns(model)`."""
    fields = model._meta.sorted_fields
    rows = execute(model, sql, *values).fetchall()
    return [
        model(__no_default__=1, **{f.name: f.python_value(value) for f, value in zip(fields, row, strict=True)})
        for row in rows
    ]


def exists(model: type[Base], where: str, *values: object) -> bool:
    """Whether a row fulfils `where`, in which `?` stands for a value."""
    return execute(model, _one_of(model, where), *values).fetchone() is not None


def execute(model: type[Base], sql: str, *values: object) -> Any:
    """One statement on the database that the model is bound to; its cursor. `?` stands for a value on both kinds."""
    database = model._meta.database
    return database.execute_sql(sql if database.param == "?" else _for_postgres(sql), values)


def forget() -> None:
    """Statements that were built, for who gives a model another column: a program that runs never does."""
    for built in (_columns, _into, _insert_into, _update, _insert_from, _first_row, _all_rows, _select_from):
        built.cache_clear()


def columns(model: type[Base]) -> str:
    """The names of all columns, in the order in which `returned` reads them."""
    return ", ".join(f'"{field.column_name}"' for field in model._meta.sorted_fields)


def _prepared(row: Row) -> tuple[tuple[str, ...], list[object]]:
    """Names and values of all columns, the values as the database takes them."""
    values = row.values
    names, fields, rest = _columns(row.model, tuple(values))
    return names, [
        *(field.db_value(value) for field, value in zip(fields, values.values(), strict=True)),
        *(field.db_value(default() if callable(default) else default) for field, default in rest),
    ]


@cache
def _columns(
    model: type[Base], named: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Any, ...], tuple[tuple[Any, Any], ...]]:
    """Names of all columns, these first; the fields of these; those of the others that have a default, with it."""
    meta = model._meta
    rest = [
        (field, field.default) for field in meta.sorted_fields if field.name not in named and field.default is not None
    ]
    names = (*named, *(field.name for field, _ in rest))
    return names, tuple(meta.fields[name] for name in named), tuple(rest)


@cache
def _for_postgres(sql: str) -> str:
    return sql.replace("?", "%s")


# Only names of our own tables and columns get into the text of these; values are bound.


@cache
def _into(model: type[Base], names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{model._meta.fields[name].column_name}"' for name in names)
    return f'INSERT INTO "{model._meta.table_name}" ({columns})'


@cache
def _insert_into(model: type[Base], names: tuple[str, ...]) -> str:
    return f"{_into(model, names)} VALUES ({_marks(names)})"


@cache
def _update(model: type[Base], names: tuple[str, ...], where: str) -> str:
    changes = ", ".join(f'"{model._meta.fields[name].column_name}" = ?' for name in names)
    return f'UPDATE "{model._meta.table_name}" SET {changes} WHERE {where}'  # noqa: S608


@cache
def _insert_from(model: type[Base], names: tuple[str, ...], source: str, lite: bool) -> str:
    locked = "" if lite else " FOR SHARE"  # SQLite has one writer at a time anyway
    return f"{_into(model, names)} SELECT {_marks(names)} FROM {source}{locked} RETURNING 1"  # noqa: S608


@cache
def _first_row(model: type[Base], names: tuple[str, ...], conditions: str) -> str:
    return f"{_into(model, names)} SELECT {_marks(names)} {conditions} ON CONFLICT DO NOTHING RETURNING 1"


@cache
def _all_rows(tables: tuple[tuple[type[Base], tuple[str, ...]], ...], conditions: str) -> str:
    (model, names), *others = tables
    parts = [f"written AS ({_first_row(model, names, conditions)})"]
    for number, (model, names) in enumerate(others):
        parts.append(f"row{number} AS ({_into(model, names)} SELECT {_marks(names)} FROM written)")  # noqa: S608
    return f"WITH {', '.join(parts)} SELECT 1 FROM written"  # noqa: S608


@cache
def _select_from(model: type[Base], where: str) -> str:
    return f'SELECT {columns(model)} FROM "{model._meta.table_name}" WHERE {where}'  # noqa: S608


@cache
def _one_of(model: type[Base], where: str) -> str:
    return f'SELECT 1 FROM "{model._meta.table_name}" WHERE {where} LIMIT 1'  # noqa: S608


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))
