"""Both halves of an account's end in one transaction, where nobody is to be told in between."""

from __future__ import annotations

from billing.refunds import Refunds
from custody.fields import Fields
from custody.keys import Keys
from database import Unit
from jobs.desk import Desk
from privacy.close import empty_account, forget_account


def close_account(unit: Unit, *, desk: Desk, keys: Keys, fields: Fields, refunds: Refunds, account: str) -> None:
    """After the commit nothing of the person can be read any more; the sealed objects go by work rows."""
    empty_account(unit, desk=desk, keys=keys, fields=fields, refunds=refunds, account=account)
    forget_account(unit, keys=keys, account=account, asked_at=unit.now)
