"""Payments that are past their period, and with the last one of a person the key that locks them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from custody.keys import Keys
from database import Unit
from models import Account, KeyRow, Payment
from privacy.sweep import Rows


@dataclass(frozen=True, kw_only=True)
class Payments(Rows):
    """`start` is the last that happened to a payment, its refund included."""

    keys: Keys

    def let_go(self, unit: Unit, now: datetime) -> int:
        rows = self.batch(now, Payment.id, Payment.account)
        owners = sorted({row.account for row in rows})
        gone = Payment.delete().where(Payment.id.in_([row.id for row in rows])).execute()
        # Who pays at this moment keeps their account open (billing.payments), and we wait for each other here.
        Account.update(state=Account.state).where(Account.id.in_(owners)).execute()
        staying = {row.account for row in Payment.select(Payment.account).where(Payment.account.in_(owners)).distinct()}
        for owner in owners:
            if owner not in staying:
                self.keys.destroy(unit, owner, (KeyRow.TRANSACTIONS,))
        return int(gone)
