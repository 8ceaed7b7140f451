"""Orders of videos: cancelled in time, refused once submitted, and never placed at another price than was shown."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from errors import Rejected
from models import LedgerAccount, Order, Work
from tests.generation.studio import Studio, Who


def test_cancelling_before_the_submission_frees_the_slot_at_once(studio: Studio, ann: Who, bob: Who) -> None:
    studio.of(slots=1)
    order, next_one = studio.order(ann), studio.order(bob)
    studio.slots.admit()
    studio.cancel(ann, order)
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0
    assert studio.undone() == ["tell"]
    assert studio.slots.admit() == 1
    studio.work()
    assert [asked.external_id for asked in studio.kling.asked] == [f"{next_one}-1"]
    studio.cancel(ann, order)
    assert studio.balance(ann) == (100, 0), "a second tap changes nothing"


def test_what_was_submitted_cannot_be_cancelled(studio: Studio, ann: Who) -> None:
    order = studio.filming(ann)
    with pytest.raises(Rejected, match="too_late"):
        studio.cancel(ann, order)
    assert studio.balance(ann) == (92, 8)
    assert studio.open_tasks() == 1


def test_cancel_and_submission_at_once_never_lock_each_other_out(studio: Studio, ann: Who) -> None:
    """Both change the work, the attempt and the order: they take them in one order."""
    order = studio.order(ann)
    studio.slots.admit()
    with studio.database.connection():
        work = Work.get(Work.kind == "submit")
    claim = studio.desk.claim(work.id)
    assert claim is not None
    raised: list[BaseException] = []

    def cancel() -> None:
        try:
            studio.cancel(ann, order)
        except BaseException as error:
            raised.append(error)

    other = threading.Thread(target=cancel)
    with claim.checkpoint():
        other.start()
        other.join(0.3)
        Order.update(state=Order.CALLING).where(Order.id == order).execute()
    other.join()
    assert [str(error) for error in raised] == ["orders.too_late"]


def test_a_price_that_changes_while_it_is_being_held_is_not_placed(studio: Studio, ann: Who) -> None:
    """Two taps at once: the other length, and "make it". What is held is what that length costs."""
    if studio.database.sqlite:
        pytest.skip("writers take turns there")
    order = studio.offer(ann, seconds=10)
    outcome: list[Any] = []

    def tap() -> None:
        try:
            outcome.append(studio.place(ann, order))
        except Rejected as error:
            outcome.append(error.code)

    def other_tap() -> None:
        with studio.database.unit() as unit:
            studio.orders.change_length(unit, account=ann.id, order=order, seconds=5)

    placing, changing = threading.Thread(target=tap), threading.Thread(target=other_tap)
    with studio.database.unit():
        LedgerAccount.update(balance=LedgerAccount.balance).where(LedgerAccount.owner == ann.id).execute()
        placing.start()
        placing.join(0.3)  # it has read the offer, and waits for the person's books
        changing.start()
        changing.join()
    placing.join()
    assert outcome == ["orders.gone"]
    assert studio.balance(ann) == (100, 0)
    assert studio.place(ann, order).ahead == 0
    assert studio.balance(ann) == (92, 8)
