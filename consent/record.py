"""What a person agreed to: rows that are added and never changed."""

from __future__ import annotations

from database import Unit
from models import Acceptance, new_id
from policy.versions import CURRENT
from rows import exists

AGREED = "account = ? AND kind = ?"  # of an acceptance


def accept(unit: Unit, *, account: str, kind: str, version: str = CURRENT.id) -> bool:
    """Record an agreement. False when this version was agreed to before."""
    written = list(
        Acceptance.insert(id=new_id(), account=account, kind=kind, version=version, at=unit.now)
        .on_conflict_ignore()
        .returning(Acceptance.id)
        .execute()
    )
    return bool(written)


def accepted(account: str, kind: str) -> bool:
    """Whether the person ever agreed to this."""
    return exists(Acceptance, AGREED, account, kind)
