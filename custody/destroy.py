"""Destroying a sealed object: intent row, erasure record beside the objects, key, object, row, in this order.

A crash between any two leaves a state that the next run completes and that a restored backup cannot undo.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import crash
from custody.media import ERASURES
from database import Database, Unit
from errors import Temporary
from models import Media
from states import move
from vault.derive import Random
from vault.store import RANDOM_BYTES, Store, check_name

DATED = re.compile(rf"{ERASURES}/([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}/[0-9]{{6}})-[0-9a-f]+")


def intend(unit: Unit, media_id: str) -> bool:
    """Mark for destruction. From the commit on nobody opens it. False when it is marked or gone already."""
    del unit
    return move(Media, media_id, come_from=(Media.STORING, Media.STORED), to=Media.DESTROYING)


def record_name(at: datetime, random: Random = os.urandom) -> str:
    """`erasures/2026-11-25/071231-…`: in the order of time, so that the oldest records are listed first."""
    return check_name(f"{ERASURES}/{at:%Y-%m-%d/%H%M%S}-{random(RANDOM_BYTES).hex()}")


def recorded_at(name: str) -> datetime | None:
    """When a record was written, by its name, rounded up to the second; None for names from before they told."""
    found = DATED.fullmatch(name)
    return datetime.strptime(found[1], "%Y-%m-%d/%H%M%S") + timedelta(seconds=1) if found else None


def write_down(store: Store, at: datetime, objects: Iterable[str], **more: str) -> None:
    """The record beside the objects of what is being destroyed. `more`: of what it is a part; random ids, no more."""
    record = json.dumps({"objects": list(objects), "at": at.isoformat(), **more}).encode()
    store.put(record_name(at), io.BytesIO(record), len(record))


def destroy(database: Database, store: Store, media_id: str) -> None:
    """Carry out what was intended; may be repeated. Raises Temporary("store.unavailable") when an object stays."""
    with database.connection():
        media = Media.get_or_none((Media.id == media_id) & (Media.state == Media.DESTROYING))
    if media is None:
        return
    write_down(store, database.clock.now(), [media.object_name])
    crash.at("destroy.written_down")
    with database.connection():
        Media.update(wrapped_key=None).where(Media.id == media_id).execute()
    crash.at("destroy.key_gone")
    if store.delete([media.object_name]):
        raise Temporary("store.unavailable")
    crash.at("destroy.object_gone")
    with database.connection():
        Media.delete().where(Media.id == media_id).execute()
    crash.at("destroy.row_gone")
