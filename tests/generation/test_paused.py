"""While something is paused nobody pays for it; what was ordered goes on or waits, and nothing is lost by either."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import Rejected, Temporary
from generation.greet import Boards, Greet
from generation.held import wake
from generation.kinds import GREET
from generation.styles import Catalogue
from jobs.kinds import GENERATION, Kind
from models import LedgerEntry, Order, Photo
from policy.limits import LONGEST_HOLD, LONGEST_OUTAGE
from tests.generation.darkroom import DELIVERED, Darkroom
from traffic.names import IMAGES, VIDEOS
from traffic.pauses import KNOWN_FOR, Words

HOURS = 3600.0
CHARGED, BACK = [LedgerEntry.CHARGE], [LedgerEntry.GIVE_BACK]


def resumes(room: Darkroom, name: str) -> int:
    """As the verb does it."""
    with room.database.unit() as unit:
        room.traffic.pauses.resume(unit, name)
        woken = wake(unit, name)
    room.clock.turn(KNOWN_FOR)
    return woken


def test_nothing_new_is_offered_or_placed_and_an_old_offer_works_again_later(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    offered, film = room.is_offered(ann), room.offer(ann)
    before = room.balance(ann)
    room.pause(IMAGES)
    for act in (lambda: room.place(ann, offered), lambda: room.is_offered(ann)):
        with pytest.raises(Rejected) as raised:
            act()
        assert (raised.value.code, raised.value.facts["english"]) == ("images.paused", "Back at nine.")
    assert (room.balance(ann), room.state(offered)) == (before, Order.OFFERED)
    room.place(ann, film)  # videos go on
    resumes(room, IMAGES)
    room.place(ann, offered)
    room.work()
    assert room.state(offered) == Order.DELIVERED


def test_a_photo_that_comes_with_words_is_answered_while_pictures_are_paused(darkroom: Darkroom) -> None:
    """Its answer is given by a worker, which has nobody else to tell."""
    room, ann = darkroom, darkroom.person()
    boards = Boards(Catalogue.load())
    greet = Greet(database=room.database, fields=room.fields, chats=room.chats, orders=room.orders, boards=boards)
    room.table[GREET] = Kind(
        name=GREET, queue=GENERATION, do=greet.do, ended_badly=lambda *_: pytest.fail("unanswered")
    )
    caption = room.fields.seal(Photo.caption, row=ann.photo, account=ann.id, value="as a pirate")
    with room.database.unit() as unit:
        Photo.update(caption=caption).where(Photo.id == ann.photo).execute()
        room.desk.add(unit, GREET, subject=ann.photo, account=ann.id)
    room.pause(IMAGES, words=Words("Back < nine."))
    room.work()
    assert [call.params["text"] for call in room.telegram.said("sendMessage")] == ["Back &lt; nine."]
    assert room.undone() == []


def test_videos_are_paused_alone(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    offered, picture = room.offer(ann), room.is_offered(ann)
    room.pause(VIDEOS)
    for act in (lambda: room.place(ann, offered), lambda: room.offer(ann)):
        with pytest.raises(Rejected, match=r"videos\.paused"):
            act()
    room.place(ann, picture)
    room.work()
    assert room.state(picture) == Order.DELIVERED


def test_what_was_ordered_before_goes_on(darkroom: Darkroom) -> None:
    room = darkroom
    order = room.picture(room.person())
    room.pause(IMAGES)
    room.work()
    assert room.state(order) == Order.DELIVERED


def test_with_hold_pictures_wait_say_so_and_begin_at_the_resume(darkroom: Darkroom) -> None:
    room = darkroom
    orders = [room.picture(room.person()) for _ in range(3)]
    room.pause(IMAGES, hold=True)
    room.clock.turn(KNOWN_FOR)
    room.goes_on(10, step=60.0)
    assert room.states(orders) == {Order.QUEUED}
    assert all("We have stopped for a moment" in room.last_said(order) for order in orders)
    assert room.gemini.asked == []
    assert resumes(room, IMAGES) == 3
    room.work()
    assert room.states(orders) == DELIVERED
    assert [room.entries(order) for order in orders] == [CHARGED] * 3
    assert room.most_tries() == 1
    assert room.balanced()


def test_with_hold_videos_get_no_slot_those_that_have_one_wait_and_those_in_flight_come(darkroom: Darkroom) -> None:
    room = darkroom
    room.of(slots=3)
    flying = room.filming(room.person())
    with_slot = room.order(room.person())
    room.slots.admit()
    waiting = room.order(room.person())
    room.pause(VIDEOS, hold=True)
    room.clock.turn(KNOWN_FOR)
    room.kling.finishes(room.id_of(flying))
    room.watches(120)
    assert room.state(flying) == Order.DELIVERED
    assert room.states([with_slot, waiting]) == {Order.QUEUED}
    assert room.tasks(waiting) == []
    resumes(room, VIDEOS)
    room.watches(10)
    assert room.states([with_slot, waiting]) == {Order.RENDERING}


def test_after_hours_of_a_hold_nothing_counts_as_waited_too_long_or_as_stuck(darkroom: Darkroom) -> None:
    room = darkroom
    room.of(slots=1)
    film, picture = room.order(room.person()), room.picture(room.person())
    room.pause(IMAGES, hold=True)
    room.pause(VIDEOS, hold=True)
    room.later(5 * HOURS)
    room.upkeep.leftovers()
    assert room.states([film, picture]) == {Order.QUEUED}
    for name in (IMAGES, VIDEOS):
        resumes(room, name)
    room.upkeep.leftovers()
    room.slots.admit()
    room.work()
    room.upkeep.leftovers()
    assert (room.state(picture), room.state(film)) == (Order.DELIVERED, Order.RENDERING)


def test_a_hold_that_becomes_a_pause_without_one_loses_nobody_either(darkroom: Darkroom) -> None:
    """What waited for staff goes on: that it is as old as it is says nothing about the provider."""
    room = darkroom
    room.of(slots=1)
    film = room.order(room.person())
    room.pause(VIDEOS, hold=True)
    room.later(5 * HOURS)
    room.pause(VIDEOS)
    room.upkeep.leftovers()
    assert room.state(film) == Order.QUEUED
    room.slots.admit()
    room.work()
    room.upkeep.leftovers()
    assert room.state(film) == Order.RENDERING


def test_what_staff_let_wait_because_a_provider_is_away_is_not_given_back_for_that(darkroom: Darkroom) -> None:
    """Nobody asks meanwhile whether it is back: the time that counts begins again at the resume."""
    room = darkroom
    room.gemini.down = Temporary("provider.unavailable")
    orders = [room.picture(room.person()) for _ in range(3)]
    room.goes_on(3, step=15.0)
    room.pause(IMAGES, hold=True)
    outage = LONGEST_OUTAGE.total_seconds() / 60
    room.goes_on(outage + 5, step=60.0)
    assert room.states(orders) == {Order.QUEUED}
    resumes(room, IMAGES)
    room.upkeep.outages()
    room.gemini.down = None
    room.goes_on(5, step=15.0)
    assert room.states(orders) == DELIVERED


def test_after_the_hold_a_provider_that_stays_away_gives_back_in_its_time(darkroom: Darkroom) -> None:
    room = darkroom
    room.gemini.down = Temporary("provider.unavailable")
    order = room.picture(room.person())
    room.picture(room.person())
    room.goes_on(3, step=15.0)
    room.pause(IMAGES, hold=True)
    room.goes_on(60, step=60.0)
    resumes(room, IMAGES)
    outage = LONGEST_OUTAGE.total_seconds() / 60
    room.goes_on(outage - 2, step=30.0)
    assert room.state(order) == Order.QUEUED
    room.goes_on(4, step=30.0)
    assert (room.row(order).reason, room.entries(order)) == ("provider.away", BACK)


def test_after_a_day_of_a_hold_the_credits_go_back(darkroom: Darkroom) -> None:
    room = darkroom
    ann = room.person()
    early = room.picture(ann)
    room.pause(IMAGES, hold=True)
    room.later(LONGEST_HOLD.total_seconds() - 60)
    room.upkeep.outages()
    assert room.state(early) == Order.QUEUED
    room.later(120)
    room.upkeep.outages()
    assert (room.state(early), room.row(early).reason, room.entries(early)) == (Order.FAILED, "images.paused", BACK)
    room.work()
    assert "Pictures are paused" in room.last_said(early)
    assert room.balanced()


def test_one_that_waits_can_be_cancelled(darkroom: Darkroom) -> None:
    room, ann = darkroom, darkroom.person()
    order = room.picture(ann)
    room.pause(IMAGES, hold=True, until=room.clock.now() + timedelta(hours=1))
    room.goes_on(1)
    room.cancel(ann, order)
    room.goes_on(62, step=120.0)
    assert (room.state(order), room.entries(order), room.gemini.asked) == (Order.CANCELLED, BACK, [])


def test_a_hold_that_ends_at_its_time_needs_nobody(darkroom: Darkroom) -> None:
    room = darkroom
    order = room.picture(room.person())
    room.pause(IMAGES, hold=True, until=room.clock.now() + timedelta(minutes=10))
    room.goes_on(9, step=20.0)
    assert room.state(order) == Order.QUEUED
    room.goes_on(3, step=20.0)
    assert room.state(order) == Order.DELIVERED
