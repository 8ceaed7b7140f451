"""What waited because staff wanted it so goes on as soon as they resume, not only when it looks again by itself."""

from __future__ import annotations

from typing import Final

from database import Unit
from generation.kinds import PRODUCE, SUBMIT
from models import Work
from traffic.names import IMAGES, VIDEOS
from traffic.pauses import held

BEGINS: Final = {IMAGES: PRODUCE, VIDEOS: SUBMIT}  # those that never got a slot are found by the next admission


def wake(unit: Unit, name: str) -> int:
    """Makes due what a hold let wait; how many."""
    if name not in BEGINS:
        return 0
    waits = (Work.kind == BEGINS[name]) & (Work.reason == held(name)) & (Work.state == Work.DUE)
    return int(Work.update(due_at=unit.now, rung_at=None).where(waits & (Work.due_at > unit.now)).execute())
