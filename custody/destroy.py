"""Destroying a sealed object: intent row, erasure record beside the objects, key, object, row, in this order.

A crash between any two leaves a state that the next run completes and that a restored backup cannot undo.
"""

from __future__ import annotations

import io
import json

import crash
from custody.media import ERASURES
from database import Database, Unit
from errors import Temporary
from models import Media
from states import move
from vault.store import Store, new_object_name


def intend(unit: Unit, media_id: str) -> bool:
    """Mark for destruction. From the commit on nobody opens it. False when it is marked or gone already."""
    del unit
    return move(Media, media_id, come_from=(Media.STORING, Media.STORED), to=Media.DESTROYING)


def destroy(database: Database, store: Store, media_id: str) -> None:
    """Carry out what was intended; may be repeated. Raises Temporary("store.unavailable") when an object stays."""
    with database.connection():
        media = Media.get_or_none((Media.id == media_id) & (Media.state == Media.DESTROYING))
    if media is None:
        return
    record = json.dumps({"objects": [media.object_name], "at": database.clock.now().isoformat()}).encode()
    store.put(new_object_name(ERASURES), io.BytesIO(record), len(record))
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
