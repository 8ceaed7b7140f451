"""The status message of an order: the last thing it says is what is so, whoever was quicker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

import pytest

from database import Database
from errors import Permanent, Temporary
from generation.endings import end_badly
from generation.status import LOOKS_AGAIN, Status
from models import Order
from tests.generation.darkroom import Darkroom
from tests.generation.studio import Studio, Who
from wording.orders import FILMING, WORKING


def last(studio: Studio) -> str:
    return str(studio.telegram.said("editMessageText")[-1].params["text"])


class Away:
    """A database that goes away while the message is edited, and is back after some looks."""

    def __init__(self, database: Database, *, looks: int) -> None:
        self._database, self.looks = database, looks
        self.unit = database.unit

    def connection(self) -> AbstractContextManager[None]:
        if not self.looks:
            return self._database.connection()
        self.looks -= 1
        raise Temporary("database.unavailable")


def status_on(studio: Studio, away: Away, slept: Callable[[float], object]) -> Status:
    return Status(database=cast(Any, away), orders=studio.orders, chats=studio.chats, sleep=slept)


def fail(studio: Studio, order: str) -> None:
    with studio.database.unit() as unit:
        account = Order.get_by_id(order).account
        end_badly(unit, studio.desk, order=order, account=account, reason="provider.refused", refused=True)


@pytest.fixture
def ann(studio: Studio) -> Who:
    return studio.person()


def test_an_order_that_ended_while_its_place_was_being_said_says_its_end(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.telegram.meanwhile.append(lambda: fail(studio, order))
    studio.status.say(order)
    assert "Not made." in last(studio)


def test_an_order_that_was_cancelled_while_its_place_was_being_said_says_so(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.telegram.meanwhile.append(lambda: studio.cancel(ann, order))
    studio.upkeep.positions()
    assert "Cancelled" in last(studio)


def test_a_cancellation_that_could_not_be_said_at_once_is_said_later(studio: Studio, ann: Who) -> None:
    """Else the chat goes on telling of something in the making that nobody makes."""
    order = studio.order(ann)
    studio.telegram.fails["editMessageText"] = Temporary("telegram.away")
    studio.cancel(ann, order)
    studio.status.say(order)
    assert studio.telegram.said("editMessageText") == []
    del studio.telegram.fails["editMessageText"]
    studio.later(30)
    studio.work()
    assert "Cancelled" in last(studio)
    assert studio.undone() == []


def test_an_order_that_ended_while_the_database_was_away_says_its_end_later(studio: Studio, ann: Who) -> None:
    """Who told of the end was quicker than who told of the place, whose look afterwards found no database."""
    order = studio.order(ann)
    slept: list[float] = []
    studio.telegram.meanwhile.append(lambda: fail(studio, order))
    status_on(studio, Away(studio.database, looks=2), slept.append).say(order)
    assert "Not made." in last(studio)
    assert slept == list(LOOKS_AGAIN[:2])


def test_a_place_of_which_nobody_knows_whether_it_was_said_is_looked_after_too(studio: Studio, ann: Who) -> None:
    """A reply that was lost, and the edit may still come: after the end was told."""
    order = studio.order(ann)

    def lost() -> None:
        fail(studio, order)
        studio.telegram.meanwhile.append(studio.telegram.fails.clear)
        studio.telegram.fails["editMessageText"] = Temporary("http.timeout")

    studio.telegram.meanwhile.append(lost)
    studio.status.say(order)
    assert "Not made." in last(studio)


def test_a_video_that_began_while_its_place_was_being_said_says_that(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)

    def begins() -> None:
        studio.slots.admit()
        studio.work()

    studio.telegram.meanwhile.append(begins)
    studio.status.say(order)
    assert "being filmed" in last(studio)
    assert studio.row(order).shown == FILMING


def test_the_same_place_is_said_once(studio: Studio, ann: Who) -> None:
    studio.order(ann)
    for _ in range(3):
        studio.upkeep.positions()
    assert len(studio.telegram.said("editMessageText")) == 1


def test_what_can_not_be_said_is_tried_again_only_where_that_may_help(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    studio.telegram.fails["editMessageText"] = Temporary("telegram.away")
    studio.upkeep.positions()
    assert studio.row(order).shown is None
    studio.telegram.fails["editMessageText"] = Permanent("telegram.message_gone")
    studio.upkeep.positions()
    del studio.telegram.fails["editMessageText"]
    studio.upkeep.positions()
    assert studio.telegram.said("editMessageText") == []
    assert studio.state(order) == Order.QUEUED


def test_a_result_is_never_written_over(studio: Studio, ann: Who) -> None:
    order = studio.order(ann)
    with studio.database.connection():
        Order.update(state=Order.DELIVERED).where(Order.id == order).execute()
    studio.status.say(order)
    assert studio.telegram.calls == []


def begun(darkroom: Darkroom) -> Order:
    order = darkroom.picture(darkroom.person())
    with darkroom.database.connection():
        Order.update(state=Order.CALLING, shown=WORKING).where(Order.id == order).execute()
    row: Order = darkroom.row(order)
    return row


def test_that_a_picture_is_begun_is_said_by_who_has_its_row_and_mended_if_it_ended_meanwhile(
    darkroom: Darkroom,
) -> None:
    order = begun(darkroom)
    darkroom.status.say_begun(order)
    assert "being made" in last(darkroom)
    darkroom.telegram.meanwhile.append(lambda: fail(darkroom, order.id))
    darkroom.status.say_begun(order)
    assert "Not made." in last(darkroom)


def test_that_a_picture_is_begun_breaks_nothing_where_it_cannot_be_said(darkroom: Darkroom) -> None:
    """The provider works on it by then: a failure here would pay it for nothing."""
    order = begun(darkroom)
    for failure in (Temporary("telegram.away"), Permanent("telegram.message_gone")):
        darkroom.telegram.fails["editMessageText"] = failure
        darkroom.status.say_begun(order)
    assert darkroom.telegram.said("editMessageText") == []
    del darkroom.telegram.fails["editMessageText"]
    slept: list[float] = []
    status_on(darkroom, Away(darkroom.database, looks=99), slept.append).say_begun(order)
    assert "being made" in last(darkroom)
    assert slept == list(LOOKS_AGAIN), "not for ever: the provider's answer waits"
