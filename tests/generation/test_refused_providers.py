"""Who refuses a provider gets nothing made there: what waits ends, and nothing is sent wherever an order stands."""

from __future__ import annotations

import threading

import pytest

from consent.choices import choose
from consent.disclosure import disclose
from errors import Rejected
from models import Account, Disclosure, Order, VideoTask, Work
from tests.generation.studio import FIRST, Studio, Who


@pytest.mark.proves("P5.3")
def test_a_video_that_waits_for_a_refused_provider_ends_and_its_credits_are_back(studio: Studio, ann: Who) -> None:
    studio.of(slots=1)
    under_way, waiting = studio.filming(ann), studio.order(ann)
    assert studio.balance(ann) == (84, 16)
    refuse(studio, ann)
    assert studio.state(waiting) == Order.REFUSED
    assert studio.row(waiting).reason == "provider.not_allowed"
    assert studio.balance(ann) == (92, 8), "what is being made there already goes on"
    studio.work()
    assert "Not made" in studio.telegram.texts()
    assert studio.state(under_way) == Order.RENDERING


@pytest.mark.proves("P5.3")
@pytest.mark.parametrize("moment", ["queued", "admitted"])
def test_nothing_is_sent_once_the_no_is_said_wherever_the_order_stands(studio: Studio, ann: Who, moment: str) -> None:
    """Only the choice is written, as if the order had been missed by whoever ends what waits."""
    order = studio.order(ann)
    if moment != "queued":
        studio.slots.admit()
    only_the_choice(studio, ann)
    studio.slots.admit()
    studio.work()
    assert studio.kling.asked == []
    assert studio.state(order) == Order.REFUSED
    assert studio.balance(ann) == (100, 0)
    assert studio.open_tasks() == 0
    with studio.database.connection():
        assert Disclosure.select().count() == 0


@pytest.mark.proves("P5.3")
def test_a_second_attempt_and_a_second_model_are_the_same_recipient(studio: Studio, ann: Who) -> None:
    studio.kling.retired = {FIRST}
    order = studio.order(ann)
    studio.slots.admit()
    studio.work()
    assert studio.state(order) == Order.QUEUED, "waits for the successor of the retired model"
    only_the_choice(studio, ann)
    studio.slots.admit()
    studio.work()
    assert len(studio.kling.asked) == 1
    assert studio.state(order) == Order.REFUSED
    assert studio.balance(ann) == (100, 0)


@pytest.mark.proves("P5.3")
def test_an_order_for_a_refused_provider_cannot_be_placed(studio: Studio, ann: Who) -> None:
    order = studio.offer(ann)
    refuse(studio, ann)
    with pytest.raises(Rejected) as no:
        studio.place(ann, order)
    assert no.value.code == "provider.not_allowed"
    assert studio.balance(ann) == (100, 0)
    with studio.database.unit() as unit:
        assert choose(unit, ann.id, "kling", allowed=True)
    studio.place(ann, order)
    assert studio.state(order) == Order.QUEUED


def refuse(studio: Studio, who: Who, provider: str = "kling") -> int:
    """As the bot does it."""
    with studio.database.unit() as unit:
        ended = studio.orders.withhold(unit, account=who.id, provider=provider)
        choose(unit, who.id, provider, allowed=False)
        return ended


def only_the_choice(studio: Studio, who: Who) -> None:
    with studio.database.unit() as unit:
        choose(unit, who.id, "kling", allowed=False)


@pytest.mark.proves("P5.3")
def test_a_no_and_a_submission_at_once_never_lock_each_other_out(studio: Studio, ann: Who) -> None:
    """Both take work, attempt, order and account in one order. The submission was first, so the no comes after it."""
    order = studio.order(ann)
    studio.slots.admit()
    with studio.database.connection():
        task = studio.task(order)
        claim = studio.desk.claim(Work.get(Work.kind == "submit").id)
    assert claim is not None
    raised: list[BaseException] = []

    def say_no() -> None:
        try:
            refuse(studio, ann)
        except BaseException as error:
            raised.append(error)

    other = threading.Thread(target=say_no)
    with claim.checkpoint() as unit:
        other.start()
        other.join(0.3)
        VideoTask.update(state=VideoTask.SUBMITTING).where(VideoTask.id == task.id).execute()
        Order.update(state=Order.CALLING).where(Order.id == order).execute()
        disclose(
            unit,
            account=ann.id,
            order=order,
            attempt=1,
            recipient="kling",
            purpose="generation",
            categories=frozenset({"photos"}),
        )
    other.join()
    assert raised == []
    assert studio.state(order) == Order.CALLING
    with claim.finish():
        """It still holds what it submits: else nobody would ever hear of this video."""
    with studio.database.connection():
        assert Disclosure.select().count() == 1
        assert Account.get_by_id(ann.id).not_to == "kling"
