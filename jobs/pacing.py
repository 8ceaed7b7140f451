"""Telegram's "wait so long" holds for everybody: one shared row, asked before each sending."""

from __future__ import annotations

from datetime import timedelta

from database import Database
from errors import Temporary
from models import Pacing
from rows import first


def demand(database: Database, name: str) -> None:
    """Raises Temporary("pacing.wait") with the seconds that are left while the service asked us to wait."""
    now = database.clock.now()
    with database.connection():
        row = first(Pacing, "name = ? AND until > ?", name, now)  # by hand: before each sending
    if row is not None:
        raise Temporary("pacing.wait", retry_after=(row.until - now).total_seconds(), recipient=name)


def wait(database: Database, name: str, seconds: float) -> None:
    """Write down that the service asked everybody to wait; an earlier, longer wait stays."""
    until = database.clock.now() + timedelta(seconds=seconds)
    with database.connection():
        changed = Pacing.update(until=until).where((Pacing.name == name) & (Pacing.until < until)).execute()
        if not changed:
            Pacing.insert(name=name, until=until).on_conflict_ignore().execute()
