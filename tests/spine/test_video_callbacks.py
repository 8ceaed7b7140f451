"""Callbacks only ring: forged, repeated, early, about nothing, after the end or lost, they change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from models import VideoTask
from tests.spine.conftest import balanced, filmed_once
from tests.spine.person import until

if TYPE_CHECKING:
    from tests.spine.filmer import Filmer
    from tests.spine.service import Spine

pytestmark = pytest.mark.xdist_group("spine")

UNTRUE = ("forged", "unsigned", "old")


@pytest.fixture(scope="module")
def filmer(spine: Spine) -> Filmer:
    return spine.filmer()


def rendering(spine: Spine, filmer: Filmer, prompt: str) -> str:
    """An order that the provider works on until it is told to end."""
    spine.kling.scenario({"kind": "hang", "prompt_contains": prompt})
    order = filmer.films(prompt)
    until("the task", lambda: spine.order_state(order) == "rendering")
    # However slow the machine is, only a callback makes us ask.
    spine.sql("UPDATE video_task SET ask_at = ask_at + interval '1 hour' WHERE order_id = %s", order)
    return order


def looks(spine: Spine, order: str) -> int:
    """How often it was asked about, by our own count."""
    [(looks,)] = spine.sql("SELECT looks FROM video_task WHERE order_id = %s", order)
    return int(looks)


def test_a_callback_that_is_not_signed_by_the_provider_is_turned_away_and_rings_nothing(
    filming: Spine, filmer: Filmer
) -> None:
    order = rendering(filming, filmer, "a mill forged")
    for kind in UNTRUE:
        filming.kling.push(order, "claim", kind=kind)
        until("the answer", lambda kind=kind: filming.kling.answered(order, kind))  # type: ignore[misc]
    assert [filming.kling.answered(order, kind) for kind in UNTRUE] == [[403]] * 3
    assert looks(filming, order) == 0
    filming.kling.push(order, "finish")
    assert filmed_once(filming, filmer, order)


def test_a_callback_to_an_address_that_was_guessed_finds_nobody(filming: Spine) -> None:
    body = {"external_id": "0" * 32 + "-1", "status": "succeeded"}
    assert requests.post(f"{filming.stack.web}/callbacks/kling/guessed", json=body, timeout=60).status_code == 404


def test_a_signed_callback_that_lies_about_the_end_makes_us_ask_and_no_more(filming: Spine, filmer: Filmer) -> None:
    order = rendering(filming, filmer, "a mill early")
    for status in ("succeeded", "failed"):
        before = looks(filming, order)
        filming.kling.push(order, "claim", status=status)
        until("the question", lambda before=before: looks(filming, order) > before)  # type: ignore[misc]
    assert filming.kling.looks(order) >= 2
    assert filming.order_state(order) == "rendering"
    assert filming.charges(order) == []
    filming.kling.push(order, "finish")
    assert filmed_once(filming, filmer, order)


def test_a_callback_about_a_task_that_is_not_ours_is_taken_and_forgotten(filming: Spine, filmer: Filmer) -> None:
    order = rendering(filming, filmer, "a mill unknown")
    filming.sql("UPDATE video_task SET external_id = 'x' || external_id WHERE order_id = %s", order)
    before = len(filming.kling.answered(order, "ok"))
    filming.kling.push(order, "finish")
    until("the callback", lambda: filming.kling.answered(order, "ok")[before:] == [200])
    assert looks(filming, order) == 0
    filming.sql("UPDATE video_task SET external_id = substr(external_id, 2) WHERE order_id = %s", order)
    filming.video_waits_end()
    assert filmed_once(filming, filmer, order)


@pytest.mark.parametrize("kind", ["duplicate", "replay"])
def test_a_callback_that_comes_twice_brings_one_video_and_one_charge(filming: Spine, filmer: Filmer, kind: str) -> None:
    again = {"kind": kind, "seconds": 0.3, "stage": "callback", "status": "succeeded"}
    filming.kling.scenario({**again, "prompt_contains": f"mill {kind}."})
    order = filmer.films(f"a mill {kind}.")
    assert filmed_once(filming, filmer, order)
    until("both", lambda: filming.kling.answered(order, kind) == [200, 200])
    filming.video_waits_end()
    assert filmed_once(filming, filmer, order)
    assert filming.sql("SELECT count(*) FROM cost WHERE order_id = %s", order) == [(1,)]
    works = "SELECT kind FROM work WHERE subject = %s OR subject = (SELECT id FROM video_task WHERE order_id = %s)"
    assert sorted(filming.sql(works, order, order)) == [("collect",), ("deliver",), ("submit",)]


def test_a_callback_that_is_quicker_than_the_answer_of_the_submission_is_not_forgotten(
    filming: Spine, filmer: Filmer
) -> None:
    filming.sql("DELETE FROM video_task WHERE state = %s", VideoTask.ENDED)  # as if no video was made lately
    filming.kling.scenario({"kind": "early", "status": "succeeded", "prompt_contains": "a mill quick"})
    order = filmer.films("a mill quick")
    assert filmed_once(filming, filmer, order)
    took = "SELECT ended_at - submitted_at < interval '15 seconds' FROM video_task WHERE order_id = %s"
    assert filming.sql(took, order) == [(True,)]  # the first look without it comes after 15


def test_a_callback_after_the_end_changes_nothing(filming: Spine, filmer: Filmer) -> None:
    filming.kling.scenario({"kind": "risk", "prompt_contains": "a mill refused"})
    order = filmer.films("a mill refused")
    assert "Your 8 credits are back" in filming.told(filmer, order, "declined this one")
    before, told = looks(filming, order), len(filming.kling.answered(order, "ok"))
    filming.kling.push(order, "claim", status="succeeded", kind="ok")
    until("the callback", lambda: filming.kling.answered(order, "ok")[told:] == [200])
    filming.video_waits_end()
    assert looks(filming, order) == before
    assert filming.order_state(order) == "refused"
    assert filming.charges(order) == ["give_back"]
    assert balanced(filming)


def test_a_video_whose_callbacks_are_all_lost_is_found_by_asking(filming: Spine, filmer: Filmer) -> None:
    filming.kling.scenario({"kind": "lost", "stage": "callback", "prompt_contains": "a mill lost", "times": None})
    order = filmer.films("a mill lost")
    asked = "SELECT ask_at - submitted_at < interval '30 seconds' FROM video_task WHERE order_id = %s AND state = %s"
    assert until("the task", lambda: filming.sql(asked, order, VideoTask.RENDERING)) == [(True,)]
    until("the end", lambda: filming.kling.answered(order, "lost")[2:])
    filming.video_waits_end()
    assert filmed_once(filming, filmer, order)
    assert filming.kling.answered(order, "lost") == [None] * 3
