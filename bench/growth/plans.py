"""How the database goes about each statement that was seen: a sequential scan of a large table is a fault."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

LISTS = re.compile(r"\(%s(?:, %s){9,}\)")  # long ones are of any length
LARGE = 10_000  # rows; a smaller table is rightly read from end to end


@dataclass(frozen=True)
class Plan:
    """`scanned`: the large tables that are read from end to end."""

    act: str
    sql: str
    scanned: tuple[str, ...]
    nodes: tuple[str, ...]
    cost: float


class Heard(logging.Handler):
    """What peewee sends to the database, each statement once, with the values of its first time."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statements: dict[str, tuple[str, tuple[Any, ...]]] = {}
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, tuple):  # its pool speaks here, too
            self.count += 1
            sql, values = record.msg
            self.statements.setdefault(sql, (sql, tuple(values or ())))


@contextmanager
def heard() -> Iterator[Heard]:
    logger, handler = logging.getLogger("peewee"), Heard()
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def plans(database: str, act: str, statements: list[tuple[str, tuple[Any, ...]]]) -> list[Plan]:
    """Of those that have one; none is carried out."""
    with psycopg.connect(database, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        large = {name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE reltuples > %s", (LARGE,))}
        return [_plan(connection, act, sql, values, large) for sql, values in statements if _has_one(sql)]


def _has_one(sql: str) -> bool:
    return sql.lstrip().split(None, 1)[0].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def _plan(connection: psycopg.Connection[Any], act: str, sql: str, values: tuple[Any, ...], large: set[str]) -> Plan:
    [(explained,)] = connection.execute(f"EXPLAIN (FORMAT JSON) {sql}", values).fetchall()
    top = explained[0]["Plan"]
    nodes = list(_nodes(top))
    scanned = {node["Relation Name"] for node in _to_the_end(top) if node["Node Type"] == "Seq Scan"}
    said = tuple(_said(node) for node in nodes)
    return Plan(act, LISTS.sub("(...)", sql), tuple(sorted(scanned & large)), said, float(top["Total Cost"]))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _to_the_end(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Without those that end at the first rows there are, whichever they be."""
    yield plan
    for below in plan.get("Plans", ()):
        if plan["Node Type"] != "Limit" or "Filter" in below or below.get("Plans"):
            yield from _to_the_end(below)


def _said(node: dict[str, Any]) -> str:
    on = node.get("Index Name") or node.get("Relation Name")
    return f"{node['Node Type']} {on}" if on else str(node["Node Type"])
