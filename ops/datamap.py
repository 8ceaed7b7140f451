"""The data map: one row for everything that the register declares, as a table or as data."""

from __future__ import annotations

from collections.abc import Iterator

import logs
from custody.media import PREFIXES
from models import TABLES, Sealed
from policy.categories import CATEGORIES
from policy.terms import NotPersonal
from privacy.gate import Surfaces
from providers.origins import configured, recipients
from wording.periods import kept

Row = dict[str, str]


def rows(surfaces: Surfaces) -> list[Row]:
    """surface, name, category (or "not personal"), what is said about it, and where such data come from."""
    return list(_rows(surfaces))


def table(rows: list[Row]) -> str:
    """The rows in aligned columns."""
    names = ("surface", "name", "category", "said", "source")
    widths = {name: max([len(name), *(len(row[name]) for row in rows)]) for name in names}
    lines = ["  ".join(name.upper().ljust(widths[name]) for name in names)]
    lines += ["  ".join(row[name].ljust(widths[name]) for name in names).rstrip() for row in rows]
    return "\n".join(lines)


def _rows(surfaces: Surfaces) -> Iterator[Row]:
    for model in TABLES:
        for column in model._meta.sorted_fields:
            name = f"{model._meta.table_name}.{column.column_name}"
            yield _row("column", name, getattr(column, "declared", None), sealed=isinstance(column, Sealed))
    for prefix, category in PREFIXES.items():
        yield _row("object", f"{prefix}/", category, sealed=category != "erasures")
    for name, said in {**surfaces.redis_keys}.items():
        yield _row("redis", name, said)
    for name, said in {**surfaces.message_arguments}.items():
        yield _row("message", name, said)
    for name, reason in logs.FIELDS.items():
        yield _row("log", name, NotPersonal(reason=reason))
    for setting, origin in configured(surfaces.settings):
        yield _plain("host", origin.host, "recipient", setting)
    for recipient in recipients(surfaces.settings):
        for domain in recipient.file_hosts:
            said = f"results are fetched from here and below; {recipient.short}"
            yield _plain("host", f"*.{domain}", "recipient", said)


def _row(surface: str, name: str, declared: object, *, sealed: bool = False) -> Row:
    if isinstance(declared, NotPersonal):
        return _plain(surface, name, "not personal", declared.reason)
    category = CATEGORIES.get(str(declared))
    if category is None:
        return _plain(surface, name, "UNDECLARED", "")
    said = f"{'sealed; ' if sealed else ''}kept {kept(str, category.retention)}"
    return {**_plain(surface, name, category.id, said), "source": category.source}


def _plain(surface: str, name: str, category: str, said: str) -> Row:
    return {"surface": surface, "name": name, "category": category, "said": said, "source": ""}
