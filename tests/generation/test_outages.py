"""A provider that does not answer: what was ordered waits and comes through once it is back; nobody pays twice, nobody
is told twice, and nobody waits for longer than was said."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from errors import Permanent, Rejected, Temporary
from models import Breaker, LedgerEntry, Order, VideoTask, Work
from policy.limits import LONGEST_OUTAGE
from tests.generation.darkroom import DELIVERED, Darkroom
from traffic.breaker import RAMP_FIRST, STREAK
from traffic.load import KNOWN_FOR

DOWN = Temporary("provider.unavailable", status=503)
LONGEST = LONGEST_OUTAGE.total_seconds() / 60
CHARGED, BACK = [LedgerEntry.CHARGE], [LedgerEntry.GIVE_BACK]


def state(room: Darkroom, provider: str = "gemini") -> str:
    with room.database.connection():
        return str(Breaker.get(Breaker.name == provider).state)


def test_pictures_wait_and_come_through_once_each_when_the_provider_is_back(darkroom: Darkroom) -> None:
    room = darkroom
    room.gemini.down = Temporary("provider.busy", retry_after=40.0)
    orders = [room.picture(room.person()) for _ in range(4)]
    room.goes_on(12, step=15.0)
    assert room.states(orders) == {Order.QUEUED}
    assert len(room.gemini.asked) <= 2 * STREAK + 10  # nobody hammers it
    assert room.most_tries() <= STREAK
    room.gemini.down = None
    room.goes_on(5, step=10.0)
    assert room.states(orders) == DELIVERED
    assert [room.entries(order) for order in orders] == [CHARGED] * 4
    assert [room.shown(order) for order in orders] == [1] * 4
    assert state(room) == Breaker.CLOSED
    assert room.balanced()


def test_before_the_tap_and_in_the_queue_people_are_told(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    room.gemini.down = DOWN
    waiting = [room.picture(room.person()) for _ in range(3)]
    offered = room.is_offered(ann)
    with room.database.unit() as unit:
        assert not room.orders.outlook(unit, Order.get_by_id(offered)).away
    room.goes_on(1)
    with room.database.unit() as unit:
        assert room.orders.outlook(unit, Order.get_by_id(offered)).away
    assert all("Gemini does not answer" in room.last_said(order) for order in waiting)
    room.place(ann, offered)  # who wants to wait may
    room.gemini.down = None
    room.goes_on(5, step=15.0)
    assert room.states([*waiting, offered]) == DELIVERED


def test_who_waited_as_long_as_was_said_has_the_credits_back_and_is_told_once(darkroom: Darkroom) -> None:
    room = darkroom
    room.gemini.down = DOWN
    early = [(who, room.picture(who)) for who in (room.person() for _ in range(3))]
    room.goes_on(20, step=60.0)
    late = room.picture(room.person())
    room.goes_on(LONGEST - 22, step=60.0)
    assert room.states([order for _, order in early]) == {Order.QUEUED}
    room.goes_on(4, step=20.0)
    for who, order in early:
        assert (room.state(order), room.row(order).reason) == (Order.FAILED, "provider.away")
        assert room.entries(order) == BACK
        assert room.balance(who)[1] == 0
        said = [call for call in room.telegram.calls if f"for {LONGEST:.0f} minutes" in str(call.params.get("text"))]
        assert sum(call.params["message_id"] == room.row(order).message_id for call in said) == 1
    assert room.state(late) == Order.QUEUED  # has waited ten minutes
    room.gemini.down = None
    room.goes_on(5, step=15.0)
    assert (room.state(late), room.entries(late)) == (Order.DELIVERED, CHARGED)
    assert room.balanced()


def test_an_order_that_begins_at_the_moment_it_would_be_given_back_is_made(darkroom: Darkroom) -> None:
    """Who begins it was first: its work must not be withdrawn under it, or its credits would be set aside for hours."""
    room = darkroom
    order = room.picture(room.person())
    with room.database.connection():
        Breaker.insert(name="gemini", state=Breaker.OPEN, opened_at=room.clock.now(), trips=1).execute()
        claim = room.desk.claim(Work.get(Work.kind == "produce").id)
    assert claim is not None
    room.later(LONGEST_OUTAGE.total_seconds() + 1)
    other = threading.Thread(target=room.upkeep.outages)
    with claim.checkpoint():
        other.start()
        other.join(0.3)
        Order.update(state=Order.CALLING).where(Order.id == order).execute()
    other.join(60)
    with claim.finish():
        """It still holds it."""
    assert room.state(order) == Order.CALLING


def test_one_who_cancels_while_it_is_away_has_the_credits_back(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    room.gemini.down = DOWN
    mine = room.picture(ann)
    room.picture(room.person())
    room.goes_on(2, step=10.0)
    room.cancel(ann, mine)
    room.gemini.down = None
    room.goes_on(4, step=10.0)
    assert (room.state(mine), room.entries(mine), room.shown(mine)) == (Order.CANCELLED, BACK, 0)


def test_refusals_are_no_outage(darkroom: Darkroom) -> None:
    room = darkroom
    ann = room.person()
    refused = [room.picture(ann, "refused") for _ in range(2 * STREAK)]
    room.goes_on(1)
    assert room.states(refused) == {Order.REFUSED}
    made = room.picture(room.person())
    room.goes_on(1)
    assert room.state(made) == Order.DELIVERED


def test_one_order_that_always_fails_still_ends_after_its_tries(darkroom: Darkroom) -> None:
    """A failure of its own among answers for others is no outage, and is not waited for."""
    room, others = darkroom, darkroom.person()
    room.gemini.fails_at["cursed"] = DOWN
    order = room.picture(room.person(), "cursed")
    for _ in range(30):
        room.clock.turn(5)
        room.picture(others)
        room.work()
    assert (room.state(order), room.row(order).reason) == (Order.FAILED, "provider.unavailable")
    assert room.gemini.asked.count("cursed") == 6


def test_videos_wait_for_their_slot_and_those_in_flight_are_looked_after(darkroom: Darkroom) -> None:
    room = darkroom
    room.of(slots=5)
    flying = room.filming(room.person())
    room.kling.next = ["unreachable"] * 1_000
    orders = [room.order(room.person()) for _ in range(5)]
    room.watches(300)
    assert state(room, "kling") in (Breaker.OPEN, Breaker.PROBING)
    assert room.states(orders) == {Order.QUEUED}
    assert len(room.kling.asked) <= 1 + 2 * STREAK + 8
    room.kling.finishes(room.id_of(flying))
    room.watches(60)
    assert room.state(flying) == Order.DELIVERED
    room.kling.next = []
    for _ in range(60):
        room.watches(20)
        room.kling.finishes(*room.kling.tasks)
        if room.states(orders) == DELIVERED:
            break
    assert room.states(orders) == DELIVERED
    sent = [asked.external_id for asked in room.kling.asked if asked.external_id in room.kling.tasks]
    assert len(room.kling.tasks) == 6
    assert [room.entries(order) for order in orders] == [CHARGED] * 5
    assert set(sent) == set(room.kling.tasks)
    assert room.balanced()


def test_slots_are_given_away_one_by_one_to_find_out_and_then_more_and_more(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    room.of(slots=9)
    for _ in range(6):
        room.order(ann)
    with room.database.connection():
        until = room.clock.now() + timedelta(seconds=30)
        Breaker.insert(name="kling", state=Breaker.OPEN, until=until, opened_at=room.clock.now(), trips=1).execute()
    assert room.slots.admit() == 0
    room.later(31)
    assert (room.slots.admit(), room.slots.admit()) == (1, 0)
    room.work()
    assert state(room, "kling") == Breaker.RAMP
    assert room.slots.admit() == RAMP_FIRST


def test_videos_go_on_though_the_one_that_found_out_ended_without_a_word(darkroom: Darkroom) -> None:
    """It was cancelled at that moment, or what it found could not be written: the next one finds out."""
    room, ann = darkroom, darkroom.person()
    room.of(slots=9)
    orders = [room.order(ann) for _ in range(3)]
    with room.database.connection():
        gone = {"probe": "gone", "probe_fence": 1}
        Breaker.insert(name="kling", state=Breaker.PROBING, opened_at=room.clock.now(), trips=1, **gone).execute()
    assert (room.slots.admit(), room.slots.admit()) == (1, 0)
    room.goes_on(2)
    assert state(room, "kling") in (Breaker.RAMP, Breaker.CLOSED)
    assert room.states(orders) == {Order.RENDERING}


def test_no_photo_is_opened_while_its_provider_is_away(darkroom: Darkroom) -> None:
    room = darkroom
    order = room.order(room.person())
    room.slots.admit()
    with room.database.connection():
        until = room.clock.now() + timedelta(seconds=60)
        Breaker.insert(name="kling", state=Breaker.OPEN, until=until, opened_at=room.clock.now(), trips=1).execute()
    room.later(KNOWN_FOR)
    room.store.delete(list(room.store.names()))
    room.work()
    assert room.state(order) == Order.QUEUED  # else it would have been missed


def test_videos_that_waited_too_long_for_a_provider_go_back(darkroom: Darkroom) -> None:
    room = darkroom
    room.of(slots=2)
    room.kling.next = ["unreachable"] * 1_000
    orders = [room.order(room.person()) for _ in range(4)]
    room.goes_on(LONGEST + 2, step=30.0)
    assert room.states(orders) == {Order.FAILED}
    assert {room.row(order).reason for order in orders} == {"provider.away"}
    assert [room.entries(order) for order in orders] == [BACK] * 4
    with room.database.connection():
        assert not VideoTask.select().where(VideoTask.state.in_(VideoTask.OPEN)).exists()


def test_videos_whose_submission_was_not_heard_are_looked_for_and_never_sent_twice(darkroom: Darkroom) -> None:
    room = darkroom
    room.of(slots=6)
    room.kling.next = ["lost"] * STREAK
    room.kling.away = Temporary("provider.unavailable")
    orders = [room.order(room.person()) for _ in range(STREAK)]
    room.goes_on(10, step=20.0)
    assert state(room, "kling") in (Breaker.OPEN, Breaker.PROBING)
    assert room.states(orders) == {Order.CALLING}
    room.kling.away = None
    room.goes_on(3, step=10.0)
    assert room.states(orders) == {Order.RENDERING}
    assert len(room.kling.asked) == STREAK


def test_videos_that_never_arrived_wait_where_they_can_be_cancelled(darkroom: Darkroom) -> None:
    """The provider swallows what is sent and knows of nothing: asked about, they count as not made."""
    room = darkroom
    room.of(slots=6)
    room.kling.next = ["dropped"] * 1_000
    ann = room.person()
    orders = [room.order(ann) for _ in range(3)]
    room.goes_on(3, step=10.0)
    assert state(room, "kling") in (Breaker.OPEN, Breaker.PROBING)
    waiting = [order for order in orders if room.state(order) == Order.QUEUED]
    assert len(waiting) >= 2  # the one that was sent last, to find out, is not asked about yet
    room.cancel(ann, waiting[0])
    room.kling.next = []
    room.goes_on(5, step=10.0)
    others = [order for order in orders if order != waiting[0]]
    assert (room.state(waiting[0]), room.states(others)) == (Order.CANCELLED, {Order.RENDERING})
    assert set(room.kling.tasks) == {room.id_of(order) for order in others}


def test_nothing_is_taken_while_too_many_wait_and_the_credits_are_untouched(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    offered = room.is_offered(ann)
    before = room.balance(ann)
    for _ in range(3):
        room.picture(room.person())
    room.later(120)
    with room.database.unit() as unit:
        assert room.orders.outlook(unit, Order.get_by_id(offered)).minutes == 2
    room.later(600)
    for act in (lambda: room.place(ann, offered), lambda: room.is_offered(ann)):
        with pytest.raises(Rejected) as raised:
            act()
        assert (raised.value.code, raised.value.facts) == ("orders.too_busy", {"wait": 3})
    assert room.balance(ann) == before
    room.work()
    room.later(6)
    room.place(ann, offered)
    room.work()
    assert room.state(offered) == Order.DELIVERED


def test_how_long_the_line_for_videos_is_is_read_once_for_many_offers(darkroom: Darkroom) -> None:
    """It may have thousands of rows, and each offer asks twice."""
    room, ann = darkroom, darkroom.person()
    room.of(slots=1)
    room.order(ann)
    known = room.slots.load()
    room.order(ann)
    assert (known.depth, room.slots.load()) == (0, known)
    room.later(KNOWN_FOR)
    assert room.slots.load().depth == 2


def test_a_key_that_is_refused_is_no_outage_either(darkroom: Darkroom) -> None:
    room = darkroom
    room.gemini.down = Permanent("provider.misconfigured", status=403)
    ann = room.person()
    orders = [room.picture(ann) for _ in range(2 * STREAK)]
    room.goes_on(1)
    assert room.states(orders) == {Order.FAILED}
    assert [room.entries(order) for order in orders] == [BACK] * len(orders)
