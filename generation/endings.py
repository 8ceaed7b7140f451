"""The bad end of an order: its state, the credits that go back, and the word to its person, in one transaction."""

from __future__ import annotations

import logs
from billing import ledger
from database import Unit
from generation.kinds import PRODUCE, SUBMIT, TELL
from generation.slots import withdraw
from jobs.desk import Desk
from models import Order, Photo, VideoTask, Work
from states import move

log = logs.get()


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
    forget_words(account)
    desk.add(unit, TELL, subject=order, account=account)
    unit.after(lambda: log.info("order.ended_badly", order=order, state=to, code=reason))
    return True


def take_out(unit: Unit, desk: Desk, order: str) -> bool:
    """Whether an order still waits: nobody begins it from here on. Work is held first, as by whoever begins it: then
    nothing is withdrawn under one that was quicker."""
    admitted = VideoTask.select(VideoTask.id).where(
        (VideoTask.order == order) & (VideoTask.state == VideoTask.ADMITTED)
    )
    subjects = [order, *(task.id for task in admitted)]
    begins = Work.subject.in_(subjects) & Work.kind.in_((PRODUCE, SUBMIT)) & Work.state.in_((Work.DUE, Work.HELD))
    Work.update(fence=Work.fence).where(begins).execute()
    if not Order.select().where((Order.id == order) & (Order.state == Order.QUEUED)).exists():
        return False
    desk.withdraw(unit, subject=order, kinds=(PRODUCE,))
    withdraw(unit, desk, order)
    return True


def forget_words(account: str) -> None:
    """Prompts and styles go with what they belong to: those of a person's orders that made nothing, and whose photo
    (and result, where it was about one) is gone.

    Called after the change it is about. The lock lets an order's end and a photo's deletion at one moment take turns:
    neither could see the other's change, and the words would stay.
    """
    ledger.lock(account)
    mine, about = Order.account == account, Order.alias()
    ended = Order.state.in_((Order.OFFERED, Order.REFUSED, Order.FAILED, Order.CANCELLED))
    made_nothing = ended & Order.media.is_null()
    photos = Photo.select(Photo.id).where((Photo.account == account) & (Photo.state != Photo.DELETED))
    results = about.select(about.id).where((about.account == account) & (about.state == Order.DELETED))
    gone = Order.photo.not_in(photos) & (Order.origin.is_null() | Order.origin.in_(results))
    Order.update(prompt=None, style=None).where(mine & made_nothing & gone).execute()
