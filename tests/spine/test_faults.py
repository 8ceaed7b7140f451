"""The real processes under faults: killed, without Redis, refused: one picture and one charge, or the credit back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import redis

from tests.spine.conftest import balanced, paid_once
from tests.spine.person import LONG, small_photo, until

if TYPE_CHECKING:
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

REFUSED = ("image-safety", "prompt-blocked", "pup-limited", "400", "403")
COUNTED = ("image-safety", "prompt-blocked", "pup-limited")  # an answer with tokens: it stands on our bill
PASSING = ("429-bare", "500", "503", "drop", "reset", "truncate", "garbage", "unknown-reason")


def test_a_worker_killed_at_each_step_leaves_one_picture_and_one_charge(quick: Spine) -> None:
    spine = quick
    steps = ("calling", "showing", "waiting")
    people = {step: spine.person() for step in steps}
    spine.scenario({"kind": "slow", "seconds": 90, "prompt_contains": "lamp calling"})
    late = {"method": "editMessageMedia", "chat_id": people["showing"].id, "kind": "delay", "seconds": 30, "times": 1}
    spine.faults(late)
    offers = dict(
        zip(steps, spine.at_once(lambda s: people[s].offers(small_photo(), f"a lamp {s}"), list(steps)), strict=True)
    )
    orders = {step: data.partition(":")[2] for step, (_, data) in offers.items()}
    people["calling"].press(*offers["calling"])
    until("the call", lambda: spine.gemini_calls("lamp calling"))
    people["showing"].press(*offers["showing"])
    until("the result", lambda: spine.order_state(orders["showing"]) == "kept")
    spine.stop("worker")
    people["waiting"].press(*offers["waiting"])
    until("the order", lambda: spine.order_state(orders["waiting"]) == "queued")
    assert spine.order_state(orders["calling"]) == "calling"
    assert spine.order_state(orders["showing"]) == "kept"
    spine.start_worker()
    assert {step: paid_once(spine, people[step], orders[step]) for step in steps} == dict.fromkeys(steps, True)
    assert spine.attempts(orders["calling"]) == 2  # the first answer was lost with the worker
    assert balanced(spine)


def test_orders_are_delivered_while_redis_is_away_and_after_it_forgot_everything(quick: Spine) -> None:
    spine = quick
    away, wiped = spine.person(), spine.person()
    offers = spine.at_once(lambda p: p.offers(small_photo(), "a harbour"), [away, wiped])
    spine.stop("valkey")
    away.press(*offers[0])
    assert paid_once(spine, away, offers[0][1].partition(":")[2])
    spine.stop("worker")
    spine.start_valkey()
    wiped.press(*offers[1])
    until("the order", lambda: spine.order_state(offers[1][1].partition(":")[2]) == "queued")
    client = redis.Redis(port=spine.stack.ports.valkey)
    client.flushall()
    client.close()
    spine.start_worker()
    assert paid_once(spine, wiped, offers[1][1].partition(":")[2])
    assert balanced(spine)


def test_a_refusal_is_said_in_words_and_the_credit_is_back(quick: Spine) -> None:
    spine = quick
    spine.scenario(*({"kind": kind, "prompt_contains": f"garden {kind}."} for kind in REFUSED))

    def told(kind: str) -> tuple[str, list[str], int, bool]:
        person = spine.person()
        message, order = person.orders(f"a garden {kind}.")
        said = person.says("Not made.", seconds=LONG)
        assert "Your credit is back" in said["text"]
        return kind, spine.charges(order), int(said["message_id"] == message), spine.spent_on(order) > 0

    answered = [(kind, ["give_back"], 1, kind in COUNTED) for kind in REFUSED]
    assert spine.at_once(told, list(REFUSED)) == answered
    assert balanced(spine)


def test_an_older_sentence_that_comes_late_is_not_the_last_one(quick: Spine) -> None:
    """The order may have ended while Telegram still works at saying how it stands. Whose words come late, the website's
    or the worker's, is decided by who is first: tests/generation/test_status.py has each of them."""
    spine = quick
    spine.scenario({"kind": "image-safety", "prompt_contains": "orchard late"})
    person = spine.person()
    offer = person.offers(small_photo(), "an orchard late")
    spine.faults({"method": "editMessageText", "chat_id": person.id, "kind": "delay", "seconds": 2, "times": 1})
    person.press(*offer)
    until("the end", lambda: spine.order_state(offer[1].partition(":")[2]) == "refused")
    assert person.says("Not made.")["message_id"] == offer[0]

    def late() -> bool:
        return any(call["ms"] >= 2_000 for call in spine.calls("editMessageText", person.id))

    until("the late one", late)
    assert person.says("Not made.")["message_id"] == offer[0]


def test_a_passing_failure_is_tried_again_until_the_picture_is_there(quick: Spine) -> None:
    spine = quick
    spine.scenario(*({"kind": kind, "prompt_contains": f"meadow {kind}."} for kind in PASSING))

    def made(kind: str) -> tuple[str, bool, int]:
        person = spine.person()
        _, order = person.orders(f"a meadow {kind}.")
        paid = paid_once(spine, person, order)
        return kind, paid, spine.attempts(order)

    assert spine.at_once(made, list(PASSING)) == [(kind, True, 2) for kind in PASSING]
    assert balanced(spine)


def test_when_telegram_asks_to_wait_the_picture_comes_afterwards(quick: Spine) -> None:
    spine = quick
    person = spine.person()
    wait: dict[str, Any] = {"error_code": 429, "description": "Too Many Requests: retry after 1"}
    asked = {"method": "editMessageMedia", "chat_id": person.id, "kind": "error", "parameters": {"retry_after": 1}}
    spine.faults({**asked, **wait})
    _, order = person.orders("a bridge")
    assert paid_once(spine, person, order)
    assert [call["status"] for call in spine.calls("editMessageMedia", person.id)] == [429, 200]


def test_the_picture_of_a_person_who_blocked_the_bot_waits_for_them(quick: Spine) -> None:
    spine = quick
    person = spine.person()
    spine.scenario({"kind": "slow", "seconds": 2, "prompt_contains": "bridge blocked"})
    closed: dict[str, Any] = {"error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    spine.faults({"method": "editMessageMedia", "chat_id": person.id, "kind": "error", **closed})
    _, order = person.orders("a bridge blocked")
    until("the call", lambda: spine.gemini_calls("bridge blocked"))
    person.does("block")
    until("the result", lambda: spine.order_state(order) == "held_back")
    assert spine.charges(order) == ["charge"]
    assert person.pictures() == []
    person.does("unblock")
    assert paid_once(spine, person, order)


def test_a_status_message_that_the_person_deleted_is_replaced(quick: Spine) -> None:
    spine = quick
    person = spine.person()
    spine.scenario({"kind": "slow", "seconds": 6, "prompt_contains": "bridge deleted"})
    message, order = person.orders("a bridge deleted")
    until("the call", lambda: spine.gemini_calls("bridge deleted"))
    person.deletes(message)
    assert paid_once(spine, person, order)
    assert person.pictures()[0]["message_id"] != message
