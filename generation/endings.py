"""The bad end of an order: its state, the credits that go back, and the word to its person, in one transaction."""

from __future__ import annotations

from billing import ledger
from database import Unit
from generation.kinds import TELL
from jobs.desk import Desk
from models import Order
from states import move


def end_badly(
    unit: Unit,
    desk: Desk,
    *,
    order: str,
    account: str,
    reason: str,
    refused: bool = False,
    come_from: tuple[str, ...] = Order.OPEN,
) -> bool:
    """False where it has ended already. `refused`: the provider's last word on what the person wanted."""
    to = Order.REFUSED if refused else Order.FAILED
    if not move(Order, order, come_from=come_from, to=to, reason=reason, ended_at=unit.now):
        return False
    ledger.give_back(unit, owner=account, order=order)
    desk.add(unit, TELL, subject=order, account=account)
    return True
