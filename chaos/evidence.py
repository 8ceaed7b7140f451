"""What is there when all is quiet again: rows, objects, chats, what the providers saw. Gathered once, then read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from chaos.links import KLING, TELEGRAM
from chaos.person import Told
from chaos.phone import Message
from chaos.stack import BUCKET, Stack
from privacy.search import Sighting

PATIENCE = 120.0  # seconds for one answer, however many rows it has
Row = dict[str, Any]
# Names of columns -> what is asked. Sealed columns are left out: nothing here needs a key.
QUESTIONS = {
    "orders": "SELECT id, account, state, kind, message_id, media, reason FROM orders",
    "entries": "SELECT id, kind, owner, order_id FROM ledger_entry",
    "lines": "SELECT entry, place, amount FROM ledger_line",
    "places": "SELECT id, owner, kind, balance FROM ledger_account",
    "payments": "SELECT id, state, stars, credits, lot FROM payment",
    "work": "SELECT id, kind, subject, state, tries, crashes, reason FROM work",
    "media": "SELECT id, account, kind, state, object_name FROM media",
    "tasks": "SELECT order_id, external_id, state, late, reason FROM video_task",
}


@dataclass(frozen=True)
class Evidence:
    """`chats` by person; `submits`: by external id how often a video was asked for, made, and asked for once more after
    it was made; `sightings` of words in plain, and where was looked."""

    orders: list[Row]
    entries: list[Row]
    lines: list[Row]
    places: list[Row]
    payments: list[Row]
    work: list[Row]
    media: list[Row]
    tasks: list[Row]
    objects: list[str]
    chats: dict[int, list[Message]]
    told: list[Told]
    submits: dict[str, dict[str, int]]
    rendered: list[Row]
    stars_paid: list[Row]
    looked_at: list[str] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    wires: dict[str, tuple[int, int]] = field(default_factory=dict)  # of a line: bytes that passed, words seen


def gathered(
    stack: Stack,
    *,
    chats: dict[int, list[Message]],
    told: Iterable[Told],
    looked_at: list[str],
    sightings: list[Sighting],
) -> Evidence:
    with psycopg.connect(stack.address_of(), autocommit=True, row_factory=dict_row) as connection:
        rows = {name: list(connection.execute(question)) for name, question in QUESTIONS.items()}
    kling, telegram = stack.url(KLING), stack.url(TELEGRAM)
    return Evidence(
        **rows,
        objects=objects(stack),
        chats=chats,
        told=list(told),
        submits=requests.get(f"{kling}/control/submits", timeout=PATIENCE).json(),
        rendered=requests.get(f"{kling}/control/tasks", timeout=PATIENCE).json(),
        stars_paid=requests.get(f"{telegram}/client/payments", timeout=PATIENCE).json(),
        looked_at=looked_at,
        sightings=sightings,
        wires={link.name: (link.passed, link.seen) for link in stack.links.values() if link.watched},
    )


def objects(stack: Stack) -> list[str]:
    """Names of what people's media are kept under; records of erasures are no media."""
    pages = stack.bucket().get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    names = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return [name for name in names if not name.startswith("erasures/")]
