"""What runs for a person is stopped: what is being made ends and is given back, what is made waits."""

from __future__ import annotations

from database import Unit
from generation.endings import end_badly
from generation.kinds import COLLECT, DELIVER, GREET, INTAKE, ORIGINAL, PRODUCE, SUBMIT
from generation.slots import end_task
from jobs.desk import Desk
from models import Order, Photo, VideoTask
from states import move

STOPPED = (PRODUCE, SUBMIT, COLLECT, DELIVER, ORIGINAL, GREET, INTAKE)


def stop_work(unit: Unit, desk: Desk, account: str) -> None:
    """First of all, before the account is locked: whoever works for its person takes the two in this order."""
    desk.withdraw_all(unit, account=account, kinds=STOPPED)


def halt(unit: Unit, desk: Desk, account: str, *, reason: str) -> int:
    """How many orders ended. Whoever works on something of theirs at this moment cannot commit it.

    What a provider makes meanwhile is never fetched. Work, attempt, order: in the order in which workers take them.
    """
    stop_work(unit, desk, account)  # once more: what was added until the account was locked
    for task in list(VideoTask.select().where((VideoTask.account == account) & VideoTask.state.in_(VideoTask.OPEN))):
        end_task(unit, task.id, reason=reason)
    theirs = Order.account == account
    ended = sum(
        end_badly(unit, desk, order=order.id, account=account, reason=reason)
        for order in list(Order.select(Order.id).where(theirs & Order.state.in_(Order.OPEN)))
    )
    for order in list(Order.select(Order.id).where(theirs & (Order.state == Order.KEPT))):
        move(Order, order.id, come_from=(Order.KEPT,), to=Order.HELD_BACK)
    for photo in list(Photo.select(Photo.id).where((Photo.account == account) & (Photo.state == Photo.INCOMING))):
        gone = {"file_id": None, "caption": None}
        move(Photo, photo.id, come_from=(Photo.INCOMING,), to=Photo.REFUSED, reason=reason, **gone)
    return ended
