"""The gate: six surfaces against the register. What is not declared is named, and nothing starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import logs
from config import Settings
from custody.media import PREFIXES
from models import TABLES, Base
from policy.categories import CATEGORIES
from policy.terms import NotPersonal
from providers.origins import undeclared as undeclared_hosts

Declaration = NotPersonal | str


@dataclass(frozen=True, kw_only=True)
class Surfaces:
    """What lies outside this package's sight and is handed in."""

    settings: Settings
    redis_keys: Mapping[str, Declaration]
    message_arguments: Mapping[str, Declaration]
    metric_labels: Mapping[str, str]  # label -> why it may be told


def undeclared(surfaces: Surfaces) -> list[str]:
    """A sentence for each column, prefix, key, argument, log field, figure's label or host that the register lacks."""
    return [
        *undeclared_columns(TABLES),
        *(f"object prefix {name}/" for name, category in PREFIXES.items() if category not in CATEGORIES),
        *(f"Redis key {name}" for name, said in surfaces.redis_keys.items() if not _known(said)),
        *(f"message argument {name}" for name, said in surfaces.message_arguments.items() if not _known(said)),
        *(f"log field {name}" for name, reason in logs.FIELDS.items() if not reason.strip()),
        *(f"label of a figure {name}" for name, reason in surfaces.metric_labels.items() if not reason.strip()),
        *(f"host {u.host} ({u.setting.upper()})" for u in undeclared_hosts(surfaces.settings)),
    ]


def undeclared_in_schema(columns: Mapping[str, set[str]]) -> list[str]:
    """The live schema against the models: a table or column that nobody declares. Used by tests and ops, never at
    start-up, so that a rollback starts on the newer schema."""
    declared = {model._meta.table_name: {f.column_name for f in model._meta.sorted_fields} for model in TABLES}
    return [
        f"column {table}.{column}"
        for table, found in sorted(columns.items())
        for column in sorted(found - declared.get(table, set()))
    ]


def unknown_objects(names: Iterator[str]) -> list[str]:
    """Prefixes in the object store that nobody declares."""
    return sorted({name.partition("/")[0] for name in names} - PREFIXES.keys())


def unknown_keys(names: Iterable[str], declared: Mapping[str, Declaration]) -> list[str]:
    """Keys that Redis holds and no declared pattern fits; what varies in them is left out, it may be about somebody."""
    return sorted({_without_numbers(n) for n in names if not any(fnmatchcase(n, pattern) for pattern in declared)})


def _without_numbers(name: str) -> str:
    return re.sub(r"[0-9a-fA-F]{8,}|\d+", "…", name)


def undeclared_columns(tables: Iterable[type[Base]]) -> list[str]:
    """Columns of these models whose declaration is missing, empty or of no category of the register."""
    return [
        f"column {model._meta.table_name}.{column.column_name}"
        for model in tables
        for column in model._meta.sorted_fields
        if not _known(getattr(column, "declared", None))
    ]


def _known(said: object) -> bool:
    if isinstance(said, NotPersonal):
        return bool(said.reason.strip())
    return said in CATEGORIES
