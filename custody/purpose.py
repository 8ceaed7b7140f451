"""The purpose check: opening what is sealed names a purpose that the register grants, and leaves a record."""

from __future__ import annotations

from database import Database
from errors import Permanent
from models import Access, new_id
from policy.purposes import PURPOSES, granted


class PurposeCheck:
    """Refuses purposes that are not granted; records each opening that is not its owner's own use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def demand(self, purpose: str, category: str, *, account: str, subject: str) -> None:
        """Raises Permanent("custody.purpose_not_granted"). Written before anything is opened."""
        if not granted(purpose, category):
            raise Permanent("custody.purpose_not_granted", purpose=purpose, category=category)
        if PURPOSES[purpose].own_use:
            return
        now = self._database.clock.now()
        with self._database.connection():
            Access.insert(
                id=new_id(), account=account, category=category, purpose=purpose, subject=subject, at=now
            ).execute()
