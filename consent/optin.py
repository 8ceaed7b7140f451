"""Whether a person wants promotional messages: rows that are added and never changed. Silence is a no."""

from __future__ import annotations

from typing import Any

from peewee import fn

from database import Unit
from models import Account, PromotionChoice, new_id
from policy.versions import CURRENT


def choose(unit: Unit, account: str, *, wanted: bool) -> bool:
    """Write a choice down. False when it stands like that already. `wants` says the new one from the commit on."""
    if wants(account) == wanted:
        return False
    PromotionChoice.insert(id=new_id(), account=account, wanted=wanted, version=CURRENT.id, at=unit.now).execute()
    return True


def wants(account: str) -> bool:
    """Whether the newest choice is a yes. Called with a connection."""
    return bool(Account.select(Account.id).where((Account.id == account) & wanting()).exists())


def wanting() -> Any:
    """The condition that the newest choice of an account is a yes; of two at the same moment the no counts."""
    yes, no = PromotionChoice.alias(), PromotionChoice.alias()
    since = no.select(no.id).where((no.account == yes.account) & ~no.wanted & (no.at >= yes.at))
    return fn.EXISTS(yes.select(yes.id).where((yes.account == Account.id) & yes.wanted & ~fn.EXISTS(since)))
