"""Kling breaks off, is full, is out of money, has retired a model or refuses: what was lost is looked up, never sent
blindly again, and who gets no video has their credits back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.spine.conftest import balanced, filmed_once
from tests.spine.person import LONG, until

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

# Answers to a submission after which nobody knows whether a task was made, and whether it was.
UNSURE = [
    *((kind, made) for kind in ("5000", "5001", "5002", "html-502") for made in (False, True)),
    *(("drop", False), ("drop_reply", True), ("truncate", True), ("garbage", True)),
]
MUTE = ["5000", "5001", "5002", "html-502", "drop", "truncate", "garbage", "1302", "1102", "1000", "1201"]
UNKNOWING = ["empty", "stale", "unknown-status"]


@pytest.fixture(scope="module")
def filmer(spine: Spine) -> Filmer:
    return spine.filmer()


def hastened(spine: Spine, filmer: Filmer, order: str) -> bool:
    """As `filmed_once`, no wait between two tries being waited for."""

    def over() -> bool:
        spine.video_waits_end()
        time.sleep(0.2)  # what was hastened needs the machine too
        return spine.order_state(order) == "delivered"

    until("the delivery", over, seconds=LONG)
    return filmed_once(spine, filmer, order)


def test_a_submission_whose_answer_is_lost_makes_one_video(filming: Spine) -> None:
    spine = filming
    people = [spine.filmer() for _ in range(4)]

    def filmed(number: int) -> list[tuple[str, bool, bool, dict[int, tuple[int, int]]]]:
        found = []
        for kind, made in UNSURE[number::4]:
            prompt = f"a dyke {kind} {made}."
            spine.kling.scenario({"kind": kind, "stage": "create", "made": made, "prompt_contains": prompt})
            order = people[number].films(prompt)
            once = hastened(spine, people[number], order)
            found.append((kind, made, once, spine.kling.submits(order)))
        return found

    told = [entry for entries in spine.at_once(filmed, [0, 1, 2, 3]) for entry in entries]
    expected = [(kind, made, True, {1: (1, 1) if made else (2, 1)}) for kind, made in UNSURE]
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert balanced(spine)


def test_a_provider_that_does_not_say_how_a_video_stands_is_asked_again(filming: Spine, filmer: Filmer) -> None:
    mute = [{"kind": kind, "stage": "query", "prompt_contains": "a dyke mute"} for kind in [*MUTE, *UNKNOWING]]
    filming.kling.scenario({"kind": "hang", "prompt_contains": "a dyke mute"})
    order = filmer.films("a dyke mute")
    until("the task", lambda: filming.order_state(order) == "rendering")
    filming.kling.scenario(*mute)
    for count in range(1, len(mute) + 1):
        filming.kling.push(order, "claim", status="succeeded")
        until("the question", lambda count=count: filming.kling.looks(order) >= count)  # type: ignore[misc]
    assert filming.order_state(order) == "rendering"
    assert filming.charges(order) == []
    filming.kling.push(order, "finish")
    assert hastened(filming, filmer, order)
    assert filming.kling.submits(order) == {1: (1, 1)}


def test_a_video_that_finds_all_slots_taken_waits_and_is_made_later(filming: Spine, filmer: Filmer) -> None:
    filming.kling.scenario({"kind": "1303", "prompt_contains": "a dyke full"})
    order = filmer.films("a dyke full")
    lowered = "SELECT lowered_until > now() AT TIME ZONE 'utc' FROM slots WHERE name = 'kling'"
    until("the refusal", lambda: filming.sql(lowered) == [(True,)])
    assert "You are next" in filming.told(filmer, order, "in the queue")
    assert filming.charges(order) == []
    filming.sql(
        "UPDATE slots SET lowered_until = now() AT TIME ZONE 'utc' - interval '1 second'"
    )  # as if time had passed
    assert filmed_once(filming, filmer, order)
    assert filming.kling.submits(order) == {1: (1, 0), 2: (1, 1)}


def test_without_money_at_the_provider_all_who_wait_have_their_credits_back_and_nobody_spends_more(
    filming: Spine, filmer: Filmer
) -> None:
    first, second, third = filmer, filming.filmer(), filming.filmer()
    filming.sql("UPDATE slots SET lowered_to = 1, lowered_until = now() AT TIME ZONE 'utc' + interval '1 hour'")
    filming.kling.settings(tasks_left=0)
    offer = third.offers_film("a dyke poor")
    with filming.frozen("worker"):
        orders = []
        for person in (first, second):  # one after the other, so that the first is admitted
            orders.append(order := person.films("a dyke poor"))
            until("the order", lambda order=order: filming.order_state(order) == "queued")  # type: ignore[misc]
    for person, order in zip((first, second), orders, strict=True):
        assert "Your 8 credits are back" in filming.told(person, order, "Videos are paused at the moment")
    assert [filming.charges(order) for order in orders] == [["give_back"], ["give_back"]]
    assert [filming.kling.submits(order) for order in orders] == [{1: (1, 0)}, {}]
    third.press(*offer)  # offered before, taken now
    until("the first no", lambda: third.toasts("Videos are paused at the moment"))
    third.write("/animate a dyke poorer")
    third.says("Videos are paused at the moment")
    assert filming.order_state(offer[1].partition(":")[2]) == "offered"
    filming.kling.settings(tasks_left=None)
    filming.sql("UPDATE slots SET paused_until = now() AT TIME ZONE 'utc' - interval '1 second'")
    assert filmed_once(filming, third, third.films("a dyke rich"))
    assert balanced(filming)


def test_a_video_that_the_provider_refuses_is_not_tried_again_and_costs_nothing(filming: Spine, filmer: Filmer) -> None:
    refusals: list[dict[str, Any]] = [{"kind": "risk"}, {"kind": "1300"}, {"kind": "1301"}]
    for refusal in refusals:
        prompt = f"a dyke {refusal['kind']}."
        filming.kling.scenario({**refusal, "prompt_contains": prompt, "times": None})
        order = filmer.films(prompt)
        assert "Your 8 credits are back" in filming.told(filmer, order, "declined this one")
        assert filming.charges(order) == ["give_back"]
        assert list(filming.kling.submits(order)) == [1]
    assert balanced(filming)


def test_a_video_that_failed_without_a_reason_is_tried_once_more(filming: Spine, filmer: Filmer) -> None:
    filming.kling.scenario(
        {"kind": "fail", "prompt_contains": "a dyke once."},
        {"kind": "fail", "prompt_contains": "a dyke always.", "times": None},
    )
    orders = [filmer.films(f"a dyke {times}.") for times in ("once", "always")]
    assert filmed_once(filming, filmer, orders[0])
    assert "Your 8 credits are back" in filming.told(filmer, orders[1], "did not manage")
    assert [filming.kling.submits(order) for order in orders] == [{1: (1, 1), 2: (1, 1)}] * 2
    assert filming.charges(orders[1]) == ["give_back"]


def test_a_video_of_a_retired_model_is_made_by_the_next_one(filming: Spine, filmer: Filmer) -> None:
    filming.kling.settings(retired=["kling-2.5-turbo"])
    order = filmer.films("a dyke retired")
    assert filmed_once(filming, filmer, order)
    tasks = "SELECT attempt, model, reason FROM video_task WHERE order_id = %s ORDER BY attempt"
    assert filming.sql(tasks, order) == [
        (1, "kling-2.5-turbo", "provider.model_retired"),
        (2, "kling-2.6", None),
    ]
    assert filming.sql("SELECT model FROM cost WHERE order_id = %s", order) == [("kling-2.6",)]
    filming.kling.settings(retired=["kling-2.5-turbo", "kling-2.6"])
    last = filmer.films("a dyke of no model")
    assert "Your 8 credits are back" in filming.told(filmer, last, "Something went wrong on our side")
    assert filming.charges(last) == ["give_back"]
