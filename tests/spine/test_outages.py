"""What the picture needs goes away for a while: the provider, the photo's download, the disk, Redis."""

from __future__ import annotations

import resource
import signal
from typing import TYPE_CHECKING

import pytest

from tests.spine.conftest import balanced, paid_once, tidy
from tests.spine.person import LONG, small_photo, until

if TYPE_CHECKING:
    from tests.spine.forked import Forked
    from tests.spine.person import Person
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

SILENT = ("slow", "stall")  # no byte at all; half an answer
ROOM = 64 * 1024  # bytes of the largest file that fits: a photo of these tests does, a result does not


def test_a_provider_that_falls_silent_is_left_and_asked_again(quick: Spine) -> None:
    quick.scenario(*({"kind": kind, "seconds": 60, "prompt_contains": f"mill {kind}."} for kind in SILENT))
    people = {kind: quick.person() for kind in SILENT}
    offers = dict(
        zip(SILENT, quick.at_once(lambda k: people[k].offers(small_photo(), f"a mill {k}."), [*SILENT]), strict=True)
    )
    quick.fork(GEMINI_PATIENCE_SECONDS="4").ready()
    with quick.frozen("worker"):
        for kind in SILENT:
            people[kind].press(*offers[kind])
        orders = {kind: offers[kind][1].partition(":")[2] for kind in SILENT}
        assert {kind: paid_once(quick, people[kind], orders[kind]) for kind in SILENT} == dict.fromkeys(SILENT, True)
    assert [quick.attempts(order) for order in orders.values()] == [2, 2]
    assert balanced(quick)


def test_a_provider_that_is_away_is_left_alone_and_what_waited_comes_when_it_is_back(quick: Spine) -> None:
    down, people = 8, [quick.person() for _ in range(3)]  # five failures open the breaker; the others are probes
    offers = quick.at_once(lambda person: person.offers(small_photo(), "a beacon"), people)
    quick.scenario({"kind": "503", "times": down, "prompt_contains": "a beacon"})
    for person, offer in zip(people, offers, strict=True):
        person.press(*offer)
    orders = [data.partition(":")[2] for _, data in offers]
    assert [paid_once(quick, *each) for each in zip(people, orders, strict=True)] == [True] * 3
    assert sum(quick.attempts(order) for order in orders) == down + 3
    [(moves,)] = quick.sql("SELECT fence FROM breaker WHERE name = 'gemini'")
    assert moves >= 5  # opened, probed and opened again, probed and let come back; two calls may have been under way
    assert balanced(quick)


def test_a_worker_killed_while_it_downloads_a_photo_leaves_one_photo(quick: Spine) -> None:
    person = quick.person()
    question = person.asks(small_photo(), "a harbour")
    quick.faults({"method": "download", "kind": "delay", "seconds": 60})
    worker = quick.fork().ready()
    with quick.frozen("worker"):
        person.press(*question)
        until("the download", lambda: quick.faults() == 0)
        worker.send(signal.SIGKILL)
        assert worker.ended() == -signal.SIGKILL
        quick.leases_end()
    message, data = person.offer()
    person.press(message, data)
    order = data.partition(":")[2]
    assert paid_once(quick, person, order)
    rows = quick.sql("SELECT p.state FROM photo p JOIN orders o ON o.account = p.account WHERE o.id = %s", order)
    assert rows == [("ready",)]


def filled_up(spine: Spine, worker: Forked, person: Person) -> str:
    """An order that was made, and could not be stored by this worker."""
    offer = person.offers(small_photo(), "a harbour")
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    person.press(*offer)
    order = offer[1].partition(":")[2]
    ask = "SELECT id FROM work WHERE subject = %s AND reason = 'store.full' AND state = 'due'"
    until("the full disk", lambda: spine.sql(ask, order))
    return order


def test_a_picture_that_found_no_room_is_made_once_there_is_room_again(quick: Spine) -> None:
    person, worker = quick.person(), quick.fork().ready()
    with quick.frozen("worker"):
        order = filled_up(quick, worker, person)
        assert quick.order_state(order) == "queued"
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        quick.waits_end()
        assert paid_once(quick, person, order)
    assert tidy(quick)
    assert balanced(quick)


def test_a_picture_that_never_finds_room_gives_the_credit_back_and_says_so(quick: Spine) -> None:
    person, worker = quick.person(), quick.fork().ready()
    with quick.frozen("worker"):
        order = filled_up(quick, worker, person)
        quick.waits_end()
        retried = "SELECT id FROM work WHERE subject = %s AND tries >= 2 AND state = 'due'"
        until("another try", lambda: quick.sql(retried, order))
        assert quick.attempts(order) == 1  # the provider is not paid for what cannot be kept
        quick.sql("UPDATE work SET tries = 100 WHERE subject = %s AND kind = 'produce'", order)
        quick.waits_end()
        assert "Your credit is back" in person.says("Something went wrong on our side", seconds=LONG)["text"]
    assert quick.order_state(order) == "failed"
    assert quick.charges(order) == ["give_back"]
    assert person.pictures() == []
    assert tidy(quick)
    assert balanced(quick)


def test_each_step_goes_on_while_redis_is_away_and_after_it_came_back_empty(quick: Spine) -> None:
    person = quick.person()
    question = person.asks(small_photo(), "a harbour")
    with quick.without_redis():
        person.press(*question)
        offer = person.offer()
    order = offer[1].partition(":")[2]
    with quick.without_redis():
        person.press(*offer)
        assert paid_once(quick, person, order)
    with quick.without_redis():
        person.tap("The picture", "orig:")
        person.wait("The file", lambda m: (m.get("media") or {}).get("kind") == "document")
    person.tap("The picture", "del:")
    kept = len(quick.objects())
    with quick.without_redis():
        person.tap("The question", "delyes:")
        until("the destruction", lambda: len(quick.objects()) == kept - 1)
    assert quick.charges(order) == ["charge"]
    assert balanced(quick)


@pytest.mark.parametrize("state", ["calling", "kept"])
def test_redis_restarts_in_the_middle_of_a_picture(quick: Spine, state: str) -> None:
    person = quick.person()
    if state == "calling":
        quick.scenario({"kind": "slow", "seconds": 4, "prompt_contains": f"mill {state}."})
    else:
        quick.faults({"method": "editMessageMedia", "chat_id": person.id, "kind": "delay", "seconds": 4})
    offer = person.offers(small_photo(), f"a mill {state}.")
    order = offer[1].partition(":")[2]
    person.press(*offer)
    until("the step", lambda: quick.order_state(order) == state)
    with quick.without_redis():
        pass
    assert paid_once(quick, person, order)
    assert quick.attempts(order) == 1
    assert balanced(quick)
